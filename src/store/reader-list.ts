/** Readers as the desk lists them: newest first, by publication and standing, page by page by an index; and how many there are without counting them. */
import { type SubscriptionState, stateAt } from '../model/consent.ts';
import type { Db } from './open.ts';
import { statement } from './statement.ts';

export interface StandingReader {
  id: number;
  email: string;
  name: string | null;
  /** Of the publication asked about, as it stands now; null where no publication was. */
  state: SubscriptionState | null;
  pausedUntil: number | null;
  /** When the subscription last changed, or the reader came. */
  since: number;
  /** The import that brought the reader, if one did. */
  importId: number | null;
}

const columns = `r.id, r.email, r.name, s.state, s.paused_until AS pausedUntil, s.changed_at AS since, r.import_id AS importId`;
/** Each standing as parts of the index that have it; a pause that is over is one no more. */
const partsOf: Record<SubscriptionState, readonly string[]> = {
  pending: [`s.state = 'pending'`],
  active: [`s.state = 'active'`, `s.state = 'paused' AND s.paused_until <= @now`],
  paused: [`s.state = 'paused' AND (s.paused_until IS NULL OR s.paused_until > @now)`],
  left: [`s.state = 'left'`],
  suspended: [`s.state = 'suspended'`],
};

/** At most `limit` readers before number `before`, the newest first: of a publication, in one standing or all, or of the whole house. */
export function listStanding(
  db: Db,
  { publicationId, state, before }: { publicationId?: number | undefined; state?: SubscriptionState | undefined; before: number },
  limit: number,
  now: number,
): StandingReader[] {
  const rows = statement(db, listQuery(publicationId, state)).all({ publicationId, before, limit, now }) as StandingReader[];
  return rows.map((row) => ({ ...row, state: row.state && stateAt(row.state, row.pausedUntil, now) }));
}

/** The query of a list; tests ask SQLite how it would go about it. */
export function listQuery(publicationId: number | undefined, state: SubscriptionState | undefined): string {
  if (publicationId === undefined)
    return `SELECT id, email, name, NULL AS state, NULL AS pausedUntil, created_at AS since, import_id AS importId FROM readers
      WHERE id < @before AND email <> '' ORDER BY id DESC LIMIT @limit`;
  // Named, because SQLite without statistics takes the primary key and reads past all others to find those of one standing.
  const part = (condition: string, index = 'INDEXED BY subscriptions_state'): string =>
    `SELECT ${columns} FROM subscriptions s ${index} JOIN readers r ON r.id = s.reader_id WHERE s.publication_id = @publicationId AND ${condition} AND s.reader_id < @before ORDER BY s.reader_id DESC LIMIT @limit`;
  if (state === undefined) return part(`r.email <> ''`, '');
  const parts = partsOf[state].map((condition) => part(condition));
  return parts.length === 1
    ? (parts[0] ?? '')
    : `SELECT * FROM (${parts.map((each) => `SELECT * FROM (${each})`).join(' UNION ALL ')}) ORDER BY id DESC LIMIT @limit`;
}

/** How many readers of a publication are in each state, as stored: a pause that is over still counts as one until its reader is written again. */
export function standingsOf(db: Db, publicationId: number): Partial<Record<SubscriptionState, number>> {
  const rows = statement(db, 'SELECT state, readers FROM standings WHERE publication_id = ?').all(publicationId) as {
    state: SubscriptionState;
    readers: number;
  }[];
  return Object.fromEntries(rows.map(({ state, readers }) => [state, readers]));
}

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
/** Each standing as those who have it, in SQL; a pause that is over is one no more. The index is named, because SQLite without statistics takes the primary key and reads past all others. */
const byState = (condition: string): string =>
  `SELECT reader_id FROM subscriptions INDEXED BY subscriptions_state WHERE publication_id = @publicationId AND ${condition} AND reader_id < @before`;
const pauseOver = `SELECT reader_id FROM subscriptions INDEXED BY subscriptions_paused
  WHERE publication_id = @publicationId AND state = 'paused' AND paused_until <= @now AND reader_id < @before`;
const partsOf: Record<SubscriptionState, readonly string[]> = {
  pending: [byState(`state = 'pending'`)],
  active: [byState(`state = 'active'`), pauseOver],
  paused: [byState(`state = 'paused' AND (paused_until IS NULL OR paused_until > @now)`)],
  left: [byState(`state = 'left'`)],
  suspended: [byState(`state = 'suspended'`)],
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
  const whole = 'JOIN readers r ON r.id = s.reader_id';
  if (state === undefined)
    return `SELECT ${columns} FROM subscriptions s ${whole} WHERE s.publication_id = @publicationId AND r.email <> '' AND s.reader_id < @before ORDER BY s.reader_id DESC LIMIT @limit`;
  const page = partsOf[state].map((part) => `SELECT * FROM (${part} ORDER BY reader_id DESC LIMIT @limit)`).join(' UNION ALL ');
  return `SELECT ${columns} FROM (${page}) i JOIN subscriptions s ON s.publication_id = @publicationId AND s.reader_id = i.reader_id ${whole} ORDER BY s.reader_id DESC LIMIT @limit`;
}

/** How many readers of a publication stand how at an instant. Only pauses that are over are looked through, in an index: the others are counted as they are written. */
export function standingsOf(db: Db, publicationId: number, now: number): Partial<Record<SubscriptionState, number>> {
  const rows = statement(db, 'SELECT state, readers FROM standings WHERE publication_id = ?').all(publicationId) as {
    state: SubscriptionState;
    readers: number;
  }[];
  const over = statement(
    db,
    `SELECT count(*) FROM subscriptions INDEXED BY subscriptions_paused WHERE publication_id = ? AND state = 'paused' AND paused_until <= ?`,
  );
  const {
    active = 0,
    paused = 0,
    ...others
  } = Object.fromEntries(rows.map(({ state, readers }) => [state, readers])) as Partial<Record<SubscriptionState, number>>;
  const again = paused === 0 ? 0 : (over.pluck().get(publicationId, now) as number);
  return { ...others, active: active + again, paused: paused - again };
}

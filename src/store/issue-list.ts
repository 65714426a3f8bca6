/** The list of issues: each with where it stands, told from its newest revision, its approval and its newest send. */
import type { SendState } from '../model/send.ts';
import type { Db } from './open.ts';
import { statement } from './statement.ts';

/** An issue as a list shows it. */
export interface ListedIssue {
  id: number;
  publicationId: number;
  number: string;
  /** Of its newest revision that could be read, else as it stands in the text; null when there is none. */
  title: string | null;
  period: string | null;
  revision: number;
  actor: string;
  changedAt: number;
  /** Findings that keep it from being read; null while nobody has looked. */
  errors: number | null;
  /** Findings that keep it from a relay. */
  stops: number;
  /** Whether its newest revision is approved. */
  approved: boolean;
  /** Whether an older revision was approved. */
  voided: boolean;
  /** Whether it waits for the monthly slot. */
  slotted: boolean;
  send: { name: string; state: SendState; at: number; rehearsal: boolean } | null;
}

interface Row extends Omit<ListedIssue, 'title' | 'period' | 'approved' | 'voided' | 'slotted' | 'send'> {
  opening: string;
  /** Title and month of the newest revision that could be read, as JSON; read in one go, since a tree is long. */
  called: string | null;
  approved: number | null;
  slottedAt: number | null;
  sendName: string | null;
  sendState: SendState | null;
  sendAt: number | null;
  sendRehearsal: number | null;
  sendMade: number | null;
}

const columns = `substr(r.source, 1, 1000) AS opening, i.id, i.publication_id AS publicationId, i.number, r.revision, r.actor, r.changed_at AS changedAt, r.errors, json_array_length(r.stops) AS stops,
  (SELECT json_extract(t.tree, '$.title', '$.period') FROM revisions t WHERE t.issue_id = i.id AND t.tree IS NOT NULL ORDER BY t.revision DESC LIMIT 1) AS called,
  a.revision AS approved, a.slotted_at AS slottedAt,
  s.name AS sendName, s.state AS sendState, coalesce(s.as_of, s.scheduled_for) AS sendAt, s.rehearsal AS sendRehearsal, s.created_at AS sendMade`;

/** A send that was cancelled before anything of it went out is as if it had never been made. */
const joins = `FROM issues i JOIN revisions r ON r.issue_id = i.id AND r.revision = (SELECT max(revision) FROM revisions WHERE issue_id = i.id)
  LEFT JOIN approvals a ON a.issue_id = i.id
  LEFT JOIN sends s ON s.id = (SELECT id FROM sends WHERE issue_id = i.id AND NOT (state = 'cancelled' AND as_of IS NULL) ORDER BY rehearsal, id DESC LIMIT 1)`;

function listed({ opening, called, approved, slottedAt, sendName, sendState, sendAt, sendRehearsal, sendMade, ...rest }: Row): ListedIssue {
  const send =
    sendName === null ? null : { name: sendName, state: sendState as SendState, at: sendAt as number, rehearsal: sendRehearsal === 1 };
  const current = approved === rest.revision;
  const used = sendMade !== null && sendRehearsal === 0 && sendMade >= (slottedAt ?? 0);
  const [readTitle, readPeriod] = called === null ? [] : (JSON.parse(called) as [string | null, string | null]);
  const title = readTitle ?? /^title:[ \t]*(.+?)[ \t]*$/m.exec(opening)?.[1]?.replace(/^(["'])(.*)\1$/, '$2') ?? null;
  const period = readPeriod ?? /^period:[ \t]*["']?(\d{4}-\d{2})\b/m.exec(opening)?.[1] ?? null;
  return {
    ...rest,
    title,
    period,
    approved: current,
    voided: approved !== null && !current,
    slotted: current && slottedAt !== null && !used,
    send,
  };
}

/** The issues that were changed last, those of one publication when it is named. Only their titles are read, not the trees. */
export function listIssues(db: Db, limit: number, publicationId?: number): ListedIssue[] {
  const which = publicationId === undefined ? '' : 'WHERE i.publication_id = @publicationId';
  const text = `SELECT ${columns} ${joins} ${which} ORDER BY r.changed_at DESC, i.id DESC LIMIT @limit`;
  return (statement(db, text).all({ publicationId, limit }) as Row[]).map(listed);
}

/** One issue as the list has it; undefined when it has no text yet. */
export function listedIssue(db: Db, id: number): ListedIssue | undefined {
  const row = statement(db, `SELECT ${columns} ${joins} WHERE i.id = ?`).get(id) as Row | undefined;
  return row && listed(row);
}

/** Where an issue stands, in the order in which it gets there. */
export const standings = ['draft', 'stopped', 'approved', 'scheduled', 'going', 'sent'] as const;
export type Standing = (typeof standings)[number];

/** Where an issue stands. A text that changed after its send is a draft again only in words: what was sent stays sent. */
export function standingOf({ send, approved, slotted, errors, stops }: ListedIssue): Standing {
  if (send !== null) {
    if (send.state === 'sent' || send.state === 'cancelled') return 'sent';
    if (send.state === 'sending') return 'going';
    return 'scheduled';
  }
  if (slotted) return 'scheduled';
  if (approved) return 'approved';
  return (errors ?? 0) > 0 || stops > 0 ? 'stopped' : 'draft';
}

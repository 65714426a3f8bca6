/** Who left and why, counted: how they left, and the words some wrote. Never with a reader. */
import type { Db } from './open.ts';
import { statement } from './statement.ts';

/** What is asked about: a publication, and one issue of it or all. */
export interface LeavingOf {
  publicationId: number;
  issueId?: number | undefined;
}

export interface Leaving {
  /** How they left (`consents.way`), the most frequent first. */
  ways: { way: string; times: number }[];
  /** What some wrote, the same words once: the most frequent first, then the newest. `issue` is the number of the issue they left after, the newest of several. */
  reasons: { text: string; times: number; issue: string | undefined }[];
  /** How many gave a reason. */
  told: number;
}

/** Counts who left a publication, or left by a mail of one issue. Leaving and coming back counts: it was left. At most `limit` different reasons. */
export function leavingOf(db: Db, { publicationId, issueId }: LeavingOf, limit: number): Leaving {
  const of = { publicationId, issueId: issueId ?? null };
  const which = `consents.publication_id = @publicationId AND consents.event = 'leave'
    AND (@issueId IS NULL OR consents.send_id IN (SELECT id FROM sends WHERE issue_id = @issueId))`;
  const ways = statement(
    db,
    `SELECT consents.way, count(*) AS times FROM consents WHERE ${which} GROUP BY consents.way ORDER BY times DESC, consents.way`,
  );
  const told = statement(
    db,
    `SELECT reasons.text, count(*) AS times, issues.number AS issue, max(reasons.at) FROM reasons JOIN consents ON consents.id = reasons.consent_id
     LEFT JOIN sends ON sends.id = consents.send_id LEFT JOIN issues ON issues.id = sends.issue_id
     WHERE ${which} GROUP BY lower(rtrim(reasons.text, '.! ')) ORDER BY times DESC, max(reasons.at) DESC LIMIT @limit`,
  );
  const all = statement(db, `SELECT count(*) FROM reasons JOIN consents ON consents.id = reasons.consent_id WHERE ${which}`);
  const left = ways.all(of) as Leaving['ways'];
  if (left.length === 0) return { ways: left, reasons: [], told: 0 };
  const rows = told.all({ ...of, limit }) as { text: string; times: number; issue: string | null }[];
  return {
    ways: left,
    reasons: rows.map(({ text, times, issue }) => ({ text, times, issue: issue ?? undefined })),
    told: all.pluck().get(of) as number,
  };
}

/** Notices beside the send of a chaos round: they come due while the faults strike, and none may be lost or doubled either. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { noticeDomain, type TakenMail } from './relay.ts';

const notices = 25;

/** Writes notices that are drawn and come due one after another over ten seconds. */
export function addNotices(folder: string): void {
  const db = new Database(join(folder, 'data', 'galley.db'));
  const drawing = JSON.stringify({ subject: 'Nothing was sent', email: '<p>Nothing was sent.</p>', text: 'Nothing was sent.' });
  const insert =
    db.prepare(`INSERT INTO notices (publication_id, address, rehearsal, facts, drawing, state, attempts, due_at, resent, created_at, changed_at)
    VALUES (1, ?, 0, '{}', ?, 'deferred', 0, ?, 0, 0, 0)`);
  for (let number = 1; number <= notices; number += 1) insert.run(`editor${number}@${noticeDomain}`, drawing, Date.now() + number * 400);
  db.close();
}

/** How many notices still wait, come due or are out. */
export function noticesLeft(folder: string): number {
  return readNotices(folder).filter(({ state }) => ['ready', 'deferred', 'queued'].includes(state)).length;
}

function readNotices(folder: string): { address: string; state: string }[] {
  const db = new Database(join(folder, 'data', 'galley.db'), { readonly: true });
  try {
    return db.prepare('SELECT address, state FROM notices').all() as { address: string; state: string }[];
  } finally {
    db.close();
  }
}

/** What is wrong with the notices of a round that is over. */
export function checkNotices(folder: string, taken: readonly TakenMail[], mostUnknown: number): string[] {
  const copies = Map.groupBy(taken, ({ to }) => to);
  const rows = readNotices(folder);
  const failures: string[] = [];
  const must = (holds: boolean, failure: string): void => void (holds || failures.push(`notices: ${failure}`));
  const inState = (state: string) => rows.filter((row) => row.state === state);
  const unknown = inState('unknown').length;
  must(inState('accepted').length + unknown === notices, JSON.stringify(Object.fromEntries(Map.groupBy(rows, ({ state }) => state))));
  must(
    [...copies.values()].every((each) => each.length === 1),
    'somebody got two copies',
  );
  must(
    inState('accepted').every(({ address }) => copies.has(address)),
    'an accepted one is not at the relay',
  );
  must(unknown <= mostUnknown, `${unknown} unknown, at most ${mostUnknown} may be`);
  return failures;
}

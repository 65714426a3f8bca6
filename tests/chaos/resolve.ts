/** The end of a chaos round: every unknown is sent again or dismissed, as its seed decides, and only what was sent again may have arrived twice. */
import { join } from 'node:path';
import { resendAfterMs } from '../../src/model/delivery.ts';
import type { SendStatus } from '../../src/model/send.ts';
import { resendUnknowns } from '../../src/schedule/unknowns.ts';
import { closeStore, openStore } from '../../src/store/open.ts';
import { findSend } from '../../src/store/sends.ts';
import { readRows } from './check.ts';
import type { ChaosRelay, TakenMail } from './relay.ts';

export interface Resolving {
  folder: string;
  seed: number;
  relay: ChaosRelay;
  /** Runs a command on the round's folder. */
  run: (...args: string[]) => Promise<{ code: number; out: string; err: string }>;
  /** Runs serve until all has settled, and stops it. */
  serve: () => Promise<void>;
}

export interface Resolved {
  resent: number;
  dismissed: number;
  failures: string[];
}

const name = 'tidewater/2026-11';

/** Resolves the unknowns of a round whose serve has stopped, lets it go out, and checks what came of it. */
export async function resolveUnknowns({ folder, seed, relay, run, serve }: Resolving): Promise<Resolved> {
  const unknown = readRows(folder).filter(({ state }) => state === 'unknown');
  const [first] = unknown;
  if (first === undefined) return { resent: 0, dismissed: 0, failures: [] };
  const failures: string[] = [];
  const must = (holds: boolean, failure: string): void => void (holds || failures.push(failure));

  // by thirds of the seeds: all again, all dismissed, one each in turn
  const again = unknown.filter((_, index) => (seed % 3 === 2 ? index % 2 === 0 : seed % 3 === 0)).map(({ email }) => email);
  const dismissed = unknown.map(({ email }) => email).filter((email) => !again.includes(email));
  const early = await run('unknown', name, 'resend', first.email);
  must(early.code === 1 && early.err.includes('15 minutes'), `a resend at once was not refused: ${early.out}${early.err}`);
  must(countOf(folder, 'unknown') === unknown.length, 'a refused resend changed rows');
  resendLater(folder, again);
  for (let from = 0; from < dismissed.length; from += 200) {
    const answer = await run('unknown', name, 'dismiss', ...dismissed.slice(from, from + 200));
    must(answer.code === 0, `dismissing failed: ${answer.err}`);
  }
  const before = Map.groupBy(relay.mails(), ({ to }) => to);
  await serve();

  const after = Map.groupBy(relay.mails(), ({ to }) => to);
  const rows = new Map(readRows(folder).map((row) => [row.email, row]));
  const more = (email: string): number => (after.get(email)?.length ?? 0) - (before.get(email)?.length ?? 0);
  for (const email of again) {
    const copies = after.get(email) ?? [];
    const arrived = more(email) === 1 || (more(email) === 0 && copies.length > 0); // late word of the first copy calls the second off
    must(
      rows.get(email)?.state === 'accepted' && arrived,
      `${email} was sent again: ${rows.get(email)?.state}, ${more(email)} copies more`,
    );
    must(
      new Set(copies.map(({ messageId, hash }) => `${messageId} ${hash}`)).size === 1,
      `the copies of ${email} are not byte for byte the same`,
    );
  }
  for (const email of dismissed) {
    const row = rows.get(email);
    must(row?.state === 'cancelled' && row.dismissedAt !== null, `${email} was dismissed and is ${row?.state}`);
    must(more(email) === 0, `${email} was dismissed and got a mail`);
  }
  must(onlyThese(again, after), 'somebody got a second copy who was not sent one');
  const status: SendStatus = JSON.parse((await run('status', '--json')).out);
  const { prepared, accepted, cancelled, waiting, unknown: left } = status;
  must(left + waiting === 0 && accepted + cancelled === prepared && cancelled === dismissed.length, `status: ${JSON.stringify(status)}`);
  must(status.state === 'sent', `the send is ${status.state}`);
  return { resent: again.length, dismissed: dismissed.length, failures };
}

const countOf = (folder: string, state: string): number => readRows(folder).filter((row) => row.state === state).length;

const onlyThese = (again: readonly string[], taken: ReadonlyMap<string, TakenMail[]>): boolean =>
  [...taken].every(([to, copies]) => copies.length === 1 || again.includes(to));

/** Sends again as a person would a quarter of an hour from now: the clock is moved where the product takes it. */
function resendLater(folder: string, addresses: readonly string[]): void {
  if (addresses.length === 0) return;
  const db = openStore(join(folder, 'data', 'galley.db'));
  try {
    const send = findSend(db, name);
    if (send === undefined) throw new Error(`no send ${name}`);
    resendUnknowns({ db, now: () => Date.now() + resendAfterMs + 60_000 }, send, addresses, 'operator');
  } finally {
    closeStore(db);
  }
}

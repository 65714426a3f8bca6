/** Leaves that come at the same moment share one commit: after a send they come by the hundred, and each waits for the disk. */
import type { TokenSubject } from '../model/token.ts';
import { inTransaction } from '../store/statement.ts';
import type { ReaderDeps } from './deps.ts';
import { type LeaveAnswer, type LeaveWay, leave, leaveWithin, type NothingToLeave } from './leave.ts';

export type LeaveTogether = (subject: TokenSubject, by: { way: LeaveWay; now: number }) => Promise<LeaveAnswer | NothingToLeave>;

interface Waiting {
  subject: TokenSubject;
  by: { way: LeaveWay; now: number };
  resolve: (answer: LeaveAnswer | NothingToLeave) => void;
  reject: (error: unknown) => void;
}

/** Leaves in one commit: bounds how long the store is held. */
const mostTogether = 100;

/**
 * Opens a way to leave that answers as `leave` does, and only once the leave is on the disk. Those that were asked for by the end of the event loop's turn are
 * committed together; when that fails, each is tried by itself, so that one cannot keep another from leaving.
 */
export function openLeaveTogether(deps: ReaderDeps): LeaveTogether {
  const waiting: Waiting[] = [];
  const flush = (): void => {
    const now = waiting.splice(0, mostTogether);
    if (waiting.length > 0) setImmediate(flush);
    const answers = attempt(() => inTransaction(deps.db, () => now.map(({ subject, by }) => leaveWithin(deps, subject, by))));
    for (const [i, { subject, by, resolve, reject }] of now.entries()) {
      const answer = answers?.[i];
      if (answer !== undefined) resolve(answer);
      else {
        try {
          resolve(leave(deps, subject, by));
        } catch (error) {
          reject(error);
        }
      }
    }
  };
  return (subject, by) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push({ subject, by, resolve, reject });
    });
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

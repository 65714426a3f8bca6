/** The room's door: mail that comes back is taken in, read, judged, and may be taken back. */
import { createSecretKey } from 'node:crypto';
import type { Log } from '../log.ts';
import type { TokenKeys } from '../model/token.ts';
import { forgetInbound } from '../store/inbound.ts';
import type { Db } from '../store/open.ts';
import { runningSends } from '../store/sends.ts';
import type { Ending } from './act.ts';
import { openJudge } from './judge.ts';
import { readWaiting } from './reading.ts';
import { hearRefusals } from './refusals.ts';

export { type Intake, openIntake } from './intake.ts';
export { type Listener, type ListenLimits, type ListenOptions, listen } from './listen.ts';
export { lift, type SuppressDeps, suppress } from './suppress.ts';
export { answerTray, type Glimpse, glimpse, type TrayAnswer, type TrayDeps, trayAnswers } from './tray.ts';
export { previewUndo, type UndoCounts, type UndoDeps, type UndoSpan, undoBounces } from './undo.ts';

export interface FeedbackDeps {
  db: Db;
  suppressionKey: Uint8Array;
  tokenKeys: TokenKeys;
  /** Whether what is passed on to the editors goes into the built-in catcher. */
  rehearsal: boolean;
  /** Domain of the envelope senders, when it is not the publication's own. */
  bounceDomain: string | undefined;
  log: Log;
  now: () => number;
}

export interface Feedback {
  /** Reads and acts on all mails that wait, slowly while a send goes out. */
  readWaiting(stopping: AbortSignal): Promise<Record<Ending, number>>;
  /** What is done at each turn of the engine, a few milliseconds of it: refusals heard, outages gone on with, old mails forgotten. */
  turn(): void;
}

const day = 24 * 3_600_000;
/** Raw mails are kept so long, to be read again by a better reader. */
const keepDays = 90;
const forgetEveryMs = 60 * 60_000;
const forgetAtOnce = 200;

export function openFeedback({ suppressionKey, ...deps }: FeedbackDeps): Feedback {
  const { db, now } = deps;
  const all = { ...deps, suppressionKey: createSecretKey(suppressionKey) };
  const judge = openJudge(all);
  let forgetAt = 0;
  return {
    readWaiting: (stopping) => readWaiting({ ...all, judge }, stopping, () => runningSends(db, deps.rehearsal).length > 0),
    turn() {
      hearRefusals({ db, judge, now });
      judge.breaker.step();
      if (now() < forgetAt) return;
      const forgotten = forgetInbound(db, now() - keepDays * day, forgetAtOnce);
      forgetAt = forgotten === forgetAtOnce ? now() : now() + forgetEveryMs;
    },
  };
}

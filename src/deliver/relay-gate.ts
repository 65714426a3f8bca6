/** Keeps a worker from burning through its readers while the relay is down or refuses us: it closes on the relay's trouble and opens when the relay answers again. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../model/outcome.ts';

/** Whose mail an outcome is of. */
export interface JudgedMail {
  /** The group of domains it went to. */
  group: string;
  /** May be called later, with the outcome that counts instead: of a refusal that turns out to be about us. */
  takeBack: (instead: Outcome) => void;
  /** It was refused before, and taken back when that stopped the send. */
  takenBack: boolean;
}

export interface RelayGate {
  /** Resolves when messages may be begun, or when `stopping` is aborted. */
  passed(stopping: AbortSignal): Promise<void>;
  /** Looks at the outcome of a mail: closes on the relay's trouble. Returns the outcome that counts for the reader. */
  judge(outcome: Outcome, mail: JudgedMail): Outcome;
}

export interface RelayGateOptions {
  /** Undefined when the relay answers, else why not. */
  probe: () => Promise<string | undefined>;
  /** Passes the news on: what is wrong, or undefined when it is over. */
  tell: (trouble: string | undefined) => Promise<void>;
  /** Milliseconds before each new look while the trouble lasts; the last one repeats. */
  waits?: readonly number[];
}

/** Quick at first, because most relays are only being restarted; then 1, 2, 5, 10 minutes. */
const defaultWaits = [1, 2, 5, 15, 30, 60, 120, 300, 600].map((seconds) => seconds * 1000);

/** One refusal that speaks about us may be a single reader's host; this many in a row are about us: the send stops, and none of them is refused. */
const refusalsInARow = 3;
/** Refusals further apart are of two sends, and no row. */
const inARowMs = 3_600_000;

/** So many different providers that ask to slow down, and nothing accepted in between: it is the relay that speaks. */
const groupsAtOnce = 3;

export function openRelayGate({ probe, tell, waits = defaultWaits }: RelayGateOptions): RelayGate {
  let closed: Promise<void> | undefined;
  let tries = 0;
  let aboutUs: ((instead: Outcome) => void)[] = [];
  let refusedAll = false;
  let refusedAt = 0;
  const pleading = new Set<string>();

  async function untilAnswered(trouble: string): Promise<void> {
    let reason: string | undefined = trouble;
    while (reason !== undefined) {
      const wait = waits[Math.min(tries, waits.length - 1)] ?? 1000;
      tries += 1;
      await tell(`${reason}; next try in ${Math.ceil(wait / 1000)} s`).catch(() => {});
      await sleep(wait, undefined, { ref: false }); // a worker that stops does not wait for it
      reason = await probe();
    }
    await tell(undefined).catch(() => {});
    closed = undefined;
  }

  function close(reason: string): void {
    closed ??= untilAnswered(reason);
  }

  return {
    async passed(stopping) {
      while (closed !== undefined && !stopping.aborted) {
        await Promise.race([closed, new Promise<void>((resolve) => stopping.addEventListener('abort', () => resolve(), { once: true }))]);
      }
    },
    judge(outcome, { group, takeBack, takenBack }) {
      if (outcome.relay) {
        close(outcome.reply);
        return outcome;
      }
      if (outcome.slow && outcome.kind === 'not-sent') {
        pleading.add(group);
        if (pleading.size >= groupsAtOnce) close(outcome.reply);
        return outcome;
      }
      if (outcome.kind !== 'not-sent') pleading.clear();
      // a person has let the send go on since: now it counts, or a few readers whose servers want none of us would stop it again and again
      if (outcome.senderScope && takenBack) return outcome;
      const now = performance.now();
      if (!outcome.senderScope || now - refusedAt > inARowMs) {
        aboutUs = [];
        refusedAll = false;
      }
      if (outcome.senderScope) {
        refusedAt = now;
        aboutUs.push(takeBack);
        refusedAll ||= aboutUs.length >= refusalsInARow;
      }
      if (refusedAll) {
        const instead: Outcome = { kind: 'not-sent', reply: outcome.reply, relay: true, halt: true };
        for (const each of aboutUs.slice(0, -1)) each(instead);
        aboutUs = [];
        close(outcome.reply);
        return instead;
      }
      if (!outcome.senderScope && outcome.kind !== 'not-sent' && outcome.kind !== 'unknown') tries = 0;
      return outcome;
    },
  };
}

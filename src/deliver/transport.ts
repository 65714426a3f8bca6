/** The relay as deliver sees it: a few kept-alive SMTP connections, one message at a time on each, and for every message one outcome. */
import type { Outcome } from '../model/outcome.ts';
import { type Line, type OutgoingMessage, openLine, stoppingOutcome } from './smtp-line.ts';
import { defaultTimeouts, type RelayTimeouts, readRelay } from './smtp-relay.ts';

export type { OutgoingMessage } from './smtp-line.ts';

export interface Transport {
  /**
   * Hands one message to the relay, waiting for a free connection. Never rejects: what goes wrong is an outcome, and when it is unsure whether the relay
   * has the message, `unknown`. `mayFinish` is asked when all but the final dot has been written; false drops the connection, which is `not-sent`.
   */
  send(message: OutgoingMessage, mayFinish: () => boolean): Promise<Outcome>;
  /** Connects and logs in: undefined when the relay is ready for mail, else why it is not. */
  probe(): Promise<string | undefined>;
  /** Waits for the messages in hand, then says QUIT on every connection. Sending afterwards gives `not-sent`. */
  close(): Promise<void>;
  /**
   * Gives up at once all that the relay cannot have: a message whose final dot has not been written is `not-sent`, its line is cut, one that waits for a
   * connection never gets it, and later ones are not begun. A message whose dot was written keeps its line until its answer. May be called at any time and
   * more than once; `close` then ends what is left.
   */
  abandon(): void;
}

export interface TransportOptions {
  /** `smtp://` or `smtps://`, see `readRelay`. */
  url: string;
  /** At most this many connections at once. */
  connections: number;
  /** Name for EHLO; default the machine's own. */
  name?: string;
  timeouts?: Partial<RelayTimeouts>;
}

/** Many relays close a line after 100 messages by themselves (Postfix: smtp_connection_reuse_count_limit is 100 too). */
const messagesPerLine = 100;

/** Opens nothing yet: the first message, or a probe, connects. Throws AppError `relay.url` for an address that is none. */
export function openTransport({ url, connections, name, timeouts }: TransportOptions): Transport {
  const limits = { ...defaultTimeouts, ...timeouts };
  const relay = readRelay(url, name, limits);
  const idle: { line: Line; timer: NodeJS.Timeout }[] = [];
  const waiting: (() => void)[] = [];
  let free = connections;
  const abandoned = new AbortController();
  let closing: Promise<void> | undefined;
  const stopped = (): boolean => closing !== undefined || abandoned.signal.aborted;

  /** Takes a place: at once when one is free, so that what is called next finds it taken; else when the promise resolves. */
  function takePlace(): Promise<void> | undefined {
    if (free === 0) return new Promise((resolve) => waiting.push(resolve));
    free -= 1;
    return undefined;
  }

  /** Runs work that needs one of the connections. */
  async function withPlace<T>(work: () => Promise<T>): Promise<T> {
    const turn = takePlace();
    if (turn) await turn;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  }

  /** An idle line that still lives, or a new one in its place. */
  async function takeLine({ fresh }: { fresh: boolean }): Promise<Line | Outcome> {
    for (let kept = idle.pop(); kept; kept = idle.pop()) {
      clearTimeout(kept.timer);
      if (kept.line.alive && !fresh) return kept.line;
      void kept.line.close();
      if (fresh) break; // one place, one line
    }
    return openLine(relay, abandoned.signal);
  }

  async function giveBack(line: Line): Promise<void> {
    if (!stopped()) await line.tidy();
    if (stopped() || line.used >= messagesPerLine) await line.close();
    if (!line.alive) return;
    const timer = setTimeout(() => {
      const at = idle.findIndex((kept) => kept.line === line);
      if (at >= 0) idle.splice(at, 1);
      void line.close();
    }, limits.idle);
    idle.push({ line, timer });
  }

  /** The outcome is told before the line is cleared up: the record of a message must not wait for that. */
  async function sendInPlace(message: OutgoingMessage, mayFinish: () => boolean, tell: (outcome: Outcome) => void): Promise<void> {
    let line = await takeLine({ fresh: false });
    while (!isOutcome(line)) {
      const kept = line.used > 0;
      const { outcome, stale } = await line.hand(message, mayFinish);
      // a relay may close a line that lay idle: that is its right, and no trouble
      if (!(stale && kept)) {
        tell(outcome);
        return giveBack(line);
      }
      line = await takeLine({ fresh: true });
    }
    tell(line);
  }

  return {
    send: (message, mayFinish) =>
      new Promise((resolve, reject) => {
        const abandon = (): void => resolve(stoppingOutcome);
        if (stopped()) return abandon();
        abandoned.signal.addEventListener('abort', abandon);
        withPlace(async () => {
          abandoned.signal.removeEventListener('abort', abandon); // from here on the line knows what became of the message
          if (stopped()) abandon();
          else await sendInPlace(message, mayFinish, resolve);
        }).catch(reject);
      }),

    async probe() {
      if (stopped()) return stoppingOutcome.reply;
      return withPlace(async () => {
        if (stopped()) return stoppingOutcome.reply;
        const line = await takeLine({ fresh: true });
        if (isOutcome(line)) return line.reply;
        await giveBack(line);
        return undefined;
      });
    },

    close() {
      closing ??= Promise.all(
        Array.from({ length: connections }, async () => {
          await takePlace(); // for good: a place that is handed on is counted twice, and the one with a message in hand not at all
          const kept = idle.pop();
          clearTimeout(kept?.timer);
          await kept?.line.close();
        }),
      ).then(() => undefined);
      return closing;
    },

    abandon: () => abandoned.abort(),
  };
}

function isOutcome(line: Line | Outcome): line is Outcome {
  return 'kind' in line;
}

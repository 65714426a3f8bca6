/** The relay as deliver sees it: a few kept-alive SMTP connections, one message at a time on each, and for every message one outcome. */
import type { Outcome } from '../model/outcome.ts';
import { type Line, type OutgoingMessage, openLine } from './smtp-line.ts';
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
  let closing: Promise<void> | undefined;

  /** Runs work that needs one of the connections. */
  async function withPlace<T>(work: () => Promise<T>): Promise<T> {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
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
    return openLine(relay);
  }

  async function giveBack(line: Line): Promise<void> {
    await line.tidy();
    if (closing || line.used >= messagesPerLine) await line.close();
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
        withPlace(async () => {
          if (closing) resolve({ kind: 'not-sent', reply: 'this worker is stopping' });
          else await sendInPlace(message, mayFinish, resolve);
        }).catch(reject);
      }),

    probe: () =>
      withPlace(async () => {
        const line = await takeLine({ fresh: true });
        if (isOutcome(line)) return line.reply;
        await giveBack(line);
        return undefined;
      }),

    close() {
      closing ??= Promise.all(
        Array.from({ length: connections }, () =>
          withPlace(async () => {
            const kept = idle.pop();
            clearTimeout(kept?.timer);
            await kept?.line.close();
          }),
        ),
      ).then(() => undefined);
      return closing;
    },
  };
}

function isOutcome(line: Line | Outcome): line is Outcome {
  return 'kind' in line;
}

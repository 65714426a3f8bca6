/**
 * One open connection to the relay, and what exactly became of a message on it. Nodemailer speaks SMTP; the two facts it does not tell apart when a line
 * breaks, whether the relay said 354 and whether the final dot was written, are noted here, by handing it a stream of our own.
 */
import { Readable, type Transform } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Outcome } from '../model/outcome.ts';
import { oneLine, outcomeOfReply, type SmtpStage } from '../model/smtp-reply.ts';
import { isAscii, offeredBy, unfitFor } from './smtp-offers.ts';
import type { Relay } from './smtp-relay.ts';

export interface OutgoingMessage {
  envelope: { from: string; to: string; envid: string };
  /** The whole message with CRLF line ends; not dot-stuffed. */
  bytes: Uint8Array;
}

export interface Attempt {
  outcome: Outcome;
  /** True when the line broke, or the relay closed it with 421, before it asked for the message: on another line nothing stands against it. */
  stale: boolean;
}

export interface Line {
  /** Messages handed over so far. */
  readonly used: number;
  readonly alive: boolean;
  /** Hands over one message; one at a time. `mayFinish` is asked when all of it but the final dot has left this process; false drops the line. */
  hand(message: OutgoingMessage, mayFinish: () => boolean): Promise<Attempt>;
  /** Clears up after a refusal, so that the next message finds a clean line; a line that cannot be cleared is closed. */
  tidy(): Promise<void>;
  /** Says QUIT and closes; resolves when the line is closed, after two seconds without an answer at the latest. */
  close(): Promise<void>;
}

type LineError = SMTPConnection.SMTPError;

/** The outcome of a message that was not begun, or was dropped before its final dot, because this process ends. */
export const stoppingOutcome: Outcome = { kind: 'not-sent', reply: 'this worker is stopping' };

/**
 * Connects, encrypts and logs in as the relay's address asks for. The outcome instead of a line is always `not-sent`, with `relay` unless it is
 * `stoppingOutcome`. `abandoned` cuts the line at once, also while it opens; only while a message waits for the answer to its final dot, or the line lies
 * idle, it is left alone.
 */
export async function openLine(relay: Relay, abandoned: AbortSignal): Promise<Line | Outcome> {
  const connection = new SMTPConnection(relay.options);
  let lastError: LineError | undefined;
  let used = 0;
  let transactionOpen = false;
  connection.on('error', (error: LineError) => {
    lastError = error;
  });

  /** One step of the dialogue: the error it failed with. Nodemailer forgets its callback when the line breaks, so the end of the line ends it too. */
  function step(run: (done: (error?: LineError | null) => void) => void): Promise<LineError | undefined> {
    return new Promise((resolve) => {
      const abandon = (): void => cut(connection);
      const finish = (error: LineError | undefined): void => {
        connection.off('end', ended);
        abandoned.removeEventListener('abort', abandon);
        resolve(error);
      };
      const ended = (): void => finish(lastError ?? new Error('the line was closed'));
      connection.once('end', ended);
      if (abandoned.aborted) abandon();
      else abandoned.addEventListener('abort', abandon);
      run((error) => finish(error ?? undefined));
    });
  }

  const unreached = await step((done) => connection.connect(done));
  const offers = offeredBy(connection.lastServerResponse || '');
  const unwelcome =
    unreached ?? (relay.login && connection.allowsAuth ? await step((done) => connection.login(relay.login, done)) : undefined);
  if (unwelcome) {
    connection.close();
    return abandoned.aborted ? stoppingOutcome : trouble(relay, unwelcome);
  }
  if (relay.login && !connection.allowsAuth) {
    connection.close();
    return { kind: 'not-sent', reply: `${relay.place} takes no login, but its address has a user name`, relay: true };
  }

  async function hand(message: OutgoingMessage, mayFinish: () => boolean): Promise<Attempt> {
    if (abandoned.aborted) return { outcome: stoppingOutcome, stale: false };
    used += 1;
    const unfit = unfitFor(offers, message);
    if (unfit) return { outcome: unfit, stale: false };
    const { open, ...attempt } = await transmit(connection, relay, message, mayFinish, abandoned);
    transactionOpen = open;
    return attempt;
  }

  return {
    hand,
    get used() {
      return used;
    },
    get alive() {
      return !connection.destroyed;
    },
    async tidy() {
      // a refused recipient leaves a transaction open, and the next MAIL would get 503
      if (!connection.destroyed && transactionOpen && (await step((done) => connection.reset(done)))) connection.close();
      transactionOpen = false;
    },
    async close() {
      if (connection.destroyed) return;
      const patience = setTimeout(() => connection.close(), 2000);
      const ended = new Promise((resolve) => connection.once('end', resolve));
      connection.quit();
      await ended;
      clearTimeout(patience);
    },
  };
}

/** How far a message got. */
interface Progress {
  /** The relay said 354. */
  asked: boolean;
  /** The final dot was written, or may have been. */
  dot: boolean;
}

function transmit(
  connection: SMTPConnection,
  relay: Relay,
  { envelope, bytes }: OutgoingMessage,
  mayFinish: () => boolean,
  abandoned: AbortSignal,
): Promise<Attempt & { open: boolean }> {
  const progress: Progress = { asked: false, dot: false };
  return new Promise((resolve) => {
    let over = false;
    const end = (attempt: Attempt & { open: boolean }, keep: boolean): void => {
      over = true;
      abandoned.removeEventListener('abort', abandon);
      if (!keep) connection.close();
      resolve(attempt);
    };
    const abandon = (): void => {
      if (progress.dot) return; // the relay may have the message: only its answer tells
      end({ outcome: stoppingOutcome, stale: false, open: false }, true);
      cut(connection);
    };
    abandoned.addEventListener('abort', abandon);

    const body = new MessageBody(async (dots) => {
      progress.asked = true;
      await new Promise<void>((written) => dots.write(writeAhead(connection, bytes), () => written()));
      do {
        await flushed(connection);
        await turn();
      } while (dots.readableLength > 0 && !connection.destroyed);
      await flushed(connection);
      if (over || connection.destroyed) return;
      const inTime = mayFinish();
      if (over) return; // abandoned by the very question
      if (!inTime) {
        end({ outcome: { kind: 'not-sent', reply: 'dropped before the final dot: it took too long' }, stale: false, open: false }, false);
        return;
      }
      progress.dot = true;
      dots.end();
    });

    connection.send(envelopeFor(envelope, bytes.length), body, (error, info) => {
      const outcome = error ? failure(relay, progress, error) : success(progress, info.response);
      const answered = error?.response !== undefined && error.command !== 'CONN';
      const stale = !progress.asked && (!answered || error?.responseCode === 421);
      // after 354 only an answer to the whole message leaves the dialogue where both sides know it
      const clear = progress.asked ? progress.dot && (answered || !error) : answered;
      end({ outcome, stale, open: answered && !progress.asked }, clear && error?.responseCode !== 421);
    });
  });
}

/** RFC 3461: headers only, failures only; the token as ENVID, and the address as we had it. Sent only when the relay offers DSN. */
function envelopeFor({ from, to, envid }: OutgoingMessage['envelope'], size: number): SMTPConnection.Envelope {
  return { from, to: [to], size, dsn: { ret: 'HDRS', envid, notify: 'FAILURE', recipient: originalRecipient(to) } };
}

/** RFC 3461 section 4.2; for an address beyond ASCII the utf-8 form of RFC 6533 section 3. Nodemailer makes the xtext of it. */
function originalRecipient(address: string): string {
  if (isAscii(address)) return `rfc822;${address}`;
  return `utf-8;${address.replace(/[+=\\]|\P{ASCII}/gu, (letter) => `\\x{${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`)}`;
}

/** The message as the stream Nodemailer pipes into its dot-stuffer; it does so at the very moment the relay has said 354. */
class MessageBody extends Readable {
  readonly #start: (dots: Transform) => Promise<void>;
  constructor(start: (dots: Transform) => Promise<void>) {
    super();
    this.#start = start;
  }
  override _read(): void {}
  override pipe<T extends NodeJS.WritableStream>(target: T): T {
    void this.#start(target as unknown as Transform);
    return target;
  }
}

/**
 * Writes straight to the line what Nodemailer's dot-stuffer would only copy, byte by byte and at half the cost of a message, and gives back what is left
 * for it. Whatever needs stuffing, or has a bare CR or LF that a server might take for a line's end (SMTP smuggling), is left whole.
 */
function writeAhead(connection: SMTPConnection, bytes: Uint8Array): Uint8Array {
  const { _socket: socket } = connection;
  if (socket === null || socket === false || !socket.writable || !isPlain(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)))
    return bytes;
  socket.write(bytes.subarray(0, -2));
  return bytes.subarray(-2);
}

/** True when all lines end with CRLF, the last one included, and none begins with a dot. */
function isPlain(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1))
    if (bytes[at - 1] !== 0x0d || bytes[at + 1] === 0x2e) return false;
  for (let at = bytes.indexOf(0x0d); at !== -1; at = bytes.indexOf(0x0d, at + 1)) if (bytes[at + 1] !== 0x0a) return false;
  return bytes.length > 2 && bytes.at(-1) === 0x0a && bytes[0] !== 0x2e;
}

/** Ends the line without waiting for anything: what is still to be written to a relay that does not read would hold it open. */
function cut(connection: SMTPConnection): void {
  connection.close();
  if (connection._socket) connection._socket.destroy();
}

/** Resolves when all that was written before has been taken by the operating system, or the line is gone. */
function flushed(connection: SMTPConnection): Promise<void> {
  const socket = connection._socket;
  if (socket === null || socket === false || !socket.writable) return Promise.resolve();
  return new Promise((resolve) => socket.write(Buffer.alloc(0), () => resolve()));
}

function success(progress: Progress, response: string): Outcome {
  // a yes before the dot is the answer to nothing we said
  return progress.dot
    ? outcomeOfReply('dot', response)
    : { kind: 'unknown', reply: oneLine(`answered before the message was complete: ${response}`) };
}

const stageOf: Record<string, SmtpStage> = { 'MAIL FROM': 'mail', 'RCPT TO': 'rcpt', DATA: 'data' };

function failure({ place }: Relay, { asked, dot }: Progress, error: LineError): Outcome {
  const { response, command } = error;
  if (response !== undefined && command !== 'CONN') {
    return outcomeOfReply(asked ? 'dot' : (stageOf[command ?? ''] ?? 'mail'), response);
  }
  // the 421 to a recipient ends what was sent along with it, and Nodemailer tells it as the end of the line; one to MAIL it tells as such
  if (!asked && response !== undefined && /^421[ -]/.test(response)) return outcomeOfReply('rcpt', response);
  const what = error.timeoutType ? `no answer from ${place}` : `connection to ${place} lost`;
  if (dot) return { kind: 'unknown', reply: oneLine(`${what} after the final dot`) };
  return { kind: 'not-sent', reply: oneLine(`${what} before the message was complete${response ? `: ${response}` : ''}`), relay: true };
}

/** Why the relay cannot be used, in plain words. */
function trouble({ place }: Relay, error: LineError): Outcome {
  const code = error.originalCode ?? error.code ?? '';
  const plain = error.timeoutType ? `no answer from ${place}` : plainReasons[code]?.(place);
  const words = error.response
    ? `${refusedAs[error.code ?? ''] ?? 'turned away at'} ${place}: ${error.response}`
    : (plain ?? `${place}: ${error.message}`);
  return { kind: 'not-sent', reply: oneLine(words), relay: true };
}

/** What the relay's own words are put behind. */
const refusedAs: Record<string, string> = {
  EAUTH: 'login refused at',
  ETLS: 'the line cannot be encrypted (STARTTLS), and nothing is sent in the clear, at',
};

const plainReasons: Record<string, (place: string) => string> = {
  ECONNREFUSED: (place) => `connection refused at ${place}`,
  ECONNRESET: (place) => `connection to ${place} lost`,
  EPIPE: (place) => `connection to ${place} lost`,
  ECONNECTION: (place) => `connection closed by ${place} without a greeting`,
  ETIMEDOUT: (place) => `no answer from ${place}`,
  EHOSTUNREACH: (place) => `no route to ${place}`,
  ENETUNREACH: (place) => `no route to ${place}`,
  ENOTFOUND: (place) => `no such host: ${place}`,
  EDNS: (place) => `no such host: ${place}`,
};

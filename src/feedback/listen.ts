/** The listener for mail that comes back, SMTP or LMTP: it takes what carries a token of ours, and mail to postmaster and abuse; nothing else. */
import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer, type SMTPServerAddress, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import { readOwnAddress } from '../message/message.ts';
import type { TokenKeys } from '../model/token.ts';
import { verifyAddress } from './attribute.ts';
import type { Intake } from './intake.ts';

export interface ListenOptions {
  port: number;
  host: string;
  protocol: 'smtp' | 'lmtp';
  /** PEM texts for STARTTLS. */
  tls?: { cert: string; key: string } | undefined;
  tokenKeys: TokenKeys;
  /** Domains whose postmaster and abuse are ours, in lower case. Asked at each recipient: publications come and go. */
  domains: () => readonly string[];
  intake: Intake;
  log: Log;
  now: () => number;
  limits?: Partial<ListenLimits>;
}

export interface ListenLimits {
  /** Octets of a mail. */
  size: number;
  connections: number;
  /** Connections from one address: a relay brings all bounces, so there are many. */
  connectionsPerHost: number;
  recipients: number;
  /** Mails a minute; what comes above that is told to come again, which servers do. */
  mailsPerMinute: number;
  /** Octets of all mails under way together. */
  memory: number;
  /** How long a client that has closed its side is given to hear what became of the mail it was sending; ms. */
  lastAnswer: number;
}

const usualLimits: ListenLimits = {
  size: 25 * 1024 * 1024,
  connections: 200,
  connectionsPerHost: 50,
  recipients: 100,
  mailsPerMinute: 30_000,
  memory: 64 * 1024 * 1024,
  lastAnswer: 5000,
};

export interface Listener {
  readonly port: number;
  /** Refuses new mail and waits a second for what is under way. */
  close(): Promise<void>;
}

const minute = 60_000;

/** Starts to listen. Errors say that the port is taken or may not be opened, or what is wrong with the certificate. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { tokenKeys, domains, intake, log, now } = options;
  const limits = { ...usualLimits, ...options.limits };
  const read = openReading(limits);
  const perHost = new Map<string, number>();
  /** The clients' ports of the lines that a mail comes in on or waits for its answer. */
  const taking = new Set<number | undefined>();
  let minuteBegan = now();
  let mails = 0;

  const server = new SMTPServer({
    name: 'galley',
    banner: 'Galley takes mail that comes back',
    lmtp: options.protocol === 'lmtp',
    authOptional: true,
    disabledCommands: options.tls === undefined ? ['AUTH', 'STARTTLS'] : ['AUTH'],
    ...options.tls,
    disableReverseLookup: true,
    hideENHANCEDSTATUSCODES: false,
    size: limits.size,
    maxClients: limits.connections,
    socketTimeout: minute,
    closeTimeout: 1000,
    allowHalfOpen: true, // see keepAnswering
    logger: false,
    onConnect({ remoteAddress }, done) {
      const lines = perHost.get(remoteAddress) ?? 0;
      perHost.set(remoteAddress, lines + 1); // counted back in onClose, which is called for refused ones too
      done(lines >= limits.connectionsPerHost ? answer(421, 'too many connections from your address') : null);
    },
    onClose({ remoteAddress }) {
      const lines = (perHost.get(remoteAddress) ?? 1) - 1;
      if (lines > 0) perHost.set(remoteAddress, lines);
      else perHost.delete(remoteAddress);
    },
    onSecure(line, _, done) {
      keepAnswering(line, taking, limits);
      done();
    },
    onMailFrom(_, __, done) {
      if (now() - minuteBegan >= minute) [minuteBegan, mails] = [now(), 0];
      mails += 1;
      done(mails > limits.mailsPerMinute ? answer(451, 'too many mails just now, come again in a minute') : null);
    },
    onRcptTo({ address }: SMTPServerAddress, { envelope }: SMTPServerSession, done) {
      if (envelope.rcptTo.length >= limits.recipients) return done(answer(452, 'too many recipients'));
      const own = readOwnAddress(address);
      if (own !== undefined && 'token' in own)
        return done(verifyAddress(tokenKeys, address) !== undefined ? null : answer(550, 'there is no such mailbox'));
      if (own !== undefined && (own.domain === '' || domains().includes(own.domain))) return done();
      done(answer(550, 'there is no such mailbox'));
    },
    onData(stream, session, done) {
      const { remotePort } = session;
      taking.add(remotePort);
      read(stream, (raw) => intake.take({ way: 'listener', ...envelopeOf(session), raw })).then(
        () => {
          taking.delete(remotePort);
          done(null, 'taken');
        },
        (error: Error & { responseCode?: number }) => {
          taking.delete(remotePort);
          if (error.responseCode === undefined) log.error('feedback.not_taken', { error });
          done(error.responseCode === undefined ? answer(451, 'it could not be kept, come again') : error);
        },
      );
    },
  });
  server.server.on('connection', (line: Socket) => keepAnswering(line, taking, limits));
  const port = await opened(server, options);
  server.on('error', (error: Error) => log.debug('feedback.line', { error: error.message })); // of one connection: its mail had no 250
  return { port, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

/**
 * Exim closes its side of a line with the dot of its last mail, others may do so over TLS too, and it sends that mail again and again when no answer comes.
 * smtp-server writes only while a line is open both ways, so ours look so for as long as we may write. Nobody else closes them then: a line that brings no
 * mail is closed at once.
 */
function keepAnswering(line: Socket, taking: ReadonlySet<number | undefined>, { lastAnswer }: ListenLimits): void {
  Object.defineProperty(line, 'readyState', { get: () => (line.writable ? 'open' : 'closed') });
  line.once('end', () => {
    if (taking.has(line.remotePort)) setTimeout(() => line.end(), lastAnswer).unref();
    else line.end();
  });
}

const answer = (responseCode: number, text: string) => Object.assign(new Error(text), { responseCode });

/**
 * Reads mails off their lines and hands each to `use`, whole. All that are under way together hold at most `memory` octets: whoever comes above that is to come
 * again. Of a mail that is refused nothing is kept while the rest is read away.
 */
function openReading({ size, memory }: ListenLimits) {
  let held = 0;
  return async (stream: SMTPServerDataStream, use: (raw: Buffer) => Promise<void>): Promise<void> => {
    let chunks: Buffer[] = [];
    let length = 0;
    let mine = 0;
    let refusal: Error | undefined;
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        length += chunk.length;
        if (length > size) refusal = answer(552, 'this mail is too large');
        else if (held + chunk.length > memory) refusal ??= answer(451, 'too many mails at once, come again');
        if (refusal === undefined) {
          chunks.push(chunk);
          mine += chunk.length;
          held += chunk.length;
        } else {
          chunks = [];
          held -= mine;
          mine = 0;
        }
      }
      if (refusal !== undefined) throw refusal;
      await use(Buffer.concat(chunks));
    } finally {
      held -= mine;
    }
  };
}

function envelopeOf({ envelope: { mailFrom, rcptTo } }: SMTPServerSession): { sender: string; recipients: string[] } {
  return { sender: mailFrom ? mailFrom.address : '', recipients: rcptTo.map(({ address }) => address) };
}

function opened(server: SMTPServer, { port, host }: ListenOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (cause: NodeJS.ErrnoException): void => {
      const reasons: Record<string, string> = {
        EADDRINUSE: 'another program has it: choose another INBOUND_PORT',
        EACCES: 'this user may not open it: choose one above 1023 and let the mail server pass mail on to it',
        EADDRNOTAVAIL: 'INBOUND_HOST is no address of this machine',
      };
      const reason = reasons[cause.code ?? ''] ?? cause.message;
      reject(new AppError('feedback.port', `Cannot take mail on ${host} port ${port}: ${reason}`, { cause }));
    };
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      resolve((server.server.address() as AddressInfo).port);
    });
  });
}

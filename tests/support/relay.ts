/** Real SMTP servers for tests: an ordinary post office on smtp-server, and a relay that follows a script, down to hanging up at a chosen word. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface ReceivedMail {
  from: string;
  to: string;
  /** As taken off the wire, dots unstuffed. */
  bytes: Buffer;
}

export interface Relay extends AsyncDisposable {
  readonly port: number;
  /** `smtp://127.0.0.1:PORT` */
  readonly url: string;
  readonly mails: ReceivedMail[];
  /** Connections taken so far. */
  readonly connections: () => number;
  close(): Promise<void>;
}

/** A post office that takes every mail, as smtp-server does it. `reply` may refuse a recipient: a code, or nothing to accept. */
export async function openPostOffice({
  port = 0,
  host = '127.0.0.1',
  refuse,
  ...options
}: { port?: number; host?: string; refuse?: (to: string) => number | undefined } & SMTPServerOptions = {}): Promise<Relay> {
  const mails: ReceivedMail[] = [];
  let connections = 0;
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    hideDSN: false,
    closeTimeout: 200,
    onConnect(_session, done) {
      connections += 1;
      done();
    },
    onRcptTo({ address }, _session, done) {
      const code = refuse?.(address);
      done(code === undefined ? null : Object.assign(new Error('not this one'), { responseCode: code }));
    },
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        mails.push({
          from: envelope.mailFrom ? envelope.mailFrom.address : '',
          to: envelope.rcptTo[0]?.address ?? '',
          bytes: Buffer.concat(chunks),
        });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  const close = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
  return relayOf(server.server.address() as AddressInfo, mails, () => connections, close);
}

/** What a scripted relay does at a word: a reply, `hang up` (the line is cut), or `silence`. */
export type Step = string | 'hang up' | 'silence';

export interface RelayScript {
  greeting?: Step;
  /** Extensions offered at EHLO. */
  offers?: string[];
  mail?: Step;
  /** By address, and by how many RCPT came before on all lines. */
  rcpt?: Step | ((to: string, before: number) => Step);
  data?: Step;
  /** Said or done after this many bytes of the message, without waiting for the dot; nothing more is read then. */
  midData?: { after: number; step: Step };
  /** The answer to the whole message. `taken` counts the mails before this one. */
  dot?: Step | ((taken: number) => Step);
  rset?: Step;
  /** Milliseconds before each answer. */
  delay?: number;
}

export interface ScriptedRelay extends Relay {
  /** Command lines of all connections, in order. */
  readonly commands: string[];
  /** Bytes of messages whose dot never came. */
  readonly unfinished: () => number;
  /** Cuts all lines that are open now. */
  cut(): void;
}

/** A relay that follows a script. A mail counts as received when its dot came, whatever the script answers then. */
export async function openScriptedRelay(script: RelayScript = {}): Promise<ScriptedRelay> {
  const mails: ReceivedMail[] = [];
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  let rcpts = 0;
  let unfinished = 0;

  const server: Server = createServer((socket) => {
    connections += 1;
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    let chain = Promise.resolve();
    /** Does a step; false when the line is over. Steps of one line follow one another, also with a delay. */
    const does = (step: Step): void => {
      chain = chain.then(async () => {
        if (script.delay) await new Promise((resolve) => setTimeout(resolve, script.delay));
        if (step === 'hang up') socket.destroy();
        else if (step !== 'silence' && !socket.destroyed) socket.write(`${step}\r\n`);
      });
    };
    let waiting = '';
    let from = '';
    let to = '';
    let body: string | undefined;
    let interrupted = false;

    does(script.greeting ?? '220 relay.example.org ESMTP');
    socket.on('data', (chunk) => {
      waiting += chunk.toString('latin1');
      for (let step = next(); step !== undefined; step = next()) if (step !== '') does(step);
      if (body !== undefined) unfinished = waiting.length;
    });

    /** Takes the next command or message off the line; '' for one without an answer, undefined when more must come first. */
    function next(): Step | undefined {
      if (body !== undefined) return nextOfMessage();
      const end = waiting.indexOf('\r\n');
      if (end === -1) return undefined;
      const line = waiting.slice(0, end);
      waiting = waiting.slice(end + 2);
      commands.push(line);
      const [verb = ''] = line.toUpperCase().split(/[ :]/);
      const address = /<(.*?)>/.exec(line)?.[1] ?? '';
      if (verb === 'EHLO')
        return [
          '250-relay.example.org',
          ...(script.offers ?? ['PIPELINING', '8BITMIME', 'DSN']).map((offer) => `250-${offer}`),
          '250 HELP',
        ].join('\r\n');
      if (verb === 'MAIL') {
        if (from !== '') return '503 5.5.1 nested MAIL command';
        const step = script.mail ?? '250 2.1.0 ok';
        if (step.startsWith('2')) from = address;
        return step;
      }
      if (verb === 'RCPT') {
        if (from === '') return '503 5.5.1 need MAIL first';
        const step =
          typeof script.rcpt === 'function'
            ? script.rcpt(Buffer.from(address, 'latin1').toString(), rcpts++)
            : (script.rcpt ?? '250 2.1.5 ok');
        if (step.startsWith('2')) to = address;
        return step;
      }
      if (verb === 'DATA') {
        const step = script.data ?? (to === '' ? '503 5.5.1 need RCPT first' : '354 go on');
        if (step.startsWith('3')) body = '';
        return step;
      }
      if (verb === 'RSET') {
        from = to = '';
        return script.rset ?? '250 2.0.0 ok';
      }
      if (verb === 'QUIT') {
        setImmediate(() => socket.end());
        return '221 2.0.0 bye';
      }
      return '502 5.5.1 unknown command';
    }

    function nextOfMessage(): Step | undefined {
      if (script.midData && !interrupted && waiting.length >= script.midData.after) {
        interrupted = true;
        socket.pause();
        return script.midData.step;
      }
      const end = waiting.startsWith('.\r\n') ? 0 : waiting.indexOf('\r\n.\r\n') + 2;
      if (end === 1) return undefined;
      const text = waiting.slice(0, end).replace(/^\.\./gm, '.');
      waiting = waiting.slice(end + 3);
      unfinished = 0;
      body = undefined;
      if (to !== '') mails.push({ from, to, bytes: Buffer.from(text, 'latin1') });
      const none = to === '';
      from = to = '';
      if (none) return '554 5.5.1 no valid recipients';
      return typeof script.dot === 'function' ? script.dot(mails.length - 1) : (script.dot ?? '250 2.0.0 taken');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const close = async (): Promise<void> => {
    cut();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { ...relayOf(server.address() as AddressInfo, mails, () => connections, close), commands, unfinished: () => unfinished, cut };
}

function relayOf({ port }: AddressInfo, mails: ReceivedMail[], connections: () => number, close: () => Promise<void>): Relay {
  return { port, url: `smtp://127.0.0.1:${port}`, mails, connections, close, [Symbol.asyncDispose]: close };
}

/** An SMTP dialogue by hand: says one line after the other and hears each answer, for tests of what we answer. */
import { connect, type Socket } from 'node:net';
import { connect as secure } from 'node:tls';

export interface Dialogue extends AsyncDisposable {
  /** Says a line and returns the whole answer; what follows DATA is one line to this, its dot included. */
  say(line: string): Promise<string>;
  /** Writes without waiting for an answer. */
  begin(text: string): void;
  /** Says a last line and closes its side with it, as Exim does; returns all that is heard until the other side closes too. */
  leave(line: string): Promise<string>;
  /** Goes over to TLS after STARTTLS was answered. */
  secure(): Promise<void>;
}

export async function openDialogue(port: number): Promise<Dialogue & { greeting: string }> {
  let socket: Socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let heard = '';
  let wake = (): void => {};
  const listen = (): void => {
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      heard += text;
      wake();
    });
    socket.on('error', () => wake());
    socket.on('close', () => wake());
  };
  listen();
  const hear = async (): Promise<string> => {
    while (!/^\d{3} .*\r\n/m.test(heard)) {
      if (socket.destroyed) return heard || 'closed';
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    const answer = heard;
    heard = '';
    return answer.trim();
  };
  const greeting = await hear();
  return {
    greeting,
    say(line) {
      socket.write(`${line}\r\n`, 'latin1');
      return hear();
    },
    begin: (text) => void socket.write(text, 'latin1'),
    async leave(line) {
      socket.end(`${line}\r\n`, 'latin1');
      while (!socket.closed)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      return heard.trim();
    },
    async secure() {
      socket.removeAllListeners();
      const plain = socket;
      socket = await new Promise((resolve) => {
        const tls = secure({ socket: plain, rejectUnauthorized: false }, () => resolve(tls));
      });
      listen();
    },
    async [Symbol.asyncDispose]() {
      socket.destroy();
    },
  };
}

/** Hands a mail over and returns the answer to RCPT when it is refused, else the one to the mail. */
export async function handOver(port: number, { from = '', to, raw }: { from?: string; to: string; raw: string }): Promise<string> {
  await using line = await openDialogue(port);
  await line.say('EHLO relay.example');
  await line.say(`MAIL FROM:<${from}>`);
  const rcpt = await line.say(`RCPT TO:<${to}>`);
  if (!rcpt.startsWith('250')) return rcpt;
  await line.say('DATA');
  return await line.say(`${raw.replace(/\r?\n/g, '\r\n').replace(/^\./gm, '..')}\r\n.`);
}

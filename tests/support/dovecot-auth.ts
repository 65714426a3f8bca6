/** The password checker that Postfix asks: Dovecot's auth protocol, as much of it as PLAIN and LOGIN need, for one user. Debian's Postfix brings no checker of its own. */
import { type AddressInfo, createServer } from 'node:net';

export interface Login {
  user: string;
  pass: string;
}

export interface Checker extends AsyncDisposable {
  readonly port: number;
  /** Which mechanisms were used, in order. */
  readonly used: string[];
}

const decoded = (text: string): string => Buffer.from(text, 'base64').toString();

/** Starts it on a free port of the loopback. */
export async function openDovecotAuth({ user, pass }: Login): Promise<Checker> {
  const used: string[] = [];
  const server = createServer((socket) => {
    const asked = new Map<string, string>(); // of LOGIN: the name, while the password is waited for
    const say = (...fields: string[]): void => void socket.write(`${fields.join('\t')}\n`);
    const answer = (id: string, name: string, word: string): void =>
      name === user && word === pass ? say('OK', id, `user=${name}`) : say('FAIL', id, `user=${name}`);
    socket.on('error', () => {});
    say('VERSION', '1', '1');
    say('MECH', 'PLAIN', 'plaintext');
    say('MECH', 'LOGIN', 'plaintext');
    for (const field of ['SPID', 'CUID', 'COOKIE']) say(field, '1');
    say('DONE');
    let heard = '';
    socket.on('data', (chunk) => {
      const lines = (heard + chunk).split('\n');
      heard = lines.pop() ?? '';
      for (const line of lines) {
        const [verb = '', id = '', word = ''] = line.split('\t');
        const response = /\tresp=(\S*)/.exec(line)?.[1];
        if (verb === 'AUTH') used.push(word);
        if (verb === 'AUTH' && word === 'LOGIN') say('CONT', id, Buffer.from('Username:').toString('base64'));
        else if (verb === 'AUTH' && response === undefined) say('CONT', id, '');
        else if (verb === 'AUTH') plain(id, response ?? '');
        else if (verb === 'CONT' && used.at(-1) === 'PLAIN') plain(id, word);
        else if (verb === 'CONT' && asked.has(id)) answer(id, asked.get(id) ?? '', decoded(word));
        else if (verb === 'CONT') {
          asked.set(id, decoded(word));
          say('CONT', id, Buffer.from('Password:').toString('base64'));
        }
      }
    });
    function plain(id: string, response: string): void {
      const [, name = '', word = ''] = decoded(response).split('\0');
      answer(id, name, word);
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    port: (server.address() as AddressInfo).port,
    used,
    [Symbol.asyncDispose]: () => new Promise((done) => server.close(() => done())),
  };
}

/** Debian's Postfix as a relay of the tests' own: private queue and settings, on loopback, passing all mail on to one address. Needs root, as Postfix does. */
import { execFile, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { programOnPath } from './programs.ts';

const run = promisify(execFile);
const postfix = programOnPath('postfix');

/** Why Postfix tests are left out on this machine, or undefined when they can run. */
export const withoutPostfix =
  postfix === undefined ? 'postfix is not installed' : process.getuid?.() !== 0 ? 'postfix starts for root only' : undefined;

/** Starts Postfix; all mail for anybody goes on to `127.0.0.1:next`. */
export async function openPostfix(next: number): Promise<{ port: number } & AsyncDisposable> {
  const folder = mkdtempSync(join(tmpdir(), 'galley-test-'));
  chmodSync(folder, 0o755); // its processes run as the user postfix
  for (const name of ['queue', 'data', 'etc']) mkdirSync(join(folder, name), { mode: 0o755 });
  await run('chown', ['postfix', join(folder, 'data')]);
  const port = await freePort();
  const etc = join(folder, 'etc');
  writeFileSync(join(etc, 'main.cf'), mainSettings(folder, next));
  writeFileSync(join(etc, 'master.cf'), services(port));
  const master = spawn(postfix ?? 'postfix', ['-c', etc, 'start-fg'], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => master.once('exit', () => resolve()));
  for (let tries = 0; !(await answers(port)); tries += 1) {
    if (tries > 200)
      throw new Error(`postfix does not answer: ${existsSync(join(folder, 'log')) ? readFileSync(join(folder, 'log'), 'utf8') : 'no log'}`);
    await sleep(50);
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      await run(postfix ?? 'postfix', ['-c', etc, 'stop']).catch(() => {});
      await ended;
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function mainSettings(folder: string, next: number): string {
  return `compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
maillog_file = ${folder}/log
maillog_file_prefixes = ${folder}
myhostname = relay.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
relayhost = [127.0.0.1]:${next}
alias_maps =
alias_database =
local_recipient_maps =
smtpd_recipient_restrictions = permit_mynetworks, reject
smtp_tls_security_level = none
smtpd_tls_security_level = none
disable_dns_lookups = yes
smtp_destination_concurrency_limit = 10
`;
}

/** The services a relay needs, none of them in a chroot. */
function services(port: number): string {
  const lines = [
    // service, type, private, wake-up, most processes, command; `n n` in between: with root's rights where it must, in no chroot
    [`127.0.0.1:${port}`, 'inet', 'n', '-', '-', 'smtpd'],
    ['pickup', 'unix', 'n', '60', '1', 'pickup'],
    ['cleanup', 'unix', 'n', '-', '0', 'cleanup'],
    ['qmgr', 'unix', 'n', '300', '1', 'qmgr'],
    ['postlog', 'unix-dgram', 'n', '-', '1', 'postlogd'],
    ...['rewrite:trivial-rewrite', 'bounce', 'defer:bounce', 'trace:bounce', 'proxymap', 'smtp', 'error', 'anvil', 'scache'].map(
      (entry) => {
        const [name = '', command = name] = entry.split(':');
        return [name, 'unix', '-', '-', name === 'anvil' || name === 'scache' ? '1' : '-', command];
      },
    ),
  ];
  return `${lines.map(([name, type, hidden, wake, most, command]) => `${name} ${type} ${hidden} - n ${wake} ${most} ${command}`).join('\n')}\n`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const line = createConnection(port, '127.0.0.1');
    line.once('data', () => {
      line.end('QUIT\r\n');
      resolve(true);
    });
    line.once('error', () => resolve(false));
  });
}

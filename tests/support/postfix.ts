/** Debian's Postfix for the tests: private queue and settings, on loopback. It passes all mail on to one port, but for a domain of mailboxes it may hold itself. Needs root, as Postfix does. */
import { execFile, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Mailboxes, type MailServer, mailsIn } from './mail-server.ts';
import { freePort, greets } from './ports.ts';
import { programOnPath } from './programs.ts';

const run = promisify(execFile);
const postfix = programOnPath('postfix');

/** Why Postfix tests are left out on this machine, or undefined when they can run. */
export const withoutPostfix =
  postfix === undefined ? 'postfix is not installed' : process.getuid?.() !== 0 ? 'postfix starts for root only' : undefined;

/** How a Postfix wants to be spoken to by whoever hands mail in. */
export interface Submission {
  /** Port of the checker of passwords on the loopback. */
  checker: number;
  mechanism: 'PLAIN' | 'LOGIN';
  /** PEM files. */
  tls: { certificate: string; key: string };
}

/** Starts Postfix; all mail for anybody else goes on to `127.0.0.1:next`: bounces too. With `submission` it takes mail only after STARTTLS and a login. */
export async function openPostfix(next: number, mailboxes?: Mailboxes, submission?: Submission): Promise<MailServer> {
  const folder = mkdtempSync(join(tmpdir(), 'galley-test-'));
  chmodSync(folder, 0o755); // its processes run as the user postfix
  for (const name of ['queue', 'data', 'etc', 'mail']) mkdirSync(join(folder, name), { mode: 0o755 });
  await run('chown', ['postfix', join(folder, 'data')]);
  await run('chown', ['nobody', join(folder, 'mail')]);
  const port = await freePort();
  const etc = join(folder, 'etc');
  writeFileSync(
    join(etc, 'main.cf'),
    `${mainSettings(folder, next)}${mailboxes === undefined ? '' : await mailboxSettings(folder, mailboxes)}${submission === undefined ? '' : submissionSettings(submission)}`,
  );
  writeFileSync(join(etc, 'master.cf'), services(port));
  const master = spawn(postfix ?? 'postfix', ['-c', etc, 'start-fg'], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => master.once('exit', () => resolve()));
  for (let tries = 0; !(await greets(port)); tries += 1) {
    if (tries > 200)
      throw new Error(`postfix does not answer: ${existsSync(join(folder, 'log')) ? readFileSync(join(folder, 'log'), 'utf8') : 'no log'}`);
    await sleep(50);
  }
  return {
    port,
    mailsOf: (name) => mailsIn(join(folder, 'mail'), name),
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

/** Mailboxes as Maildirs of the user nobody, and what becomes of mail to those that take none. */
async function mailboxSettings(folder: string, { domain, good, full, away }: Mailboxes): Promise<string> {
  const { stdout } = await run('id', ['-u', 'nobody']);
  const table = (entries: readonly string[]) =>
    entries.length === 0 ? '' : `inline:{ ${entries.map((entry) => `{ ${entry} }`).join(', ')} }`;
  const routes = [
    ...full.map((name) => `${name}@${domain} = error:5.2.2 mailbox full: over quota`),
    ...away.map((name) => `${name}@${domain} = retry:4.3.0 the disk is away`),
  ];
  return `smtpd_reject_unlisted_recipient = no
virtual_mailbox_domains = ${domain}
virtual_mailbox_base = ${folder}/mail
virtual_mailbox_maps = ${table(good.map((name) => `${name}@${domain} = ${name}/`))}
virtual_uid_maps = static:${stdout.trim()}
virtual_gid_maps = static:${stdout.trim()}
transport_maps = ${table(routes)}
minimal_backoff_time = 1s
queue_run_delay = 1s
`;
}

/** TLS before anything else, and passwords asked of the checker. */
function submissionSettings({ checker, mechanism, tls: { certificate, key } }: Submission): string {
  return `smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_tls_key_file = ${key}
smtpd_tls_cert_file = ${certificate}
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:${checker}
smtpd_sasl_mechanism_filter = !external, !${mechanism === 'PLAIN' ? 'login' : 'plain'}, static:rest
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
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
    ...[
      'rewrite:trivial-rewrite',
      'bounce',
      'defer:bounce',
      'trace:bounce',
      'proxymap',
      'smtp',
      'error',
      'retry:error',
      'virtual',
      'anvil',
      'scache',
      'tlsmgr',
    ].map((entry) => {
      const [name = '', command = name] = entry.split(':');
      return [name, 'unix', '-', '-', command === 'bounce' ? '0' : ['anvil', 'scache', 'tlsmgr'].includes(name) ? '1' : '-', command];
    }),
  ];
  // only the one that writes mailboxes needs root's rights; it writes as their owner
  const unprivileged = (command = '') => (command === 'virtual' ? 'n' : '-');
  return `${lines.map(([name, type, hidden, wake, most, command]) => `${name} ${type} ${hidden} ${unprivileged(command)} n ${wake} ${most} ${command}`).join('\n')}\n`;
}

/** Debian's Exim for the tests, as setup unpacked it: private queue and settings, on loopback. It passes all mail on to one port, but for a domain of mailboxes it may hold itself. */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Mailboxes, type MailServer, mailsIn } from './mail-server.ts';
import { freePort, greets } from './ports.ts';

const unpacked = join(import.meta.dirname, '../../.cache/exim');

/** Why Exim tests are left out on this machine, or undefined when they can run. */
export const withoutExim = existsSync(join(unpacked, 'usr/sbin/exim4'))
  ? undefined
  : 'Exim is not unpacked in .cache/exim (npm test does it)';

/** Exim does not run as root: then it is nobody. */
const runner = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

/** Starts Exim; all mail for anybody else goes on to `127.0.0.1:next`: bounces too. */
export async function openExim(next: number, mailboxes: Mailboxes): Promise<MailServer & { log(): string }> {
  const folder = mkdtempSync(join(tmpdir(), 'galley-test-'));
  chmodSync(folder, 0o755);
  for (const name of ['spool', 'mail', 'log']) {
    mkdirSync(join(folder, name));
    chownSync(join(folder, name), runner.uid, runner.gid);
  }
  // a copy: nobody may be barred from the folder of this project
  for (const part of ['usr/sbin', 'usr/lib']) cpSync(join(unpacked, part), join(folder, part), { recursive: true, verbatimSymlinks: true });
  const port = await freePort();
  writeFileSync(join(folder, 'exim.conf'), settings(folder, port, next, mailboxes));
  const exim = join(folder, 'usr/sbin/exim4');
  const args = ['-C', join(folder, 'exim.conf'), '-bdf', '-q1s'];
  const daemon = spawn(exim, args, { ...runner, cwd: folder, env: surroundings(folder), stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => daemon.once('exit', () => resolve()));
  for (let tries = 0; !(await greets(port)); tries += 1) {
    if (tries > 200 || daemon.exitCode !== null) throw new Error(`exim does not answer: ${logs(folder)}`);
    await sleep(50);
  }
  return {
    port,
    log: () => logs(folder),
    mailsOf: (name) => mailsIn(join(folder, 'mail'), name),
    async [Symbol.asyncDispose]() {
      daemon.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

const logs = (folder: string): string =>
  readdirSync(join(folder, 'log'))
    .map((name) => readFileSync(join(folder, 'log', name), 'utf8'))
    .join('') || 'no log';

/** Debian's Exim insists on a user Debian-exim, whom only an installation makes: the wrapper of the C library's look-ups shows it whoever runs it. */
function surroundings(folder: string): Record<string, string> {
  const { uid, gid } = runner;
  writeFileSync(join(folder, 'passwd'), `Debian-exim:x:${uid}:${gid}::/:/bin/false\nnobody:x:${uid}:${gid}::/:/bin/false\n`);
  writeFileSync(join(folder, 'group'), `Debian-exim:x:${gid}:\n`);
  const libraries = readdirSync(join(folder, 'usr/lib'))
    .map((name) => join(folder, 'usr/lib', name))
    .find((path) => existsSync(join(path, 'libnss_wrapper.so')));
  if (libraries === undefined) throw new Error('.cache/exim lacks libnss_wrapper.so: remove it and run npm test again');
  return {
    LD_LIBRARY_PATH: libraries,
    LD_PRELOAD: join(libraries, 'libnss_wrapper.so'),
    NSS_WRAPPER_PASSWD: join(folder, 'passwd'),
    NSS_WRAPPER_GROUP: join(folder, 'group'),
  };
}

/** No look-up of any name goes out. A full mailbox has no retry rule, so that its mail comes back at once; of mail that waits in the queue a warning is sent after a second. */
function settings(folder: string, port: number, next: number, { domain, good, full, away }: Mailboxes): string {
  return `keep_environment = LD_LIBRARY_PATH : LD_PRELOAD : NSS_WRAPPER_PASSWD : NSS_WRAPPER_GROUP
exim_path = ${folder}/usr/sbin/exim4
spool_directory = ${folder}/spool
log_file_path = ${folder}/log/%s
primary_hostname = relay.example
daemon_smtp_ports = ${port}
local_interfaces = 127.0.0.1
host_lookup =
rfc1413_hosts =
deliver_drop_privilege = true
acl_smtp_rcpt = accept
acl_smtp_data = accept
tls_advertise_hosts =
smtp_accept_max = 100
delay_warning = 1s
delay_warning_condition = true
domainlist ours = ${domain}

begin routers
away:
  driver = redirect
  domains = +ours
  local_parts = ${away.join(' : ')}
  allow_defer
  data = :defer: the disk is away
good:
  driver = accept
  domains = +ours
  local_parts = ${good.join(' : ')}
  transport = box
full:
  driver = accept
  domains = +ours
  local_parts = ${full.join(' : ')}
  transport = full
onward:
  driver = manualroute
  domains = ! +ours
  route_list = * 127.0.0.1
  self = send
  transport = onward

begin transports
box:
  driver = appendfile
  maildir_format
  directory = ${folder}/mail/$local_part_data
full:
  driver = appendfile
  maildir_format
  directory = ${folder}/mail/$local_part_data
  quota = 1
onward:
  driver = smtp
  port = ${next}
  hosts_try_fastopen =

begin retry
* quota
* * F,1h,1s
`;
}

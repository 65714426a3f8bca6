/**
 * Installs what this machine lacks before a command of package.json runs: the packages of the lock file, then the programs the command needs.
 * Called as `node setup.mjs [start|test|pictures|golden|bench]`. It runs on Node 20 without any package, writes to standard error only, and says nothing when nothing is missing.
 */
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Need
 * @property {string[]} programs any one of them will do
 * @property {string} apt the Debian package
 * @property {string} [brew] the Homebrew package
 * @property {string} [instead] what else would help
 * @property {string} [tests] the tests that are left out without it; absent when nothing runs without it
 * @property {string} [unpacked] the folder that `apt`'s files are unpacked into, where an installation would take the place of something else
 *
 * @typedef {object} Machine what the decisions below need to know
 * @property {(program: string) => boolean} has
 * @property {NodeJS.Platform} platform
 * @property {boolean} isRoot
 * @property {boolean} quietSudo sudo asks for no password
 * @property {boolean} redisUrl a Redis is named in the settings
 * @property {string | undefined} mailServer the installed mail server that is not Postfix
 */

/** @satisfies {Record<string, Need>} */
const needs = {
  redis: {
    programs: ['valkey-server', 'redis-server'],
    apt: 'redis-server',
    brew: 'redis',
    instead: 'or set REDIS_URL to a Redis or Valkey 7 or newer',
  },
  browser: {
    programs: ['chromium', 'chromium-browser', 'google-chrome'],
    apt: 'chromium',
    brew: '--cask chromium',
    tests: 'the pages and mails seen in a real browser',
  },
  postfix: { programs: ['postfix'], apt: 'postfix', tests: 'sends through Postfix and smtp-sink' },
  exim: {
    programs: ['.cache/exim/usr/sbin/exim4'],
    apt: 'exim4-daemon-light libnss-wrapper', // apt keeps one mail server only; the wrapper gives Exim the user it insists on
    unpacked: '.cache/exim',
    tests: 'what comes back from Exim',
  },
  poppler: { programs: ['pdftotext'], apt: 'poppler-utils', brew: 'poppler', tests: 'the PDF, seen and read back' },
  qpdf: { programs: ['qpdf'], apt: 'qpdf', brew: 'qpdf', tests: 'the soundness of the PDF' },
  sqlite: { programs: ['sqlite3'], apt: 'sqlite3', brew: 'sqlite' },
};

/** @typedef {keyof typeof needs} NeedName */

/** What each purpose needs. Only the tests can do without some of it.
 * @type {Record<string, NeedName[]>} */
const purposes = {
  start: ['redis'],
  test: ['redis', 'browser', 'postfix', 'exim', 'poppler', 'qpdf'],
  pictures: ['browser'],
  golden: ['browser', 'poppler'],
  bench: ['redis', 'sqlite', 'postfix'],
};

/**
 * Which needs are unmet, in two groups: without `required` the command cannot run, without `optional` some tests are left out.
 * `barred` are those that must not be installed, with the reason: apt would remove a mail server that is there to make room for Postfix.
 * The tests start a Redis of their own, so REDIS_URL spares them nothing.
 * @param {string} purpose
 * @param {Pick<Machine, 'has' | 'redisUrl' | 'mailServer'>} machine
 */
export function unmet(purpose, { has, redisUrl, mailServer }) {
  /** @type {NeedName[]} */ const required = [];
  /** @type {NeedName[]} */ const optional = [];
  /** @type {{ name: NeedName, why: string }[]} */ const barred = [];
  for (const name of purposes[purpose] ?? []) {
    /** @type {Need} */ const need = needs[name];
    if (need.programs.some(has)) continue;
    if (name === 'redis' && redisUrl && purpose === 'start') continue;
    if (name === 'postfix' && mailServer) barred.push({ name, why: `${mailServer} is installed and Postfix would replace it` });
    else if (purpose === 'test' && need.tests) optional.push(name);
    else required.push(name);
  }
  return { required, optional, barred };
}

/**
 * How to install some needs here: `command` is what a person would type, `run` what this script may run itself (absent when it may not).
 * @param {NeedName[]} names
 * @param {Pick<Machine, 'has' | 'platform' | 'isRoot' | 'quietSudo'>} machine
 * @returns {{ command: string, run?: { program: string, args: string[], packages: string } }}
 */
export function installation(names, { has, platform, isRoot, quietSudo }) {
  /** @type {Need[]} */ const wanted = names.map((name) => needs[name]);
  if (has('apt-get')) {
    const packages = wanted.map((need) => need.apt).join(' ');
    const flags = '-y --no-install-recommends --no-remove';
    const sudo = isRoot ? '' : 'sudo ';
    const preseed = names.includes('postfix') ? `echo '${unconfiguredPostfix}' | ${sudo}debconf-set-selections && ` : '';
    const command = `${preseed}${sudo}apt-get update && ${sudo}apt-get install ${flags} ${packages}`;
    if (!isRoot && !quietSudo) return { command };
    const script = aptScript(packages, flags);
    const [program = 'sh', ...args] = [...(isRoot ? [] : ['sudo', '-n']), 'sh', '-c', script];
    return { command, run: { program, args, packages } };
  }
  const formulas = wanted.flatMap((need) => need.brew?.split(' ') ?? []);
  if (platform === 'darwin' && has('brew') && formulas.length > 0) {
    return {
      command: `brew install ${formulas.join(' ')}`,
      run: { program: 'brew', args: ['install', '--quiet', ...formulas], packages: formulas.join(' ') },
    };
  }
  return { command: `install ${wanted.map((need) => need.programs.join(' or ')).join(', ')} with the package manager of this system` };
}

/** Debian's answer for "write no main.cf": without one Postfix never starts by itself. The tests bring their own configuration. */
const unconfiguredPostfix = 'postfix postfix/main_mailer_type select No configuration';

/**
 * Installs Debian packages and keeps their services still: Galley and its tests start their own servers.
 * `policy-rc.d` is Debian's way to forbid starts during an installation; a machine with one keeps its own. dash runs an EXIT trap on a signal only
 * when the signal is trapped too, and a policy left behind would block every later service. What is installed here is not started at the next boot either.
 * apt's chatter is shown only when it fails.
 * @param {string} packages
 * @param {string} flags
 */
function aptScript(packages, flags) {
  return `export DEBIAN_FRONTEND=noninteractive
p=/usr/sbin/policy-rc.d
[ -e $p ] || { trap 'rm -f $p' EXIT; trap 'exit 130' INT TERM HUP; printf '#!/bin/sh\\nexit 101\\n' > $p && chmod 755 $p; }
echo '${unconfiguredPostfix}' | debconf-set-selections
said=$(apt-get update -qq 2>&1 && apt-get install -qq ${flags} ${packages} 2>&1 >/dev/null) || { echo "$said"; exit 1; }
for service in ${packages}; do systemctl -q disable $service.service >/dev/null 2>&1; done
exit 0`;
}

const root = dirname(fileURLToPath(import.meta.url));

/** @param {string} text */
const say = (text) => console.error(`setup: ${text}`);

/** @param {string} text @returns {never} */
function fail(text) {
  say(text);
  process.exit(1);
}

/**
 * Runs a command with its output on standard error; resolves with its exit status, 127 when it cannot be started.
 * The terminal's Ctrl-C reaches the command too and ends this script with it; `kill` ends the command at once instead of letting it tidy up.
 * @param {string} program
 * @param {string[]} args
 * @param {{ quiet?: boolean, kill?: boolean }} [options]
 * @returns {Promise<number>}
 */
async function run(program, args, { quiet = false, kill = false } = {}) {
  const child = spawn(program, args, { cwd: root, stdio: quiet ? 'ignore' : ['inherit', 2, 2] });
  let interrupted = false;
  const interrupt = () => {
    interrupted = true;
    if (kill) child.kill('SIGKILL');
  };
  process.on('SIGINT', interrupt);
  /** @type {number} */
  const status = await new Promise((resolve) => {
    child.once('error', () => resolve(127));
    child.once('exit', (code) => resolve(code ?? 130));
  });
  process.off('SIGINT', interrupt);
  if (interrupted || status === 130) process.exit(130);
  return status;
}

/** Looks on PATH and in /usr/sbin, where Debian keeps Postfix and which is not on every user's PATH; what has a path, in this folder.
 * @param {string} program */
function has(program) {
  const folders = program.includes('/') ? [root] : [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

/** The name of an installed mail server other than Postfix. All of them bring a `sendmail`; dpkg knows which one it is. */
function otherMailServer() {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own placeholders
  const listed = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Abbrev}|${Package}|${Provides}\n'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const rows = (listed.stdout ?? '').split('\n').map((line) => line.split('|'));
  const found = rows.find(
    ([state, name, provides]) => state?.startsWith('ii') && name !== 'postfix' && /\bmail-transport-agent\b/.test(provides ?? ''),
  );
  return found?.[1] ?? (has('sendmail') && !has('postfix') ? 'a mail server with its own sendmail' : undefined);
}

/** True when the settings name a Redis; `.env` counts as it does for the service. */
function namesRedis() {
  if (process.env['REDIS_URL']) return true;
  const file = join(root, '.env');
  return existsSync(file) && /^\s*(export\s+)?REDIS_URL\s*=\s*\S/m.test(readFileSync(file, 'utf8'));
}

/** True when node_modules holds exactly the versions of the lock file, and the Node that came with them. npm writes its own list last, so half an install is seen. */
function packagesAreCurrent() {
  /** @param {string} file @returns {Record<string, { version?: string, optional?: boolean, extraneous?: boolean }>} */
  const read = (file) => JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
  try {
    const have = read('node_modules/.package-lock.json');
    const differs = Object.entries(read('package-lock.json')).some(
      ([path, { version, optional, extraneous }]) => path !== '' && !optional && !extraneous && have[path]?.version !== version,
    );
    return !differs && existsSync(join(root, 'node_modules/node/bin/node'));
  } catch {
    return false;
  }
}

/**
 * The npm that runs us, whatever is on PATH. Ctrl-C kills it: left alone it would roll back for 20 seconds, and the next run sees what is missing.
 * @param {string[]} args
 * @param {{ quiet?: boolean }} [options]
 */
function npm(args, { quiet = false } = {}) {
  const own = process.env['npm_execpath'];
  return own ? run(process.execPath, [own, ...args], { quiet, kill: true }) : run('npm', args, { quiet, kill: true });
}

/** Explicit flags, because the settings of an outer npm are inherited: NODE_ENV=production would leave out Node 24 itself, ignore-scripts its binary, -s every error. */
const ciFlags = ['--include=dev', '--include=optional', '--ignore-scripts=false', '--no-audit', '--no-fund', '--loglevel=error'];

async function installPackages() {
  say('installing packages (npm ci) ...');
  const online = (await npm(['view', 'node', 'version', '--fetch-retries=0'], { quiet: true })) === 0; // npm ci needs minutes to find out
  if ((await npm(['ci', online ? '--prefer-offline' : '--offline', ...ciFlags])) !== 0) {
    fail(
      online
        ? 'npm ci failed for the reason above. When that is mended, run the same command again.'
        : 'the package registry cannot be reached and the packages are not in the cache of npm. Connect this machine (`npm ping` tells) and run the same command again.',
    );
  }
  if (!packagesAreCurrent())
    fail('npm ci ended well but node_modules is incomplete. Run: rm -rf node_modules && npm ci --include=dev --ignore-scripts=false');
}

/**
 * Installs one group of needs. Resolves with undefined when they are there afterwards, else with the command that a person may run.
 * @param {NeedName[]} names
 * @param {Machine} machine
 */
async function installPrograms(names, machine) {
  const { command, run: allowed } = installation(names, machine);
  if (!allowed) return command;
  say(`installing ${allowed.packages} (${machine.has('apt-get') ? 'apt-get' : 'brew'}) ...`);
  const status = await run(allowed.program, allowed.args);
  return status === 0 && names.every((name) => needs[name].programs.some(has)) ? undefined : command;
}

/**
 * Unpacks packages without installing them, with the libraries of theirs that this machine lacks. Nobody's rights are needed but for a fresh list of packages.
 * Two at once do no harm: each has a folder of its own, and the first to end gives it its name.
 * @param {Need & { unpacked: string }} need
 * @returns {Promise<boolean>}
 */
async function unpack({ apt, unpacked }) {
  say(`unpacking ${apt} into ${unpacked} ...`);
  const script = `mkdir -p "$1.$$" && cd "$1.$$" || exit
trap 'rm -rf "$1.$$"' EXIT; trap 'exit 130' INT TERM HUP
lacking() { apt-get -s -qq install --no-install-recommends ${apt} | sed -n 's/^Inst \\([^ ]*\\).*/\\1/p'; }
soon='-qq -o Acquire::Retries=0 -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20'
fetch() { apt-get $soon download $(printf '%s\\n' ${apt} $(lacking) | sort -u); }
said=$( (fetch || { apt-get $soon update && fetch; }) 2>&1) || { echo "$said"; exit 1; }
mkdir whole && for package in *.deb; do dpkg -x "$package" whole || exit; done
chmod -R u-s,g-s whole && { [ -e "$1" ] || mv whole "$1"; }`;
  return (await run('sh', ['-c', script, 'sh', join(root, unpacked)])) === 0;
}

/** @param {string} purpose */
async function main(purpose) {
  if (!(purpose in purposes)) fail(`unknown purpose ${purpose}. Use one of: ${Object.keys(purposes).join(', ')}`);
  if (Number.parseInt(process.versions.node, 10) < 20)
    fail(`this is Node ${process.versions.node}. Installing Galley needs Node 20 or newer.`);
  if (!packagesAreCurrent()) await installPackages();

  const redisUrl = namesRedis();
  const first = unmet(purpose, { has, redisUrl, mailServer: undefined });
  if (first.required.length + first.optional.length === 0) return; // the usual case asks the system nothing
  const isRoot = process.getuid?.() === 0;
  const quietSudo = !isRoot && has('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  /** @type {Machine} */
  const machine = { has, platform: process.platform, isRoot, quietSudo, redisUrl, mailServer: otherMailServer() };
  const { required, optional, barred } = unmet(purpose, machine);

  if (required.length > 0) {
    const command = await installPrograms(required, machine);
    const instead = required.flatMap((name) => ('instead' in needs[name] && purpose === 'start' ? [needs[name].instead] : []));
    if (command) fail([`missing: ${required.join(', ')}. Run this, then the same command again:\n  ${command}`, ...instead].join('\n  '));
  }
  for (const { name, why } of barred) leaveOut(name, why);
  const toInstall = optional.filter((name) => !('unpacked' in needs[name]));
  if (toInstall.length > 0) {
    const command = await installPrograms(toInstall, machine);
    const absent = toInstall.filter((name) => !needs[name].programs.some(has));
    for (const name of absent) leaveOut(name);
    if (command && absent.length > 0) say(`to have ${absent.length > 1 ? 'them' : 'it'}, run:\n  ${command}`);
  }
  for (const name of optional) {
    const need = needs[name];
    if (!('unpacked' in need)) continue;
    if (!has('apt-get') || !has('dpkg')) leaveOut(name, 'apt-get and dpkg would unpack it');
    else if (!(await unpack(need)) || !need.programs.some(has)) leaveOut(name, 'apt-get could not fetch it; it is tried again next time');
  }
}

/** @param {NeedName} name @param {string} [why] */
function leaveOut(name, why) {
  /** @type {Need} */ const need = needs[name];
  say(`no ${need.programs[0]?.split('/').at(-1)}${why ? ` (${why})` : ''}: left out are the tests of ${need.tests}`);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main(process.argv[2] ?? 'start');

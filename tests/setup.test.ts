/** What setup installs where, what it says when it may not, and what completes the lock file. */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { completeLock, platformOf } from '../complete-lock.mjs';
import { installation, unmet } from '../setup.mjs';

const root = join(import.meta.dirname, '..');
const has =
  (...programs: string[]) =>
  (program: string) =>
    programs.includes(program);

describe('what is missing', () => {
  const bare = { has: has(), redisUrl: false, mailServer: undefined };

  test('the service needs a Redis, or a Valkey, or the URL of one', () => {
    expect(unmet('start', bare).required).toEqual(['redis']);
    expect(unmet('start', { ...bare, has: has('valkey-server') }).required).toEqual([]);
    expect(unmet('start', { ...bare, redisUrl: true }).required).toEqual([]);
  });

  test('the tests need a Redis of their own whatever REDIS_URL says, and can do without the rest', () => {
    expect(unmet('test', { ...bare, redisUrl: true })).toEqual({
      required: ['redis'],
      optional: ['browser', 'postfix', 'exim', 'poppler', 'qpdf'],
      barred: [],
    });
  });

  test('Postfix is never installed in the place of another mail server', () => {
    const { optional, barred } = unmet('test', { ...bare, mailServer: 'exim4-daemon-light' });
    expect(optional).toEqual(['browser', 'exim', 'poppler', 'qpdf']);
    expect(barred).toEqual([{ name: 'postfix', why: expect.stringContaining('exim4-daemon-light') }]);
  });

  test('the pictures need the browser, the goldens what makes PDF pages pictures too, the bench needs what it measures with and against', () => {
    expect(unmet('pictures', bare).required).toEqual(['browser']);
    expect(unmet('golden', bare).required).toEqual(['browser', 'poppler']);
    expect(unmet('bench', bare).required).toEqual(['redis', 'sqlite', 'postfix']);
  });
});

describe('how it is installed', () => {
  const debian = { has: has('apt-get'), platform: 'linux' as const, isRoot: true, quietSudo: false };

  test('on Debian nothing that is installed is removed', () => {
    const { command, run } = installation(['redis'], debian);
    expect(command).toBe('apt-get update && apt-get install -y --no-install-recommends --no-remove redis-server');
    expect(run).toMatchObject({
      program: 'sh',
      packages: 'redis-server',
      args: ['-c', expect.stringContaining('--no-remove redis-server')],
    });
  });

  test('with a sudo that asks nothing, through it', () => {
    expect(installation(['redis'], { ...debian, isRoot: false, quietSudo: true }).run).toMatchObject({
      program: 'sudo',
      args: ['-n', 'sh', '-c', expect.any(String)],
    });
  });

  test('without the right to, a person gets the whole command', () => {
    expect(installation(['browser', 'postfix'], { ...debian, isRoot: false })).toEqual({
      command:
        "echo 'postfix postfix/main_mailer_type select No configuration' | sudo debconf-set-selections && sudo apt-get update && sudo apt-get install -y --no-install-recommends --no-remove chromium postfix",
    });
  });

  test('with Homebrew, by its names', () => {
    expect(installation(['redis'], { ...debian, has: has('brew'), platform: 'darwin', isRoot: false })).toMatchObject({
      command: 'brew install redis',
      run: { program: 'brew' },
    });
  });

  test('elsewhere the programs are named', () => {
    expect(installation(['redis'], { ...debian, has: has() })).toEqual({
      command: 'install valkey-server or redis-server with the package manager of this system',
    });
  });
});

/** A clone whose packages are there, on a machine that has only these programs; `/usr/sbin` is the real one. */
function clone(programs: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'galley-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const place = (file: string, text: string, mode = 0o644) => {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), text);
    chmodSync(join(folder, file), mode);
  };
  copyFileSync(join(root, 'setup.mjs'), join(folder, 'setup.mjs'));
  const lock = { packages: { '': {}, 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '1.0.0', optional: true } } };
  place('package-lock.json', JSON.stringify(lock));
  place('node_modules/.package-lock.json', JSON.stringify({ packages: { 'node_modules/a': { version: '1.0.0' } } }));
  place('node_modules/node/bin/node', '');
  for (const [name, text] of Object.entries(programs)) place(`bin/${name}`, `#!/bin/sh\n${text}\n`, 0o755);
  const run = (purpose: string, env: Record<string, string> = {}) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'setup.mjs'), purpose], {
      encoding: 'utf8',
      env: { PATH: join(folder, 'bin'), ...env },
    });
    return { status, stdout, stderr };
  };
  return { folder, place, run };
}

describe('setup', () => {
  test('says nothing when nothing is missing', () => {
    expect(clone({ 'redis-server': '' }).run('start')).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  test('stops with the programs’ names and REDIS_URL where no package manager is', () => {
    const { status, stdout, stderr } = clone({}).run('start');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/missing: redis.*\n.*valkey-server or redis-server.*\n.*REDIS_URL/);
  });

  test('lets the tests go on without a browser, and says which are left out', () => {
    const { status, stderr } = clone({ 'redis-server': '' }).run('test');
    expect(status).toBe(0);
    expect(stderr).toContain('no chromium: left out are the tests of the pages and mails seen in a real browser\n');
    expect(stderr).toContain('chromium');
  });

  test('stops the tests when there is no Redis to be had', () => {
    expect(clone({ chromium: '' }).run('test')).toMatchObject({ status: 1, stderr: expect.stringContaining('missing: redis') });
  });

  describe('Exim, which Postfix’s installation leaves no room for,', () => {
    const others = { 'redis-server': '', chromium: '', postfix: '', pdftotext: '', qpdf: '' };
    const dpkg = 'mkdir -p "$3/usr/sbin" && echo "$2" >> "$3/of" && : > "$3/usr/sbin/exim4" && chmod 4755 "$3/usr/sbin/exim4"';
    const path = ({ folder }: { folder: string }) => ({ PATH: `${join(folder, 'bin')}:/usr/bin:/bin` });

    test('is unpacked with the libraries that are missing, without rights, and once', () => {
      const apt =
        'case "$*" in *" download "*) for p in "$@"; do case $p in lib*|exim*) : > $p.deb;; esac; done;; *) echo "Inst libidn12 (1.41 x)";; esac';
      const here = clone({ ...others, 'apt-get': apt, dpkg });
      const said = 'setup: unpacking exim4-daemon-light libnss-wrapper into .cache/exim ...\n';
      expect(here.run('test', path(here))).toEqual({ status: 0, stdout: '', stderr: said });
      expect(readFileSync(join(here.folder, '.cache/exim/of'), 'utf8')).toBe('exim4-daemon-light.deb\nlibidn12.deb\nlibnss-wrapper.deb\n');
      expect(statSync(join(here.folder, '.cache/exim/usr/sbin/exim4')).mode & 0o7777).toBe(0o755);
      expect(readdirSync(join(here.folder, '.cache'))).toEqual(['exim']);
      expect(here.run('test', path(here))).toEqual({ status: 0, stdout: '', stderr: '' });
    });

    test('that cannot be fetched leaves its tests out, and the reason is shown', () => {
      const here = clone({ ...others, 'apt-get': 'echo E: no network >&2; exit 100', dpkg });
      const { status, stderr } = here.run('test', path(here));
      expect(status).toBe(0);
      expect(stderr).toMatch(
        /E: no network\n(.*\n)*setup: no exim4 \(apt-get could not fetch it.*left out are the tests of what comes back from Exim\n$/,
      );
      expect(readdirSync(join(here.folder, '.cache'))).toEqual([]);
    });

    test('needs Debian', () => {
      expect(clone(others).run('test')).toMatchObject({
        status: 0,
        stderr: expect.stringContaining('no exim4 (apt-get and dpkg would unpack it)'),
      });
    });
  });

  test('takes REDIS_URL from the environment or from .env', () => {
    const { run, place } = clone({});
    expect(run('start', { REDIS_URL: 'redis://localhost' }).status).toBe(0);
    place('.env', '# none yet\n#REDIS_URL=redis://localhost\n');
    expect(run('start').status).toBe(1);
    place('.env', 'PORT=1\nREDIS_URL=redis://localhost\n');
    expect(run('start').status).toBe(0);
  });

  test('runs npm when a package differs from the lock file, and explains its failure', () => {
    const { run, place, folder } = clone({ 'redis-server': '', npm: 'echo "$@" >> "$0.calls"; [ "$1" = view ]' });
    place('node_modules/.package-lock.json', JSON.stringify({ packages: { 'node_modules/a': { version: '0.9.0' } } }));
    expect(run('start')).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('npm ci failed for the reason above') });
    expect(readFileSync(join(folder, 'bin/npm.calls'), 'utf8')).toMatch(/^view .*\nci --prefer-offline --include=dev /);
  });

  test('installs from npm’s cache when the registry cannot be reached', () => {
    const { run, place, folder } = clone({
      'redis-server': '',
      npm: `echo "$@" >> "$0.calls"; [ "$1" = ci ] && echo '{"packages":{"node_modules/a":{"version":"1.0.0"}}}' > node_modules/.package-lock.json`,
    });
    place('node_modules/.package-lock.json', '{}');
    expect(run('start')).toEqual({ status: 0, stdout: '', stderr: 'setup: installing packages (npm ci) ...\n' });
    expect(readFileSync(join(folder, 'bin/npm.calls'), 'utf8')).toMatch(/\nci --offline /);
  });

  test('refuses a purpose that it does not know', () => {
    expect(clone({}).run('tests')).toMatchObject({ status: 1, stderr: expect.stringContaining('start, test, pictures, golden, bench') });
  });
});

describe('the lock file', () => {
  const parent = { version: '1.0.0', optionalDependencies: { 'x-linux-x64': '1.0.0', 'x-darwin-arm64': '1.0.0', 'no-platform': '1.0.0' } };
  const here = { version: '1.0.0', optional: true };

  test('gets the platform packages that its entries name, and loses what nothing needs', () => {
    const before = {
      packages: {
        '': {},
        'node_modules/x': { ...parent, dev: true },
        'node_modules/x-linux-x64': here,
        'node_modules/old': { version: '1.0.0', extraneous: true },
      },
    };
    const { lock, added, dropped } = completeLock(before);
    expect({ added, dropped }).toEqual({ added: ['x-darwin-arm64@1.0.0'], dropped: ['node_modules/old'] });
    expect(lock.packages['node_modules/x-darwin-arm64']).toEqual({
      version: '1.0.0',
      dev: true,
      optional: true,
      os: ['darwin'],
      cpu: ['arm64'],
    });
    expect(Object.keys(lock.packages)).toEqual(['', 'node_modules/x', 'node_modules/x-darwin-arm64', 'node_modules/x-linux-x64']);
    expect(completeLock(lock)).toEqual({ lock, added: [], dropped: [] });
  });

  test('keeps two versions of one platform package apart', () => {
    const newer = { version: '2.0.0', optionalDependencies: { 'x-darwin-arm64': '2.0.0' } };
    const { lock, added } = completeLock({
      packages: { '': {}, 'node_modules/x': { ...newer }, 'node_modules/y/node_modules/x': parent, 'node_modules/x-linux-x64': here },
    });
    expect(added).toEqual(['x-darwin-arm64@2.0.0', 'x-darwin-arm64@1.0.0']);
    expect(lock.packages['node_modules/y/node_modules/x/node_modules/x-darwin-arm64']?.version).toBe('1.0.0');
  });

  test('is complete, names no registry, and resolves nothing by itself', () => {
    const text = readFileSync(join(root, 'package-lock.json'), 'utf8');
    expect(completeLock(JSON.parse(text))).toMatchObject({ added: [], dropped: [] });
    expect(text).not.toContain('"resolved"');
  });
});

test.each([
  ['@biomejs/cli-linux-x64-musl', { os: ['linux'], cpu: ['x64'], libc: ['musl'] }],
  ['@resvg/resvg-js-linux-arm64-gnu', { os: ['linux'], cpu: ['arm64'], libc: ['glibc'] }],
  ['@img/sharp-linuxmusl-x64', { os: ['linux'], cpu: ['x64'], libc: ['musl'] }],
  ['@esbuild/win32-ia32', { os: ['win32'], cpu: ['ia32'] }],
  ['fsevents', undefined],
])('the platform of %s is read from its name', (name, platform) => {
  expect(platformOf(name)).toEqual(platform);
});

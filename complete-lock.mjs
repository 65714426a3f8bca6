/**
 * Adds to package-lock.json the packages for other platforms that a registry without them left out, because `npm ci` refuses a lock file that lacks them.
 * `npm run lock` calls it after every change of the dependencies; `--check` changes nothing and fails when there is something to add or to drop.
 */
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {{ version?: string, optionalDependencies?: Record<string, string>, extraneous?: boolean, dev?: boolean, devOptional?: boolean,
 *   optional?: boolean, os?: string[], cpu?: string[], libc?: string[] }} Entry
 * @typedef {{ packages: Record<string, Entry> }} Lock
 */

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];

/**
 * The platform a package's name speaks of, as npm's os, cpu and libc fields; undefined when the name speaks of none.
 * @param {string} name
 * @returns {Pick<Entry, 'os' | 'cpu' | 'libc'> | undefined}
 */
export function platformOf(name) {
  const words = name.split(/[-/]/);
  const os = systems.find((system) => words.includes(system) || words.includes(`${system}musl`));
  const cpu = processors.find((processor) => words.includes(processor));
  if (!os || !cpu) return undefined;
  const musl = words.some((word) => word.endsWith('musl'));
  const libc = os === 'linux' && (musl || words.includes('gnu')) ? { libc: [musl ? 'musl' : 'glibc'] } : {};
  return { cpu: [cpu], ...libc, os: [os] };
}

/**
 * The lock file with every optional platform package that its own entries name by an exact version, and without extraneous entries (left by a first
 * resolve, unreachable). The added ones carry no integrity: nobody here has seen them.
 * @param {Lock} lock
 * @returns {{ lock: Lock, added: string[], dropped: string[] }} added as name@version, dropped as paths
 */
export function completeLock(lock) {
  const packages = Object.fromEntries(Object.entries(lock.packages).filter(([, entry]) => !entry.extraneous));
  const dropped = Object.keys(lock.packages).filter((path) => !(path in packages));
  /** @type {string[]} */ const added = [];
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const platform = platformOf(name);
      if (path === '' || !platform || !/^\d+\.\d+\.\d+$/.test(version)) continue;
      if (visible(packages, path, name)?.version === version) continue;
      const top = `node_modules/${name}`;
      const home = packages[top] ? `${path}/${top}` : top;
      const scope = { ...(entry.dev && { dev: true }), ...(entry.devOptional && { devOptional: true }) };
      packages[home] = { version, ...scope, optional: true, ...platform };
      added.push(`${name}@${version}`);
    }
  }
  const sorted = Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  return { lock: { ...lock, packages: Object.fromEntries(sorted) }, added, dropped };
}

/**
 * The entry that `require(name)` would find from the package at `path`: the nearest node_modules on the way up.
 * @param {Record<string, Entry>} packages
 * @param {string} path
 * @param {string} name
 */
function visible(packages, path, name) {
  for (let place = path; place !== ''; place = place.slice(0, Math.max(0, place.lastIndexOf('/node_modules/')))) {
    const found = packages[`${place}/node_modules/${name}`];
    if (found) return found;
  }
  return packages[`node_modules/${name}`];
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const file = join(dirname(fileURLToPath(import.meta.url)), 'package-lock.json');
  const { lock, added, dropped } = completeLock(JSON.parse(readFileSync(file, 'utf8')));
  if (added.length > 0) console.error(`package-lock.json lacked ${added.length} platform packages: ${added.join(', ')}`);
  if (dropped.length > 0) console.error(`package-lock.json held ${dropped.length} extraneous entries`);
  if (process.argv.includes('--check')) process.exitCode = added.length + dropped.length > 0 ? 1 : 0;
  else if (added.length + dropped.length > 0) writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
}

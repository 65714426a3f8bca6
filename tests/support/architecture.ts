/** Checks files against the import table: a pure function of their paths and texts, so that the check itself can be tested. */
import { posix } from 'node:path';

export interface SourceFile {
  /** From the root of the project, with slashes. */
  path: string;
  text: string;
}

export interface Rules {
  /** Room → rooms it may import, itself aside. A type import counts. */
  rooms: Readonly<Record<string, readonly string[]>>;
  /** Rooms that no table limits: the wiring. */
  free: readonly string[];
  /** Rooms of which every file is a door. The door of any other is the file named after it. */
  open: readonly string[];
  /** Rooms of which others see the types alone. */
  typesOnly: readonly string[];
  /** Package, or the beginning of its name up to a star → rooms that may import it. The longest match holds; `*` is every room. */
  owners: Readonly<Record<string, readonly string[]>>;
  /** Built-in modules of Node that not every room may use. */
  builtins: Readonly<Record<string, readonly string[]>>;
}

const longestFile = 300;
const longestMap = 200;
/** The one file that reads the environment and the arguments; all others are handed what they need. */
const settingsReader = 'src/main.ts';
const namelessNames = ['util', 'utils', 'helper', 'helpers', 'common', 'shared', 'lib', 'misc', 'index'];

/** Every way in which the files break the rules, one line each: `path: what is wrong`. `ARCHITECTURE.md` is looked at with its own rules. */
export function violations(files: readonly SourceFile[], rules: Rules): string[] {
  const sources = files.filter(({ path }) => path.startsWith('src/'));
  const found = sources.flatMap((file) => {
    const lines = [...formOf(file), ...wordsOf(file, rules), ...importsOf(file.text).flatMap((edge) => edgeOf(file.path, edge, rules))];
    return lines.map((line) => `${file.path}: ${line}`);
  });
  const map = files.find(({ path }) => path === 'ARCHITECTURE.md');
  const rooms = new Set(sources.map(({ path }) => roomOf(path, rules)));
  return [...found, ...(map ? mapOf(map.text, rooms) : ['ARCHITECTURE.md: is missing'])];
}

/** One import of a file: what it names, and whether it is erased before it runs. */
interface Edge {
  target: string;
  isType: boolean;
}

/**
 * The imports in a source text: statements over any number of lines, re-exports, `import()`, `require()`, and every relative path of a source file
 * in quotes, which is how a child process is named. Lines that are comments do not count. A computed name has the target `undefined`.
 */
function importsOf(text: string): Edge[] {
  const code = withoutComments(text);
  const found = (pattern: RegExp): Edge[] => [...code.matchAll(pattern)].map(({ groups }) => edge(groups));
  const edge = (groups: Record<string, string | undefined> = {}): Edge => ({
    target: groups['target'] ?? 'undefined',
    isType: groups['type'] !== undefined,
  });
  const statements = found(/^\s*(?:import|export)\s+(?<type>type\s+)?[\w$*{},\s]*?from\s*['"](?<target>[^'"]+)['"]/gm);
  const bare = found(/^\s*import\s*['"](?<target>[^'"]+)['"]/gm);
  const calls = found(/\b(?:import|require)\s*\(\s*(?:['"](?<target>[^'"]+)['"]|(?=[^\s'"]))/g);
  const seen = new Set([...statements, ...bare, ...calls].map(({ target }) => target));
  const paths = found(/['"](?<target>\.\.?\/[^'"\n]*\.[cm]?[jt]sx?)['"]/g).filter(({ target }) => !seen.has(target));
  return [...statements, ...bare, ...calls, ...paths];
}

/** Comments that fill their lines are blanked; what follows code on a line stays. */
function withoutComments(text: string): string {
  return text.replace(/^\s*\/\*[\s\S]*?\*\//gm, '').replace(/^\s*\/\/.*$/gm, '');
}

/** `web/client` when the table has such a room, else the first folder, else the file's name. */
function roomOf(path: string, rules: Rules): string {
  const parts = path.replace(/^src\//, '').split('/');
  const inner = parts.slice(0, 2).join('/');
  if (inner in rules.rooms) return inner;
  return parts.length > 1 ? (parts[0] ?? '') : (parts[0] ?? '').replace(/\.[^.]+$/, '');
}

function edgeOf(path: string, { target, isType }: Edge, rules: Rules): string[] {
  const room = roomOf(path, rules);
  if (target === 'undefined') return ['imports a computed name, which nobody can check'];
  if (!target.startsWith('.')) return packageEdge(room, target, rules);
  const file = posix.normalize(posix.join(posix.dirname(path), target));
  if (rules.free.includes(room)) return [];
  if (!file.startsWith('src/')) return [`reaches out of src with ${target}`];
  const other = roomOf(file, rules);
  if (other === room) return [];
  if (!rules.rooms[room]?.includes(other)) return [`${room} may not import ${other} (${target})`];
  if (rules.typesOnly.includes(other) && !isType) return [`imports more than types of ${other} (${target})`];
  const isDoor =
    file === `src/${other}.ts` ||
    rules.open.includes(other) ||
    file === `src/${other}/${posix.basename(other)}.ts` ||
    isInside(other, room);
  return isDoor ? [] : [`goes past the door of ${other} (${target})`];
}

/** A room in a room: the outer one owns it and needs no door. */
const isInside = (inner: string, outer: string) => inner.startsWith(`${outer}/`);

function packageEdge(room: string, target: string, { free, owners, builtins }: Rules): string[] {
  const table = target.startsWith('node:') ? builtins : owners;
  const name = Object.keys(table)
    .filter((known) => (known.endsWith('*') ? target.startsWith(known.slice(0, -1)) : target === known || target.startsWith(`${known}/`)))
    .sort((a, b) => b.length - a.length)[0];
  if (name === undefined) return target.startsWith('node:') ? [] : [`imports ${target}, which has no owner`];
  const allowed = table[name] ?? [];
  const outer = room.split('/')[0] ?? room;
  if (allowed.includes('*') || allowed.includes(room) || allowed.includes(outer)) return [];
  if (free.includes(room) && target.startsWith('node:')) return [];
  return [`imports ${target}, which belongs to ${allowed.join(' and ')}`];
}

/** Names and sizes. */
function formOf({ path, text }: SourceFile): string[] {
  const lines = text.split('\n').length - 1;
  const nameless = path.split('/').filter((part) => namelessNames.includes(part.replace(/\.[^.]+$/, '')));
  return [
    ...(lines > longestFile ? [`has ${lines} lines, more than ${longestFile}`] : []),
    ...nameless.map((part) => `${part} says nothing about what is in it`),
    ...(/\.[cm]?[jt]sx$/.test(path) ? ['is a kind of file that Node does not run'] : []),
  ];
}

/** Words that have a place of their own, or none. */
function wordsOf({ path, text }: SourceFile, rules: Rules): string[] {
  const code = withoutComments(text);
  const room = roomOf(path, rules);
  const outside =
    path === settingsReader
      ? []
      : [...code.matchAll(/\bprocess\s*(?:\.|\?\.|\[['"])\s*(env|argv)\b|\{[^}]*\b(env|argv)\b[^}]*\}\s*=\s*process\b/g)];
  return [
    ...(room in rules.rooms || rules.free.includes(room) ? [] : [`${room} is not a room of the table`]),
    ...outside.map((match) => `reads process.${match[1] ?? match[2]}`),
    ...[...code.matchAll(/^\s*(?:export\s+)?(?:declare\s+)?(?:const\s+)?enum\s+\w+\s*\{/gm)].map(
      () => 'has an enum, which Node does not run',
    ),
    ...[...code.matchAll(/^\s*(?:export\s+)?(?:declare\s+)?(?:namespace|module)\s+[\w.]+\s*\{/gm)].map(
      () => 'has a namespace, which Node does not run',
    ),
  ];
}

function mapOf(text: string, rooms: ReadonlySet<string>): string[] {
  const lines = text.split('\n').length - 1;
  const unnamed = [...rooms].filter((room) => !new RegExp(`(?<![\\w/])${room}(?![\\w])`).test(text));
  return [
    ...(lines > longestMap ? [`ARCHITECTURE.md: has ${lines} lines, more than ${longestMap}`] : []),
    ...unnamed.map((room) => `ARCHITECTURE.md: does not name ${room}`),
  ];
}

/**
 * `node tests/fuzz/feedback.ts --seconds 60 --seed 1`: spoils mails (the corpora beside the project when they are there, and our own fixtures) and reads
 * them. No mail may throw, take long, make a hard bounce of an ordinary mail, or say other things with other line ends. Ends with 1 on a find, and
 * writes each to a file that `galley feedback read` takes. The same seed spoils the same mails in the same order.
 */
import { globSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { readFeedback } from '../../src/feedback/read/read.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string', default: '1' } } });
const seconds = whole('seconds', values.seconds);
const seed = whole('seed', values.seed);
/** CPU time of one reading, ms: the rule, and what counts as a find on a machine that does other things too. */
const rule = 50;
const limit = 400;

interface Seed {
  name: string;
  mail: string;
  /** No bounce: nothing made of it and its like may be a hard one. */
  ordinary: boolean;
}

function whole(option: string, value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  console.error(`--${option} ${value}: take a whole number`);
  process.exit(2);
}

function readSeeds(): Seed[] {
  const corpora = resolve(import.meta.dirname, '../../../shared/corpora/bounces');
  const fixtures = join(import.meta.dirname, '../fixtures/feedback');
  // not the newsletter that explains bounces: without its header it is the text of one
  const own = ['answer', 'vacation', 'unsubscribe', 'read-receipt'];
  const files = [...globSync(`${corpora}/*/*.{eml,txt}`), ...globSync(`${fixtures}/*.eml`)].sort();
  return files.map((file) => {
    const name = file.split('/').slice(-2).join('/');
    return {
      name,
      mail: readFileSync(file, 'latin1'),
      ordinary: /negatives\//.test(name) || own.some((word) => name.startsWith(`feedback/${word}`)),
    };
  });
}

/** Numbers from a seed: mulberry32. */
function randomFrom(start: number): (below: number) => number {
  let state = start >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

type Random = ReturnType<typeof randomFrom>;
type Spoil = (mail: string, random: Random, other: string) => string;

const spoils: Record<string, Spoil> = {
  'cut off': (mail, random) => mail.slice(0, random(mail.length + 1)),
  'beginning gone': (mail, random) => mail.slice(random(mail.length + 1)),
  'piece gone': (mail, random) => {
    const at = random(mail.length + 1);
    return mail.slice(0, at) + mail.slice(at + random(2000));
  },
  'piece of another': (mail, random, other) => {
    const at = random(mail.length + 1);
    const from = random(other.length + 1);
    return mail.slice(0, at) + other.slice(from, from + random(4000)) + mail.slice(at);
  },
  'letters changed': (mail, random) => {
    const letters = mail.split('');
    for (let times = 1 + random(40); times > 0; times -= 1) letters[random(letters.length)] = String.fromCharCode(random(256));
    return letters.join('');
  },
  'lines shuffled': (mail, random) => {
    const lines = mail.split('\n');
    for (let times = 1 + random(20); times > 0; times -= 1) {
      const [one, two] = [random(lines.length), random(lines.length)];
      [lines[one], lines[two]] = [lines[two] ?? '', lines[one] ?? ''];
    }
    return lines.join('\n');
  },
  'header shuffled': (mail, random) => {
    const end = mail.indexOf('\n\n');
    const lines = mail.slice(0, end).split(/\n(?![ \t])/);
    return lines.sort(() => random(3) - 1).join('\n') + mail.slice(end);
  },
  'piece repeated': (mail, random) => {
    const at = random(mail.length + 1);
    const piece = mail.slice(at, at + 1 + random(300));
    return mail.slice(0, at) + piece.repeat(Math.ceil((random(3) === 0 ? 300_000 : 3000) / Math.max(1, piece.length))) + mail.slice(at);
  },
  'line ends mixed': (mail, random) => mail.replace(/\n/g, () => ['\n', '\r\n', '\r', '\r\r\n', '\n\r'][random(5)] ?? '\n'),
  'NULs strewn': (mail, random) => mail.replace(/ /g, () => (random(9) === 0 ? '\0' : ' ')),
  'charset changed': (mail, random) =>
    mail.replace(/charset="?[\w-]+"?/gi, () => `charset=${['utf-16', 'klingon', 'iso-2022-jp', 'utf-7', ''][random(5)]}`),
  'transfer encoding changed': (mail, random) =>
    `Content-Transfer-Encoding: ${['base64', 'quoted-printable', 'x-none'][random(3)]}\n${mail}`,
};

const seeds = readSeeds();
const ordinary = seeds.filter((one) => one.ordinary);
const random = randomFrom(seed);
const finds = new Map<string, string>();
let folder: string | undefined;
const times: number[] = [];
const until = performance.now() + seconds * 1000;

function found(what: string, story: string, mail: string): void {
  const key = `${what}: ${story.split(',')[0]}`;
  if (finds.has(key) || finds.size >= 50) return;
  folder ??= mkdtempSync(join(tmpdir(), 'galley-fuzz-'));
  const file = join(folder, `${finds.size + 1}.eml`);
  writeFileSync(file, mail, 'latin1');
  finds.set(key, file);
  console.log(`${what}: ${story}: ${file}`);
}

async function tryOne(one: Seed): Promise<void> {
  const others = one.ordinary ? ordinary : seeds; // of ordinary mails alone nothing can become a bounce
  let mail = one.mail;
  const story = [one.name];
  for (let times = 1 + random(3); times > 0; times -= 1) {
    const [name, spoil] = Object.entries(spoils)[random(Object.keys(spoils).length)] ?? ['', (same: string) => same];
    mail = spoil(mail, random, others[random(others.length)]?.mail ?? '').slice(0, 2_000_000);
    story.push(name);
  }
  const told = story.join(', ');
  try {
    const before = process.cpuUsage();
    const report = await readFeedback(Buffer.from(mail, 'latin1'));
    const { user, system } = process.cpuUsage(before);
    const milliseconds = (user + system) / 1000;
    times.push(milliseconds);
    if (milliseconds > limit) found(`${milliseconds.toFixed(0)} ms`, told, mail);
    if (one.ordinary && report.recipients.some((recipient) => recipient.class === 'hard')) found('hard', told, mail);
    const lf = mail.replace(/\r\n?/g, '\n');
    const plain = await readFeedback(Buffer.from(lf, 'latin1'));
    for (const end of ['\r\n', '\r']) {
      const same = await readFeedback(Buffer.from(lf.replaceAll('\n', end), 'latin1'));
      if (!isDeepStrictEqual(same, plain)) found(`other with ${JSON.stringify(end)}`, told, lf);
    }
  } catch (error) {
    found(`threw ${(error as Error).message}`, told, mail);
  }
}

while (performance.now() < until) {
  const one = seeds[random(seeds.length)];
  if (one) await tryOne(one);
}

times.sort((one, other) => one - other);
const at = (share: number): string => `${(times[Math.floor((times.length - 1) * share)] ?? 0).toFixed(1)} ms`;
const over = times.filter((time) => time > rule).length;
console.log(
  `${times.length} mails from ${seeds.length} seeds in ${seconds} s, seed ${seed}: median ${at(0.5)}, 99 % ${at(0.99)}, longest ${at(1)}, ${over} over ${rule} ms, ${finds.size} finds`,
);
process.exitCode = finds.size > 0 ? 1 : 0;

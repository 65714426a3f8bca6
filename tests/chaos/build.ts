/** The program under test as a copy, so that an edit meanwhile changes nothing; and copies broken on purpose, which the chaos rounds must catch. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fault } from './faults.ts';

interface Patch {
  file: string;
  from: string;
  to: string;
}

/** What is broken, and the fault that brings it to light. */
export const breaks = {
  /** A message is marked after it was sent, not before. */
  marks: {
    fault: 'worker',
    patches: [
      {
        file: 'src/queue/scripts.ts',
        from: `if redis.call('HSETNX', KEYS[1], ARGV[2], ARGV[3]) == 1 then return 'go' end`,
        to: `if redis.call('HEXISTS', KEYS[1], ARGV[2]) == 0 then return 'go' end`,
      },
      {
        file: 'src/queue/marks.ts',
        from: 'void write(entry);',
        to: 'void redis.hset(marksKey(batch), String(reader), worker).catch(() => {}); void write(entry);',
      },
    ],
  },
  /** A message may be begun without a lease and in a batch that was closed. */
  lease: {
    fault: 'stop',
    patches: [
      { file: 'src/queue/scripts.ts', from: `if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 'lease' end\n`, to: '' },
      {
        file: 'src/queue/scripts.ts',
        from: `if redis.call('HGET', KEYS[1], '\${fence}') ~= ARGV[1] then return 'closed' end\n`,
        to: '',
      },
    ],
  },
} as const satisfies Record<string, { fault: Fault; patches: readonly Patch[] }>;

export type Break = keyof typeof breaks;

export interface Build extends Disposable {
  /** The file to run. */
  readonly program: string;
}

/** Copies the program into a temporary folder, broken as asked. Error when a break no longer fits the source. */
export function openBuild(broken?: Break): Build {
  const root = join(import.meta.dirname, '../..');
  const folder = mkdtempSync(join(tmpdir(), 'galley-test-build-'));
  mkdirSync(folder, { recursive: true });
  for (const name of ['src', 'migrations', 'emails', 'package.json']) cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const { file, from, to } of broken === undefined ? [] : breaks[broken].patches) {
    const path = join(folder, file);
    const source = readFileSync(path, 'utf8');
    if (source.split(from).length !== 2) throw new Error(`The break "${broken}" does not fit ${file} any more: it looks for ${from}`);
    writeFileSync(
      path,
      source.replace(from, () => to),
    );
  }
  return { program: join(folder, 'src/main.ts'), [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

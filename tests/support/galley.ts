/** Galley as a user runs it: the command line in a process of its own, with a data folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const program = resolve(import.meta.dirname, '../../src/main.ts');

export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

export interface Galley {
  readonly folder: string;
  /** Runs a command to its end. */
  run(...args: string[]): Promise<Ended>;
  /** Runs a command that must succeed; its stdout. */
  done(...args: string[]): Promise<string>;
  /** Starts a command that goes on; `said` resolves when its stderr or stdout matches. */
  start(...args: string[]): Running;
}

export interface Running {
  readonly child: ChildProcess;
  said(pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<Ended>;
}

/** A Galley in a temporary folder, which is removed with it. `env` are its settings. */
export function openGalley(env: Record<string, string> = {}): Galley & AsyncDisposable {
  const folder = mkdtempSync(join(tmpdir(), 'galley-test-'));
  const started: Running[] = [];
  const settings = { PATH: process.env['PATH'], HOME: process.env['HOME'], DATA_DIR: join(folder, 'data'), PORT: '0', ...env };
  const start = (...args: string[]): Running => {
    const child = spawn(process.execPath, [program, ...args], { cwd: folder, env: settings, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    const listeners = new Set<() => void>();
    const heard = (): void => {
      for (const listener of listeners) listener();
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      heard();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
      heard();
    });
    const ended = new Promise<Ended>((done) => child.once('close', (code) => done({ code, out, err })));
    const said = (pattern: RegExp): Promise<RegExpExecArray> =>
      new Promise((found, failed) => {
        const look = (): void => {
          const match = pattern.exec(err) ?? pattern.exec(out);
          if (match !== null) found(match);
        };
        listeners.add(look);
        look();
        void ended.then(() => failed(new Error(`galley ${args.join(' ')} ended without saying ${pattern}:\n${out}${err}`)));
      });
    const running = { child, said, ended };
    started.push(running);
    return running;
  };
  return {
    folder,
    start,
    run: (...args) => start(...args).ended,
    async done(...args) {
      const { code, out, err } = await start(...args).ended;
      if (code !== 0) throw new Error(`galley ${args.join(' ')} ended with ${code}:\n${out}${err}`);
      return out;
    },
    async [Symbol.asyncDispose]() {
      for (const { child, ended } of started) {
        if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
        await ended;
      }
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** A CSV of `count` readers `r1@example.com` … as text. */
export function readersCsv(count: number): string {
  return `email,name\n${Array.from({ length: count }, (_, i) => `r${i + 1}@example.com,Reader ${i + 1}`).join('\n')}\n`;
}

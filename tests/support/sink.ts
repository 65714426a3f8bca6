/** Debian's smtp-sink: takes mail as fast as it comes. Each mail can be kept as a file with the envelope on top. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, greets } from './ports.ts';
import { programOnPath } from './programs.ts';

export const smtpSink = programOnPath('smtp-sink');

export interface Sink extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** The files of the mails it kept. */
  mails(): string[];
}

/** Starts a sink on a free port; `keep`: whether it writes what it takes. */
export async function openSink({ keep }: { keep: boolean }): Promise<Sink> {
  const folder = mkdtempSync(join(tmpdir(), 'galley-test-'));
  chmodSync(folder, 0o755);
  const kept = join(folder, 'kept');
  mkdirSync(kept);
  chmodSync(kept, 0o777); // as root it gives up its rights before it writes
  const port = await freePort();
  const rights = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const keeping = keep ? ['-d', join(kept, '%S.')] : [];
  const sink: ChildProcess = spawn(smtpSink ?? '', [...rights, ...keeping, `127.0.0.1:${port}`, '1000'], { stdio: 'ignore' });
  const ended = new Promise<void>((done) => sink.once('exit', () => done()));
  while (!(await greets(port))) await sleep(50);
  return {
    url: `smtp://127.0.0.1:${port}`,
    port,
    pid: sink.pid ?? 0,
    mails: () => readdirSync(kept).map((name) => join(kept, name)),
    async [Symbol.asyncDispose]() {
      sink.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

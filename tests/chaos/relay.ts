/** The relay of a chaos round, seen from the round: where it is, what it has taken, and how to make it fail. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** For `ms` milliseconds: all lines cut and new ones hung up on, every answer late, or at most `cuts` lines cut in the middle of a message or after its dot. */
export interface RelayOrder {
  fault: 'drop' | 'delay' | 'mid-DATA' | 'after-dot';
  ms: number;
  cuts: number;
}

export type RelayReport = { port: number } | { taken: number; cuts: number };

/** A mail the relay took: for whom, its Message-ID, the SHA-256 of its bytes in hex, and what it goes out as if it is an issue's. */
export interface TakenMail {
  to: string;
  messageId: string;
  hash: string;
  format: string;
}

/** Where the notices of a round go, so that they are told from the mails of its send. */
export const noticeDomain = 'desk.example';

export interface ChaosRelay extends AsyncDisposable {
  readonly url: string;
  /** Mails in the file so far. */
  readonly taken: () => number;
  /** Lines cut within a message, or after its dot, so far. */
  readonly cuts: () => number;
  fail(order: RelayOrder): void;
  /** The mails of the send that it took, in order. */
  mails(): TakenMail[];
  /** The notices it took. */
  notices(): TakenMail[];
}

/** Starts the relay's process; what it accepts is appended to `accepted` in `folder`. */
export async function openChaosRelay(folder: string): Promise<ChaosRelay> {
  const file = join(folder, 'accepted');
  writeFileSync(file, '');
  const child = fork(join(import.meta.dirname, 'relay-process.ts'), [file], {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  let taken = 0;
  let cuts = 0;
  const port = await new Promise<number>((resolve, reject) => {
    child.on('message', (report: RelayReport) => {
      if ('port' in report) resolve(report.port);
      else ({ taken, cuts } = report);
    });
    child.once('exit', (code) => reject(new Error(`The relay ended with ${code}`)));
  });
  const isNotice = (to: string): boolean => to.endsWith(`@${noticeDomain}`);
  const read = (): TakenMail[] =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [to = '', messageId = '', hash = '', format = ''] = line.split(' ');
        return { to, messageId, hash, format };
      });
  return {
    url: `smtp://127.0.0.1:${port}`,
    taken: () => taken,
    cuts: () => cuts,
    fail: (order) => void child.send(order),
    mails: () => read().filter(({ to }) => !isNotice(to)),
    notices: () => read().filter(({ to }) => isNotice(to)),
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

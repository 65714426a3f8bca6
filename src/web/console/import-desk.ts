/** Imports begun in the browser: the file waits in DATA_DIR until a person has said what its columns are, tried it, and said yes. Forgotten with the process. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChosenColumns, glanceAtCsv, type ImportProgress, importReaders, type ReaderDeps } from '../../audience/audience.ts';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Publication } from '../../store/publications.ts';

type ImportReport = Awaited<ReturnType<typeof importReaders>>;

/** One list on its way in. */
export interface Arriving {
  /** Names it in addresses. */
  readonly token: string;
  /** Where the file is, and what it was called. */
  readonly path: string;
  readonly name: string;
  readonly publication: Publication;
  readonly words: string;
  readonly titles: readonly string[];
  readonly rows: readonly (readonly string[])[];
  columns: ChosenColumns | undefined;
  /** choosing → trying → tried → importing → imported; `failed` says why and goes back to choosing. */
  step: 'choosing' | 'trying' | 'tried' | 'importing' | 'imported';
  progress: ImportProgress | undefined;
  /** What a trial would do, and what the import did. */
  report: ImportReport | undefined;
  problem: string | undefined;
}

export interface ImportDesk {
  /** A path for a file that is about to come. */
  room(): { token: string; path: string };
  /** Takes a file that has come. Errors: it is no CSV. */
  take(file: { token: string; path: string; name: string; publication: Publication; words: string }): Promise<Arriving>;
  find(token: string): Arriving | undefined;
  /** Tries it out: counts, and changes nothing. A second call while one runs does nothing. Resolves when it is over or goes on for longer. */
  tryOut(arriving: Arriving, columns: ChosenColumns): Promise<void>;
  /** Imports it; what comes resolves as that of `tryOut`. Undefined, and nothing happens, when that has begun or it was not tried. */
  run(arriving: Arriving): Promise<void> | undefined;
  /** Throws the file away. */
  drop(token: string): void;
}

/** Lists that may wait at once; the oldest that nobody works on goes first. */
const waitingAtMost = 10;

/** A small list is through before its page is asked for, so that no progress is shown which is over already. */
const soonMs = 400;
const soon = (work: Promise<void>): Promise<void> => Promise.race([work, sleep(soonMs, undefined, { ref: false })]);

/** Opens the desk; files of an earlier process are thrown away, since nobody knows any more what they were. */
export function openImportDesk({ readers, log, now }: { readers: ReaderDeps; log: Log; now: () => number }): ImportDesk {
  const { db, dataDir, suppressionKey } = readers;
  const folder = join(dataDir, 'uploads');
  const arrivals = new Map<string, Arriving>();
  rmSync(folder, { recursive: true, force: true });

  const words = (error: unknown, { path, name }: Pick<Arriving, 'path' | 'name'>): string =>
    error instanceof AppError
      ? error.message.replaceAll(path, name)
      : 'Something broke on our side. It has been noted; try it again in a moment.';

  async function work(arriving: Arriving, dryRun: boolean): Promise<void> {
    const { path: file, name, publication, words: consent, columns } = arriving;
    const onProgress = (progress: ImportProgress): void => {
      arriving.progress = progress;
    };
    try {
      arriving.report = await importReaders(
        { db, dataDir, suppressionKey, now },
        { file, name, publication, consent, columns, dryRun, onProgress },
      );
      arriving.step = dryRun ? 'tried' : 'imported';
    } catch (error) {
      if (!(error instanceof AppError)) log.error('import.failed', { error });
      arriving.problem = words(error, arriving);
      arriving.step = dryRun ? 'choosing' : 'tried';
    }
    arriving.progress = undefined;
  }

  function drop(token: string): void {
    arrivals.delete(token);
    rmSync(join(folder, token), { recursive: true, force: true });
  }

  return {
    room() {
      const token = randomBytes(9).toString('base64url');
      mkdirSync(join(folder, token), { recursive: true, mode: 0o700 });
      return { token, path: join(folder, token, 'list.csv') };
    },
    async take({ token, path, name, publication, words: said }) {
      try {
        const { titles, rows, columns } = await glanceAtCsv(path);
        const idle = [...arrivals.values()].filter(({ step }) => step !== 'trying' && step !== 'importing');
        for (const old of idle.slice(0, Math.max(0, arrivals.size + 1 - waitingAtMost))) drop(old.token);
        const arriving: Arriving = {
          ...{ token, path, name, publication, words: said, titles, rows, columns },
          ...{ step: 'choosing', progress: undefined, report: undefined, problem: undefined },
        };
        arrivals.set(token, arriving);
        return arriving;
      } catch (error) {
        rmSync(join(folder, token), { recursive: true, force: true });
        if (error instanceof AppError) throw new AppError(error.code, words(error, { path, name }), { status: 422, cause: error });
        throw error;
      }
    },
    find: (token) => arrivals.get(token),
    async tryOut(arriving, columns) {
      if (arriving.step !== 'choosing' && arriving.step !== 'tried') return;
      Object.assign(arriving, { columns, step: 'trying', problem: undefined, report: undefined });
      await soon(work(arriving, true));
    },
    run(arriving) {
      if (arriving.step !== 'tried' || arriving.report === undefined) return undefined;
      Object.assign(arriving, { step: 'importing', problem: undefined });
      return soon(work(arriving, false));
    },
    drop,
  };
}

/** Door of the room: draws issues and takes in pictures, in a process of its own that is replaced before it grows. */

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AppError } from '../errors.ts';
import type { AdmittedPdf, Drawing, Masthead, PdfSubject, Picture } from '../model/edition.ts';
import type { IssueTree } from '../model/issue.ts';
import type { DrawnFacts, NoticeDrawing } from '../model/notice.ts';
import type { KnownPdf } from './drawing.ts';
import type { Answer, Job } from './job.ts';
import type { NoticeMasthead } from './notice-words.ts';

export { drawAtom, drawFeedContent, drawJsonFeed, type Feed, type FeedEntry } from './feed.ts';
export type { NoticeMasthead } from './notice-words.ts';
export { stylesheetLink } from './stylesheet-link.ts';

export interface Studio {
  /** Draws mail, text, page, PDF and chart pictures. `figures` holds the stored bytes of the tree's figures, and of an uploaded PDF, by asset name.
   *  Same input, same bytes. Rejects with an AppError that says what in the issue cannot be drawn (`render.chart`, `render.figure`, `render.pdf`,
   *  `render.placeholder`), or that the drawing process took too long (`render.timeout`) or ended (`render.ended`); the next drawing has a new process. */
  draw(tree: IssueTree, masthead: Masthead, figures: Map<string, Uint8Array>): Promise<Drawing>;
  /** Draws what `draw` would but the PDF, of which only what was known last is told; for a look while the issue is written. Rejects as `draw`. */
  preview(tree: IssueTree, masthead: Masthead, known: KnownPdf): Promise<Drawing>;
  /** Draws a notice: subject, HTML and text. Same input, same bytes. */
  drawNotice(facts: DrawnFacts, masthead: NoticeMasthead): Promise<NoticeDrawing>;
  /** Checks and redraws a picture for storing: PNG or JPEG by content, at most 1200 pixels wide, without metadata. A refusal is a value. */
  admitPicture(bytes: Uint8Array): Promise<Picture | { problem: string; remedy: string }>;
  /** Looks at a PDF that stands in for the typeset one: it opens, is not encrypted, at most 25 MB; whether it is of the issue. A refusal is a value. */
  admitPdf(bytes: Uint8Array, subject: PdfSubject): Promise<AdmittedPdf | { problem: string; remedy: string }>;
  /** The drawing process, while there is one. */
  readonly processId: number | undefined;
  /** Ends the drawing process; what was being drawn is rejected. May be called twice. */
  close(): Promise<void>;
}

export interface StudioLimits {
  /** Milliseconds one job may take, the start of the process included. */
  timeLimit?: number;
  /** Jobs after which the process is replaced: Typst keeps about 4 MB of each. */
  jobsPerProcess?: number;
  /** Bytes of memory after which it is replaced, whatever it did. */
  memoryLimit?: number;
}

const idle = 30_000;
const program = fileURLToPath(new URL('./process.ts', import.meta.url));

/** Opens a studio. Nothing is started before the first job; jobs run one after another. An idle process ends after half a minute and never keeps the service alive. */
export function openDrawing({ timeLimit = 60_000, jobsPerProcess = 20, memoryLimit = 900_000_000 }: StudioLimits = {}): Studio {
  let child: ChildProcess | undefined;
  let jobs = 0;
  let closed = false;
  let rest: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const dismiss = () => {
    clearTimeout(rest);
    child?.kill('SIGKILL'); // it holds nothing that could be lost
    child = undefined;
    jobs = 0;
  };
  const start = (): ChildProcess => {
    const started = startProcess();
    started.once('exit', () => {
      if (child === started) dismiss();
    });
    return started;
  };

  const perform = (job: Job): Promise<Answer> =>
    new Promise((resolve, reject) => {
      if (closed) return reject(new AppError('render.ended', 'Drawing was closed before this issue was drawn'));
      clearTimeout(rest);
      const worker = child ?? start();
      child = worker;
      let over = false;
      worker.ref();
      worker.channel?.ref();
      const finish = (settle: () => void, keep: boolean) => {
        if (over) return;
        over = true;
        clearTimeout(limit);
        worker.off('message', answered).off('exit', exited).off('error', broken);
        if (!keep) dismiss();
        else {
          worker.unref();
          worker.channel?.unref();
          rest = setTimeout(dismiss, idle).unref();
        }
        settle();
      };
      const answered = (answer: Answer) => {
        if (job.kind !== 'draw' || job.known === undefined) jobs += 1; // a preview leaves nothing behind
        finish(() => resolve(answer), jobs < jobsPerProcess && answer.rss < memoryLimit);
      };
      const exited = (code: number | null, signal: string | null) =>
        finish(
          () =>
            reject(
              new AppError(
                'render.ended',
                `The drawing process ended in the middle of the work (${signal ?? `exit ${code}`}); nothing was kept, try again`,
                { status: 503 },
              ),
            ),
          false,
        );
      const broken = (cause: Error) =>
        finish(
          () => reject(new AppError('render.ended', `The drawing process could not be reached: ${cause.message}`, { status: 503, cause })),
          false,
        );
      const limit = setTimeout(
        () =>
          finish(
            () =>
              reject(
                new AppError(
                  'render.timeout',
                  `Drawing took more than ${timeLimit / 1000} seconds and was stopped; make the issue smaller or its charts simpler`,
                  { status: 503 },
                ),
              ),
            false,
          ),
        timeLimit,
      );
      worker.on('message', answered).on('exit', exited).on('error', broken);
      worker.send(job, (error) => error && broken(error));
    });

  const inTurn = async (job: Job) => {
    const turn = last.then(() => perform(job));
    last = turn.catch(() => {});
    const answer = await turn;
    if (answer.kind === 'done') return answer.result;
    if (answer.code !== undefined)
      throw new AppError(answer.code, answer.message, { ...(answer.status === undefined ? {} : { status: answer.status }) });
    throw new Error(`drawing failed: ${answer.message}`, { cause: answer.stack });
  };

  return {
    draw: async (tree, masthead, figures) => (await inTurn({ kind: 'draw', tree, masthead, figures })) as Drawing,
    preview: async (tree, masthead, known) => (await inTurn({ kind: 'draw', tree, masthead, figures: new Map(), known })) as Drawing,
    drawNotice: async (facts, masthead) => (await inTurn({ kind: 'notice', facts, masthead })) as NoticeDrawing,
    admitPicture: async (bytes) => (await inTurn({ kind: 'admit', bytes })) as Picture | { problem: string; remedy: string },
    admitPdf: async (bytes, subject) =>
      (await inTurn({ kind: 'admit-pdf', bytes, subject })) as AdmittedPdf | { problem: string; remedy: string },
    get processId() {
      return child?.pid;
    },
    async close() {
      closed = true;
      const leaving = child;
      if (!leaving) return;
      const gone = new Promise((resolve) =>
        leaving.exitCode === null && leaving.signalCode === null ? leaving.once('exit', resolve) : resolve(null),
      );
      leaving.ref();
      leaving.kill('SIGKILL');
      await gone;
      dismiss();
    },
  };
}

/** Starts the process with no environment of ours in it, bounded in memory, and with the arguments it needs and no others. */
function startProcess(): ChildProcess {
  return fork(program, [], {
    execArgv: ['--max-old-space-size=512'],
    env: {},
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

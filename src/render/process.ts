/** The drawing process: takes one job at a time from the service and answers. Typst leaks, Vega and MJML are large, and all of them block: none of that may happen in `serve`. */

import { AppError } from '../errors.ts';
import type { Answer, Job } from './job.ts';

// Ctrl-C and a service manager's SIGTERM reach the whole group; the service decides when drawing ends, and this process leaves with it.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit());

async function perform(job: Job): Promise<Extract<Answer, { kind: 'done' }>['result']> {
  if (job.kind === 'admit') return (await import('./picture.ts')).admitPicture(job.bytes);
  if (job.kind === 'admit-pdf') return (await import('./uploaded-pdf.ts')).admitPdf(job.bytes, job.subject);
  if (job.kind === 'notice') return (await import('./notice.ts')).drawNotice(job.facts, job.masthead);
  return (await import('./drawing.ts')).drawIssue(job.tree, job.masthead, job.figures, job.known);
}

process.on('message', async (job: Job) => {
  let answer: Answer;
  try {
    answer = { kind: 'done', result: await perform(job), rss: process.memoryUsage.rss() };
  } catch (error) {
    const { message, stack = message } = error instanceof Error ? error : new Error(String(error));
    answer = {
      kind: 'failed',
      message,
      stack,
      rss: process.memoryUsage.rss(),
      ...(error instanceof AppError ? { code: error.code, status: error.status } : {}),
    };
  }
  process.send?.(answer);
});

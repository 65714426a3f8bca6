/** The thread in which texts are parsed for the desk: a long one takes a while, and serve must stay quick. */
import { parentPort } from 'node:worker_threads';
import { parseIssue } from './parse.ts';

parentPort?.on('message', ({ job, source }: { job: number; source: string }) => {
  try {
    parentPort?.postMessage({ job, parsed: parseIssue(source) });
  } catch (error) {
    parentPort?.postMessage({ job, failed: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});

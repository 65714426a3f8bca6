/** The queue of batches on BullMQ: serve adds a job per batch, any worker takes it. A job is only a nudge; the rows and the marks decide. */
import { Queue, WaitingError, Worker } from 'bullmq';
import { z } from 'zod';
import { type RedisUrl, redisOptions } from './connect.ts';

/** One batch as it travels: who gets what, under which tokens. */
const batchJob = z.object({
  batch: z.number(),
  send: z.number(),
  epoch: z.number(),
  /** Hash of the send's message template, kept in Redis beside the jobs. */
  template: z.string(),
  /** Messages per second that all workers together may begin; absent means as fast as it goes. */
  rate: z.number().optional(),
  rows: z.array(z.object({ reader: z.number(), address: z.string(), delivery: z.string(), leave: z.string() })),
});
export type BatchJob = z.infer<typeof batchJob>;
export type BatchJobRow = BatchJob['rows'][number];

const queueName = 'deliver';
const jobId = (batch: number): string => `b-${batch}`;

export interface DeliverQueue {
  /** Adds the job of a batch; nothing happens when it is there already. */
  add(job: BatchJob): Promise<void>;
  has(batch: number): Promise<boolean>;
  close(): Promise<void>;
}

/** Opens the queue for adding. Adding fails at once while Redis is away. */
export async function openDeliverQueue(url: RedisUrl, onError: (error: Error) => void): Promise<DeliverQueue> {
  const queue = new Queue(queueName, { connection: { ...redisOptions(url), maxRetriesPerRequest: 1, enableOfflineQueue: false } });
  queue.on('error', onError);
  await queue.waitUntilReady();
  return {
    // A finished job must not stay: its id in any state makes a later add a silent no-op.
    add: async (job) => void (await queue.add('batch', job, { jobId: jobId(job.batch), removeOnComplete: true, removeOnFail: true })),
    has: async (batch) => (await queue.getJob(jobId(batch))) !== undefined,
    close: () => queue.close(),
  };
}

/** What became of a job: `done`, `back` to the queue for another worker, or let `go` (the sweep brings it back if it is still wanted). */
export type JobEnd = 'done' | 'back' | 'go';

/**
 * Takes batches, `concurrency` at a time, until closed; closing waits for the running ones. The lock and the stalled check only decide who tries:
 * a worker that died is followed within 10 to 25 s, and no job is ever given up for having stalled too often.
 */
export function takeBatches(
  url: RedisUrl,
  concurrency: number,
  deliver: (job: BatchJob) => Promise<JobEnd>,
  onError: (error: Error) => void,
): { close(): Promise<void> } {
  const worker = new Worker(
    queueName,
    async (job, token) => {
      const end = await deliver(batchJob.parse(job.data));
      if (end === 'go') throw new Error('let go');
      if (end === 'back') {
        await job.moveToWait(token);
        throw new WaitingError();
      }
    },
    {
      connection: { ...redisOptions(url), maxRetriesPerRequest: null },
      concurrency,
      lockDuration: 15_000,
      stalledInterval: 5_000,
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      drainDelay: 1,
    },
  );
  worker.on('error', onError);
  return { close: () => worker.close() };
}

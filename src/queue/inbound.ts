/** The queue of mails to read on BullMQ: a job says only that something waits. The rows decide, so a lost job costs a moment and a second one nothing. */
import { Queue, Worker } from 'bullmq';
import { connect, type RedisUrl, redisOptions } from './connect.ts';

export interface InboundQueue {
  /** Wakes the reader, now or after what it reads just now; lost silently while Redis is away. */
  nudge(): void;
  /** Waits for the reading under way, which `read` must cut short by itself. */
  close(): Promise<void>;
}

const queueName = 'inbound';

/** Opens the queue; `read` is called at each job, one at a time, and must stand being called for nothing. Error when Redis does not answer within 15 s. */
export async function openInboundQueue(url: RedisUrl, read: () => Promise<void>, onError: (error: Error) => void): Promise<InboundQueue> {
  const redis = await connect(url); // our own: closing one of BullMQ's while Redis is away leaves it trying to connect for ever
  const queue = new Queue(queueName, { connection: redis });
  queue.on('error', onError);
  let begun = 0;
  let asked = 0;
  const worker = new Worker(
    queueName,
    async () => {
      begun += 1;
      await read();
    },
    {
      connection: { ...redisOptions(url), maxRetriesPerRequest: null },
      concurrency: 1,
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      drainDelay: 1,
    },
  );
  worker.on('error', onError);
  worker.on('failed', (_, error) => onError(error));
  return {
    nudge() {
      asked += 1;
      // A job that has not begun yet will see this mail too; the id of one that has must not swallow the next.
      const opts = { jobId: `read-${process.pid}-${begun}`, removeOnComplete: true, removeOnFail: true };
      queue.add('read', { asked }, opts).catch(onError);
    },
    async close() {
      await worker.close(redis.status !== 'ready'); // without Redis there is nothing to finish, and waiting for it would never end
      await queue.close();
      redis.disconnect();
    },
  };
}

/** The slots' job schedulers on BullMQ, rebuilt from rows: each wakes serve at the instant of its slot. A job is only a nudge, and says nothing but that. */
import { type JobType, Queue, Worker } from 'bullmq';
import { describeSlot, parseSlot, type Slot, slotAfter } from '../model/slot.ts';
import { connect, type RedisUrl, redisOptions } from './connect.ts';

/** A slot to be woken for; `slug` names its publication. */
export interface ScheduledSlot {
  slug: string;
  slot: Slot;
  zone: string;
}

export interface SlotSchedule {
  /**
   * Makes the schedulers in Redis those of these slots, and removes all others. One that is as it should be is left alone, so this may be called at any time;
   * one that lost its job, or waits for another instant than its slot's, is set right.
   */
  keep(slots: readonly ScheduledSlot[]): Promise<void>;
  /** The instants (ms UTC) they will wake at, by slug. */
  coming(): Promise<Map<string, number>>;
  close(): Promise<void>;
}

const queueName = 'slots';

/** When a scheduler wakes next comes from the model of a slot, so that the change of clocks is understood in one place. */
const settings = {
  repeatStrategy: (after: number, { pattern = '', tz = 'UTC' }: { pattern?: string; tz?: string }) =>
    slotAfter(parseSlot(pattern), tz, after).at,
};

/**
 * Opens the schedule; `nudge` is called at each slot, and must stand being called for nothing. Error when Redis does not answer within 15 s; later calls fail
 * at once while it is away.
 */
export async function openSlotSchedule(url: RedisUrl, nudge: () => void, onError: (error: Error) => void): Promise<SlotSchedule> {
  const redis = await connect(url); // our own: closing one of BullMQ's while Redis is away leaves it trying to connect for ever
  const queue = new Queue(queueName, { connection: redis, settings });
  queue.on('error', onError);
  const worker = new Worker(queueName, async () => nudge(), {
    connection: { ...redisOptions(url), maxRetriesPerRequest: null },
    settings,
    drainDelay: 1,
  });
  worker.on('error', onError);

  const schedulers = async () => (await queue.getJobSchedulers()).filter((scheduler) => scheduler !== undefined);
  /** Whose jobs are in these states, by slug; a job that ends while it is read is undefined. */
  const withJob = async (...states: JobType[]) => new Set((await queue.getJobs(states)).map((job) => job?.repeatJobKey));
  return {
    async keep(slots) {
      const now = Date.now();
      const kept = new Map((await schedulers()).map((scheduler) => [scheduler.key, scheduler]));
      const delayed = await withJob('delayed');
      const waking = await withJob('wait', 'active'); // these wake us now: moving them could lose the job
      for (const { slug, slot, zone } of slots) {
        const known = kept.get(slug);
        kept.delete(slug);
        const pattern = describeSlot(slot);
        if (known?.pattern === pattern && known.tz === zone) {
          const { next = 0 } = known;
          // Another instant was meant when the machine's clock or its zone data were wrong, or somebody woke it early; one that is past is due any moment.
          if (waking.has(slug) || (delayed.has(slug) && (next <= now || next === slotAfter(slot, zone, now).at))) continue;
        }
        const opts = { removeOnComplete: true, removeOnFail: true };
        await queue.upsertJobScheduler(slug, { pattern, tz: zone }, { name: 'slot', opts });
      }
      for (const slug of kept.keys()) await queue.removeJobScheduler(slug);
    },
    coming: async () => new Map((await schedulers()).map(({ key, next }) => [key, next ?? 0])),
    async close() {
      await worker.close(redis.status !== 'ready'); // without Redis there is nothing to finish, and waiting for it would never end
      await queue.close();
      redis.disconnect();
    },
  };
}

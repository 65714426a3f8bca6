/** The slots' job schedulers on BullMQ, rebuilt from rows: each wakes serve at the instant of its slot. A job is only a nudge, and says nothing but that. */
import { Queue, Worker } from 'bullmq';
import { describeSlot, parseSlot, type Slot, slotAfter } from '../model/slot.ts';
import { type RedisUrl, redisOptions } from './connect.ts';

/** A slot to be woken for; `slug` names its publication. */
export interface ScheduledSlot {
  slug: string;
  slot: Slot;
  zone: string;
}

export interface SlotSchedule {
  /** Makes the schedulers in Redis those of these slots, and removes all others. One that is as it should be is left alone, so this may be called at any time. */
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

/** Opens the schedule; `nudge` is called at each slot, and must stand being called for nothing. Calls fail at once while Redis is away. */
export async function openSlotSchedule(url: RedisUrl, nudge: () => void, onError: (error: Error) => void): Promise<SlotSchedule> {
  const queue = new Queue(queueName, {
    connection: { ...redisOptions(url), maxRetriesPerRequest: 1, enableOfflineQueue: false },
    settings,
  });
  queue.on('error', onError);
  await queue.waitUntilReady();
  const worker = new Worker(queueName, async () => nudge(), {
    connection: { ...redisOptions(url), maxRetriesPerRequest: null },
    settings,
    drainDelay: 1,
  });
  worker.on('error', onError);

  const schedulers = async () => (await queue.getJobSchedulers()).filter((scheduler) => scheduler !== undefined);
  return {
    async keep(slots) {
      const kept = new Map((await schedulers()).map((scheduler) => [scheduler.key, scheduler]));
      for (const { slug, slot, zone } of slots) {
        const known = kept.get(slug);
        kept.delete(slug);
        const pattern = describeSlot(slot);
        if (known?.pattern === pattern && known.tz === zone) continue;
        const opts = { removeOnComplete: true, removeOnFail: true };
        await queue.upsertJobScheduler(slug, { pattern, tz: zone }, { name: 'slot', opts });
      }
      for (const slug of kept.keys()) await queue.removeJobScheduler(slug);
    },
    coming: async () => new Map((await schedulers()).map(({ key, next }) => [key, next ?? 0])),
    async close() {
      await worker.close();
      await queue.close();
    },
  };
}

/** What workers and serve share besides batches: the common pace, the message templates, and word of a relay that does not take mail. */
import type { Redis } from 'ioredis';
import { paceScript, relayKey, templateKey } from './scripts.ts';

/** Milliseconds to wait before beginning the next message, so that all workers together keep to `rate` messages a second. */
export async function takeSlot(redis: Redis, rate: number): Promise<number> {
  return Number(await redis.eval(paceScript, 1, 'g:pace', String(rate)));
}

/** The JSON of a message template, or undefined when Redis has lost it (then the sweep brings it back). */
export async function readTemplate(redis: Redis, hash: string): Promise<string | undefined> {
  return (await redis.get(templateKey(hash))) ?? undefined;
}

/** Says what keeps this worker from the relay, or with undefined that nothing does. Forgotten after two minutes without a word. */
export async function tellRelayTrouble(redis: Redis, worker: string, trouble: string | undefined): Promise<void> {
  if (trouble === undefined) await redis.hdel(relayKey, worker);
  else await redis.multi().hset(relayKey, worker, trouble).expire(relayKey, 120).exec();
}

/** What workers and serve share besides batches: the common pace, the message templates, and word of a relay that does not take mail. */
import type { Redis } from 'ioredis';
import type { Freight } from './jobs.ts';
import { paceScript, relayKey, templateKey } from './scripts.ts';

/**
 * Milliseconds to wait before beginning the next message, so that all workers together keep to `rate` messages a second. A notice does not wait for the slots
 * that a send has taken, only for other notices: the send makes room for it afterwards.
 */
export async function takeSlot(redis: Redis, rate: number, freight: Freight): Promise<number> {
  const buckets = freight === 'notice' ? ['g:pace:notices', 'g:pace'] : ['g:pace'];
  return Number(await redis.eval(paceScript, buckets.length, ...buckets, String(rate)));
}

/** The JSON of a message template, or undefined when Redis has lost it (then the sweep brings it back). */
export async function readTemplate(redis: Redis, hash: string): Promise<string | undefined> {
  return (await redis.get(templateKey(hash))) ?? undefined;
}

/** Says what keeps this worker from the relay, or with undefined that nothing does. Forgotten after two minutes without a word. */
export async function tellRelayTrouble(
  redis: Redis,
  { worker, freight }: { worker: string; freight: Freight },
  trouble: string | undefined,
): Promise<void> {
  const who = `${worker} ${freight}`;
  if (trouble === undefined) await redis.hdel(relayKey, who);
  else await redis.multi().hset(relayKey, who, trouble).expire(relayKey, 120).exec();
}

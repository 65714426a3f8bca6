/** What workers and serve share besides batches and the pace: the message templates, and word of a relay that does not take mail. */
import type { Redis } from 'ioredis';
import type { Freight } from './jobs.ts';
import { relayKey, templateKey } from './scripts.ts';

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

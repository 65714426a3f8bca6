/**
 * A worker's side of the delivery protocol in Redis (section 4): it begins a message only on a go, tells every outcome, and keeps what it told until serve has
 * committed it. When serve has not vouched for the Redis that answers, it waits; when its lease or the epoch is gone, it says again all it did (hello).
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Outcome } from '../model/outcome.ts';
import { redisRunId } from './engine.ts';
import { beginScript, engineKey, leaseKey, leaseMs, marksKey, outcomesKey, parseEngineName, settledKey } from './scripts.ts';

/** The attempt a mark belongs to. */
export interface Attempt {
  batch: number;
  send: number;
  epoch: number;
}

/** `go`: send it. `closed`: stop this batch. `lease`: let go of it. `taken`: somebody began it, closing the batch decides. */
export type BeginAnswer = 'go' | 'closed' | 'lease' | 'taken';

export interface Marks {
  readonly worker: string;
  begin(attempt: Attempt, reader: number): Promise<BeginAnswer>;
  /** Tells the outcome of a message that was begun. Returns at once; it is written before the batch ends. */
  remember(attempt: Attempt, reader: number, outcome: Outcome): void;
  /** Says that the batch is through, after all its outcomes are written. */
  end(attempt: Attempt): Promise<void>;
  /** Resolves once this worker holds a lease of that epoch; false when a later epoch has come. */
  joined(epoch: number): Promise<boolean>;
  /** Waits until serve has committed all that was told, at most `ms`, and says goodbye. */
  leave(ms: number): Promise<void>;
}

interface Told {
  batch: number;
  send: number;
  reader: number;
  outcome: Outcome;
  /** Id of the stream entry; absent until it is written. */
  at?: string;
}

interface Session {
  engine: string;
  epoch: number;
  sha: string;
}

/**
 * Opens the marks of this process on a connection that neither queues nor resends. The worker's id is made here and never used again.
 * Once `stopping` is aborted nothing waits any more for a Redis that is away: a batch is let go instead.
 */
export function openMarks(redis: Redis, stopping: AbortSignal): Marks {
  const worker = `w-${randomUUID()}`;
  const told = new Set<Told>();
  const inFlight = new Map<string, { batch: number; send: number; reader: number }>();
  let session: Session | undefined;
  let leaseEpoch = -1;
  let questions = 0;
  let closed = false;

  const fields = (entry: Omit<Told, 'at'>): string[] => [
    'o',
    `${entry.batch}`,
    `${entry.send}`,
    `${entry.reader}`,
    entry.outcome.kind,
    entry.outcome.reply,
    worker,
    ...(entry.outcome.wait === undefined && !entry.outcome.halt ? [] : [`${entry.outcome.wait ?? ''}`, entry.outcome.halt ? 'halt' : '']),
  ];
  const key = (batch: number, reader: number): string => `${batch}:${reader}`;

  /** A stream entry needs pairs; ours are positions, so an even count is kept by a last empty field. */
  const pairs = (list: string[]): string[] => (list.length % 2 === 0 ? list : [...list, '']);

  async function write(entry: Told): Promise<void> {
    try {
      const at = await redis.xadd(outcomesKey, '*', ...pairs(fields(entry)));
      if (at !== null) entry.at = at;
    } catch {
      // Written again by `rewrite`; an entry written twice changes nothing.
    }
  }

  async function rewrite(): Promise<void> {
    await Promise.all([...told].filter((entry) => entry.at === undefined).map(write));
  }

  async function hello(epoch: number): Promise<boolean> {
    const all = redis.multi();
    const kept = [...told];
    for (const entry of kept) all.xadd(outcomesKey, '*', ...pairs(fields(entry)));
    for (const message of inFlight.values())
      all.xadd(outcomesKey, '*', ...pairs(fields({ ...message, outcome: { kind: 'unknown', reply: 'in flight' } })));
    all.xadd(outcomesKey, '*', ...pairs(['h', worker, String(epoch)]));
    const answers = (await all.exec()) ?? [];
    kept.forEach((entry, index) => {
      const at = answers[index]?.[1];
      if (typeof at === 'string') entry.at = at;
    });
    for (let waited = 0; waited < 10_000; waited += 50) {
      const [lease, engine] = await Promise.all([redis.get(leaseKey(worker)), redis.get(engineKey)]);
      if (lease === String(epoch)) return true;
      if (engine === null || parseEngineName(engine).epoch !== epoch) return false;
      await sleep(50);
    }
    return false;
  }

  /** One round of coming to terms with the Redis that answers. */
  async function attach(): Promise<Session | undefined> {
    const engine = await redis.get(engineKey);
    if (engine === null) return undefined;
    const { epoch, runId } = parseEngineName(engine);
    if (runId !== (await redisRunId(redis))) return undefined; // restarted, and serve has not looked at it yet
    const sha = String(await redis.script('LOAD', beginScript(engine)));
    if (leaseEpoch !== epoch || (await redis.pexpire(leaseKey(worker), leaseMs)) === 0) {
      if (!(await hello(epoch))) return undefined;
      leaseEpoch = epoch;
    }
    return { engine, epoch, sha };
  }

  async function tend(): Promise<void> {
    for (let round = 0; !closed; round += 1) {
      try {
        if (redis.status !== 'ready') session = undefined;
        else if (session === undefined) session = await attach();
        else {
          const [engine, settled] = await Promise.all([redis.get(engineKey), redis.get(settledKey)]);
          if (engine !== session.engine) session = undefined;
          else forget(settled, session.epoch);
          if (round % 10 === 0 && session !== undefined && (await redis.pexpire(leaseKey(worker), leaseMs)) === 0) lose();
          await rewrite();
        }
      } catch {
        session = undefined; // the connection broke or Redis is loading: look again
      }
      await sleep(session === undefined ? 50 : 500);
    }
  }
  const tending = tend();
  redis.on('close', () => {
    session = undefined;
  });

  function lose(): void {
    session = undefined;
    leaseEpoch = -1;
  }

  function forget(settled: string | null, epoch: number): void {
    const [settledEpoch, last] = settled?.split(':') ?? [];
    if (last === undefined || settledEpoch !== String(epoch)) return;
    for (const entry of told) if (entry.at !== undefined && !isAfter(entry.at, last)) told.delete(entry);
  }

  /** The session, waited for; undefined when there is none and the worker stops. */
  async function attached(): Promise<Session | undefined> {
    while (session === undefined && !stopping.aborted) await sleep(20);
    return session;
  }

  async function begin(attempt: Attempt, reader: number): Promise<BeginAnswer> {
    questions += 1;
    const question = `${worker}.${questions}`; // its own name in the answer means that this very question was a go, though its first answer was lost
    for (;;) {
      const now = await attached();
      if (now?.epoch !== attempt.epoch) return 'lease';
      const { sha, epoch } = now;
      let answer: string;
      try {
        answer = String(await redis.evalsha(sha, 2, marksKey(attempt.batch), leaseKey(worker), String(epoch), String(reader), question));
      } catch (error) {
        if ((error as Error).message.startsWith('NOSCRIPT')) session = undefined;
        await sleep(20); // it may have run: the same question is asked again
        continue;
      }
      if (answer === 'go' || answer === question) {
        inFlight.set(key(attempt.batch, reader), { batch: attempt.batch, send: attempt.send, reader });
        return 'go';
      }
      if (answer === 'lease') lose();
      return answer === 'lease' || answer === 'closed' ? answer : 'taken';
    }
  }

  return {
    worker,
    begin,
    remember({ batch, send }, reader, outcome) {
      const entry: Told = { batch, send, reader, outcome };
      told.add(entry);
      inFlight.delete(key(batch, reader));
      void write(entry);
    },
    async end({ batch, epoch }) {
      for (;;) {
        const unwritten = [...told].some((entry) => entry.batch === batch && entry.at === undefined);
        if ((await attached())?.epoch !== epoch) return; // a new epoch's hello says it all; this end would mean nothing
        try {
          if (!unwritten) {
            await redis.xadd(outcomesKey, '*', ...pairs(['e', String(batch), worker]));
            return;
          }
        } catch {
          // Redis is away: the end is said again, twice does no harm.
        }
        await sleep(5);
      }
    },
    async joined(epoch) {
      for (;;) {
        const now = (await attached())?.epoch;
        if (now === undefined || now >= epoch) return now === epoch;
        await sleep(50);
      }
    },
    async leave(ms) {
      const until = Date.now() + ms;
      const open = (): boolean => told.size + inFlight.size > 0;
      while (open() && Date.now() < until) await sleep(50);
      closed = true;
      await tending;
      if (!open() && redis.status === 'ready') await redis.xadd(outcomesKey, '*', ...pairs(['b', worker])).catch(() => {});
    },
  };
}

/** Whether stream id `a` comes after `b`. */
function isAfter(a: string, b: string): boolean {
  const [aMs = 0, aSequence = 0] = a.split('-').map(Number);
  const [bMs = 0, bSequence = 0] = b.split('-').map(Number);
  return aMs > bMs || (aMs === bMs && aSequence > bSequence);
}

/** Delivery of one batch: each reader's message is begun once, sent over one of the relay's connections, and its outcome told before the next (DELIVERY protocol, section 4). */
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import { type MessageTemplate, personalise, type Signer } from '../message/message.ts';
import type { Outcome } from '../model/outcome.ts';
import type { BatchJob, BatchJobRow, JobEnd } from '../queue/jobs.ts';
import type { Marks } from '../queue/marks.ts';
import type { Lanes } from './lanes.ts';
import type { RelayGate } from './relay-gate.ts';
import type { OutgoingMessage, Transport } from './transport.ts';

export { describeRelay, type RelayFacts, type RelayTest, testRelay } from './relay-test.ts';

export interface DeliverDeps {
  marks: Marks;
  transport: Transport;
  gate: RelayGate;
  /** Milliseconds to wait for a slot of the common pace; fails while Redis is away. */
  slot: (rate: number) => Promise<number>;
  /** The template of that hash; undefined when Redis has lost it. */
  template: (hash: string) => Promise<MessageTemplate | undefined>;
  /** Absent: mails go out unsigned. */
  sign?: Signer | undefined;
  /** One for each connection to the relay: this many messages are in flight at once, those of all batches in hand together. */
  lanes: Lanes;
  /** A message not finished this many milliseconds after its go was asked for is dropped before its final dot: somebody may have taken the batch over. */
  dotDeadlineMs?: number;
}

const defaultDotDeadlineMs = 20_000;

/**
 * Sends one batch. Safe to run twice, and by two workers at once: a message goes out only after `begin` said go, which it says once per batch and reader.
 * When `stopping` is aborted it finishes what is begun and hands the rest back.
 */
export async function deliverBatch(deps: DeliverDeps, job: BatchJob, stopping: AbortSignal): Promise<JobEnd> {
  const { marks, gate, slot } = deps;
  if (!(await marks.joined(job.epoch))) return 'go';
  const templates = await templatesOf(deps, job);
  if (templates === undefined) return 'go';
  const rows = job.rows.values();
  const messageFor = (row: BatchJobRow): MessageTemplate => templates.get(templateOf(job, row)) as MessageTemplate;
  const state: { end: JobEnd | 'closed' } = { end: 'done' };

  /** Keeps its place until the batch has no reader left: the older of two batches ends first, and the next fills the places that fall free. */
  async function lane(): Promise<void> {
    const giveBack = await deps.lanes.take();
    try {
      await nextReaders();
    } finally {
      giveBack();
    }
  }

  async function nextReaders(): Promise<void> {
    for (const row of rows) {
      await gate.passed(stopping);
      if (job.rate !== undefined) await paced(slot, job.rate, stopping); // before begin: a wait must never count as in flight
      if (state.end === 'done' && stopping.aborted) state.end = 'back';
      if (state.end !== 'done') return;
      const asked = performance.now(); // not when the answer was read: a process may be stopped in between
      const answer = await marks.begin(job, row.reader);
      if (answer === 'go') marks.remember(job, row.reader, gate.judge(await deliverOne(deps, messageFor(row), row, asked)));
      else if (answer === 'closed') state.end = 'closed';
      else if (answer === 'lease') state.end = 'go';
    }
  }

  const lanes = await Promise.allSettled(Array.from({ length: deps.lanes.count }, lane));
  for (const ended of lanes) if (ended.status === 'rejected') throw ended.reason; // only now: no lane may run on in a batch that was let go
  if (state.end === 'go' || state.end === 'back') return state.end;
  await marks.end(job);
  return 'done';
}

const templateOf = (job: BatchJob, row: BatchJobRow): string => row.template ?? job.template;

/** The templates of a batch's rows by their hashes, all of them before anything is begun; undefined when Redis has lost one. */
async function templatesOf({ template }: DeliverDeps, job: BatchJob): Promise<Map<string, MessageTemplate> | undefined> {
  const found = new Map<string, MessageTemplate>();
  for (const hash of new Set(job.rows.map((row) => templateOf(job, row)))) {
    const one = await template(hash);
    if (one === undefined) return undefined;
    found.set(hash, one);
  }
  return found;
}

/** Waits for a slot, also through an outage of Redis; a stop waits for neither. */
async function paced(slot: DeliverDeps['slot'], rate: number, stopping: AbortSignal): Promise<void> {
  const rest = (ms: number) => sleep(ms, undefined, { signal: stopping }).catch(() => {});
  while (!stopping.aborted) {
    const wait = await slot(rate).catch(() => undefined);
    if (wait !== undefined) return rest(wait);
    await rest(100);
  }
}

/** `asked` is an instant of the monotonic clock: one that people set must not stretch the deadline. */
async function deliverOne(
  { transport, sign, dotDeadlineMs = defaultDotDeadlineMs }: DeliverDeps,
  template: MessageTemplate,
  row: BatchJobRow,
  asked: number,
): Promise<Outcome> {
  let message: OutgoingMessage;
  try {
    const { envelope, ...unsigned } = personalise(template, row);
    message = { envelope, bytes: sign === undefined ? unsigned.bytes : await sign(template, unsigned, Date.now()) };
  } catch (error) {
    // Nothing went over. An address that no mail can carry is that reader's; anything else is ours and must not cost him his issue.
    const reply = (error as Error).message.slice(0, 200);
    return error instanceof AppError ? { kind: 'refused', reply } : { kind: 'not-sent', reply, relay: true };
  }
  return transport.send(message, () => performance.now() - asked <= dotDeadlineMs);
}

/** Delivery of one batch: each reader's message is begun once, sent over one of the relay's connections, and its outcome told before the next (DELIVERY protocol, section 4). */
import { AppError } from '../errors.ts';
import { type MessageTemplate, personalise, type Signer } from '../message/message.ts';
import type { Outcome } from '../model/outcome.ts';
import { pleadingGroup } from '../model/pace.ts';
import type { BatchJob, BatchJobRow, JobEnd } from '../queue/jobs.ts';
import type { Marks } from '../queue/marks.ts';
import type { Pace } from '../queue/pace.ts';
import type { Lanes } from './lanes.ts';
import type { RelayGate } from './relay-gate.ts';
import type { OutgoingMessage, Transport } from './transport.ts';
import { type NextRow, openTurns, type Tails } from './turns.ts';

export { describeRelay, type RelayFacts, type RelayTest, testRelay } from './relay-test.ts';

export interface DeliverDeps {
  marks: Marks;
  transport: Transport;
  gate: RelayGate;
  /** The common pace. */
  pace: Pace;
  /** Groups of domains that some batch of this worker waits for, shared by its batches. */
  tails: Tails;
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
/** A reader whose provider said 421 is not tried again before. */
const afterPleaMs = 60_000;

/**
 * Sends one batch. Safe to run twice, and by two workers at once: a message goes out only after `begin` said go, which it says once per batch and reader.
 * When `stopping` is aborted it finishes what is begun and hands the rest back.
 */
export async function deliverBatch(deps: DeliverDeps, job: BatchJob, stopping: AbortSignal): Promise<JobEnd> {
  const { marks, gate, pace, lanes, tails } = deps;
  if (!(await marks.joined(job.epoch))) return 'go';
  const templates = await templatesOf(deps, job);
  if (templates === undefined) return 'go';
  const messageFor = (row: BatchJobRow): MessageTemplate => templates.get(templateOf(job, row)) as MessageTemplate;
  const turns = await openTurns(job.rows, { pace, rate: job.rate, rates: job.rates ?? {}, tails });
  const state: { end: JobEnd | 'closed' } = { end: 'done' };

  /**
   * Takes one row after the other. It keeps its place while it need not wait: so the older of two batches ends first, and the next fills the places that fall
   * free. Whoever waits for a turn keeps none, unless a turn was missed because no place was free.
   */
  async function lane(): Promise<void> {
    let place: (() => void) | undefined;
    const leave = (): void => {
      place?.();
      place = undefined;
    };
    let missed = false;
    try {
      for (;;) {
        await gate.passed(stopping);
        const now = turns.now();
        if (now === undefined && !missed) leave();
        const next = now ?? (await turns.next(stopping, leave));
        if (next !== undefined) place ??= await lanes.take();
        if (state.end === 'done' && stopping.aborted) state.end = 'back';
        if (next === undefined || state.end !== 'done') return;
        missed = turns.missed(next);
        if (!missed) await begin(next);
      }
    } finally {
      leave();
    }
  }

  async function begin({ row, group, hold }: NextRow): Promise<void> {
    const asked = performance.now(); // not when the answer was read: a process may be stopped in between
    const answer = await marks.begin(job, row.reader);
    if (answer === 'closed') state.end = 'closed';
    if (answer === 'lease') state.end = 'go';
    if (answer !== 'go') return;
    if (hold !== undefined) {
      // begun, so that no other worker of this batch can send what is given back here
      marks.remember(job, row.reader, { kind: 'not-sent', reply: `waits for the pace of ${group}`, wait: hold });
      return;
    }
    const takeBack = (instead: Outcome): void => marks.remember(job, row.reader, instead);
    const asks = pleadingGroup(row.address, group);
    const said = await deliverOne(deps, messageFor(row), row, asked);
    const outcome = gate.judge(said, { group: asks, takeBack, takenBack: row.takenBack === true });
    if (outcome.slow) {
      turns.limit(asks);
      pace.slowDown(asks).catch(() => {}); // while Redis is away nobody is slowed down; the next plea comes
    }
    marks.remember(job, row.reader, outcome.slow && outcome.kind === 'not-sent' ? { ...outcome, wait: afterPleaMs } : outcome);
  }

  const ended = await Promise.allSettled(Array.from({ length: lanes.count }, lane));
  turns.close();
  for (const end of ended) if (end.status === 'rejected') throw end.reason; // only now: no lane may run on in a batch that was let go
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

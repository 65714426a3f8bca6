/** Whose message is next: the rows of a batch by the pace of their providers, so that one that must wait holds up neither the others nor a connection. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type GroupRates, paceGroup } from '../model/pace.ts';
import type { BatchJobRow } from '../queue/jobs.ts';
import { type Pace, rateOf } from '../queue/pace.ts';

/** A row whose turn it is; or, with `hold`, one that is to be given back and handed out again after so many milliseconds. */
export interface NextRow {
  row: BatchJobRow;
  group: string;
  hold?: number;
  /** Of the monotonic clock: after it the turn is missed. Absent where it needed none. */
  until?: number;
}

export interface Turns {
  /** The next row, if one may go without waiting or asking anybody. */
  now(): NextRow | undefined;
  /**
   * The next row, once it may go; undefined when none is left or `stopping` is aborted. May be called by several lanes at once. `waits` is called when there is
   * nothing to do but to wait for the groups.
   */
  next(stopping: AbortSignal, waits: () => void): Promise<NextRow | undefined>;
  /** Whether the turn of a row passed meanwhile; then the row is put back. After a turn that was not kept, many messages would go out at once. */
  missed(next: NextRow): boolean;
  /** A group asked us to slow down: each of its rows that are left waits for a turn from now on. */
  limit(group: string): void;
  /** The batch is over, whatever is left of it: another one may wait for its groups. */
  close(): void;
}

/** A batch may wait so long for what is left of it; what its groups cannot take by then is given back. */
export const tailMs = 2500;

/**
 * A turn that was missed by more than so many milliseconds and this share of the time between two is not used: after it, many would go out at once. Paced at 99 %
 * of the limit (`queue/pace.ts`), what is late by 10 ms and one turn still makes no more than the limit and one in any second; the rest is left to the way there.
 */
const lateMs = { always: 5, ofTurn: 0.6, most: 60 } as const;

/** What the batches of a worker wait for: how many of them do, and how many rows they keep for each group. */
export interface Tails {
  batches: number;
  kept: Map<string, number>;
}

/** So many batches of a worker may wait at a time: the others that it has in hand go on. */
export const waitingBatches = 2;

export const openTails = (): Tails => ({ batches: 0, kept: new Map() });

interface Course {
  group: string;
  rows: BatchJobRow[];
  /** Of the monotonic clock: no turn before. */
  notBefore: number;
  /** Milliseconds between two turns, as far as known. */
  step: number;
  /** Rows to be given back, with their waits. */
  held: NextRow[];
}

/** Opens the turns of a batch. Only rows of a group that has a rate, or was slowed down, are asked for each; all others share the relay's pace. */
export async function openTurns(
  rows: readonly BatchJobRow[],
  { pace, rate, rates, tails }: { pace: Pace; rate: number | undefined; rates: GroupRates; tails: Tails },
): Promise<Turns> {
  const slowed = await pace.slowed();
  const courses = new Map<string, Course>();
  let free: NextRow[] = rows.map((row) => ({ row, group: paceGroup(row.address, rates, slowed) })).reverse(); // taken from the end

  function limit(group: string): Course {
    const course = courses.get(group) ?? { group, rows: [], notBefore: 0, step: 0, held: [] };
    courses.set(group, course);
    for (const next of free.toReversed()) if (next.group === group) course.rows.push(next.row);
    free = free.filter((next) => next.group !== group);
    return course;
  }
  for (const group of new Set(free.map((next) => next.group))) if (rateOf(group, rates) !== undefined || slowed.has(group)) limit(group);
  const mine = new Map<string, number>();
  let waits = false;

  /** A group whose time has come goes first: its turns are few. */
  const ready = (): Course | undefined => {
    const now = performance.now();
    return [...courses.values()].find(({ rows: left, notBefore }) => left.length > 0 && notBefore <= now);
  };

  const late = (group: string): number =>
    Math.min(lateMs.most, lateMs.always + (1000 * lateMs.ofTurn) / Math.max(rate ?? 0, rateOf(group, rates) ?? 0));

  function putBack({ row, group }: NextRow): void {
    const course = courses.get(group);
    if (course === undefined) free.push({ row, group });
    else course.rows.unshift(row);
  }

  /** Asks for the row's turn and waits until it has come; else the row is put back. */
  async function comesNow(next: NextRow, course: Course | undefined, stopping: AbortSignal): Promise<boolean> {
    const { group } = next;
    if (rate === undefined && course === undefined) return true;
    const turn = await pace.take({ rate, group, groupRate: rateOf(group, rates) }, stopping).catch(() => undefined);
    if (turn?.go) {
      const at = performance.now() + turn.wait;
      await rest(turn.wait, stopping); // before begin: a wait must never count as in flight
      next.until = at + late(group);
      if (performance.now() < next.until) return true; // one that was missed is lost: those who were on time have the next ones
    } else if (turn === undefined)
      await rest(100, stopping); // Redis is away
    else Object.assign(limit(group), { notBefore: performance.now() + turn.wait, step: turn.step }); // also one that was slowed down only now
    putBack(next);
    return false;
  }

  /** Nothing can go now: what the groups cannot take soon is taken out, to be given back. */
  async function holdBack(): Promise<void> {
    const now = performance.now();
    if (!waits && tails.batches < waitingBatches) {
      waits = true;
      tails.batches += 1;
    }
    for (const course of courses.values()) {
      const { group, rows: left, notBefore, step } = course;
      if (left.length === 0) continue;
      const soon = notBefore - now;
      const others = (tails.kept.get(group) ?? 0) - (mine.get(group) ?? 0);
      const kept = waits && soon <= tailMs ? Math.max(0, 1 + Math.floor((tailMs - soon) / Math.max(1, step)) - others) : 0;
      const surplus = left.splice(kept);
      mine.set(group, left.length);
      tails.kept.set(group, others + left.length);
      if (surplus.length === 0) continue;
      const own = rateOf(group, rates);
      const recovers = own === undefined || step > 1500 / own;
      const holds = await pace.hold(group, surplus.length, { step, recovers }).catch(() => surplus.map(() => tailMs));
      course.held.push(...surplus.map((row, i) => ({ row, group, hold: holds[i] ?? tailMs })));
    }
  }

  const soonest = (): number =>
    Math.min(...[...courses.values()].filter((course) => course.rows.length > 0).map(({ notBefore }) => notBefore)) - performance.now();

  return {
    now: () => (rate === undefined && ready() === undefined ? free.pop() : undefined),
    missed(next) {
      if (next.until === undefined || performance.now() <= next.until) return false;
      putBack(next);
      return true;
    },
    limit: (group) => void limit(group),
    async next(stopping, waitsNow) {
      while (!stopping.aborted) {
        const course = ready();
        const row = course?.rows.shift();
        const candidate = course !== undefined && row !== undefined ? { row, group: course.group } : free.pop();
        if (candidate !== undefined) {
          if (await comesNow(candidate, course, stopping)) return candidate;
          continue;
        }
        const held = [...courses.values()].find((each) => each.held.length > 0)?.held.shift();
        if (held !== undefined) return held;
        if (![...courses.values()].some((each) => each.rows.length > 0)) break;
        waitsNow();
        await holdBack();
        if (![...courses.values()].some((each) => each.held.length > 0)) await rest(Math.max(1, Math.min(tailMs, soonest())), stopping);
      }
      return undefined;
    },
    close() {
      for (const [group, rows] of mine) tails.kept.set(group, (tails.kept.get(group) ?? 0) - rows);
      mine.clear();
      if (waits) tails.batches -= 1;
      waits = false;
    },
  };
}

/** Waits, but not longer than until a stop. */
const rest = (ms: number, stopping: AbortSignal): Promise<unknown> =>
  ms <= 0 ? Promise.resolve() : sleep(ms, undefined, { signal: stopping }).catch(() => {});

/**
 * `npm run test:chaos [-- --rounds N --seed S --at-once N --fault NAME --readers N,N --broken marks|lease]`: plays seeded rounds, several at once because most of a round is
 * waiting, and ends with 1 when one failed. With --broken the program is broken first, and the run fails unless some round finds that out.
 */
import { parseArgs } from 'node:util';
import { wholeNumber, wrongUse } from '../support/options.ts';
import { type Break, breaks, openBuild } from './build.ts';
import { allFaults, type Fault, faultsOf, type Plan, planOf } from './faults.ts';
import { playRound, type RoundResult } from './round.ts';
import { openFolders } from './service.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    seed: { type: 'string' },
    'at-once': { type: 'string', default: '4' },
    fault: { type: 'string' },
    broken: { type: 'string' },
    readers: { type: 'string', default: '1500,2500,3500' },
  },
});
const broken = choice('broken', Object.keys(breaks) as Break[]);
const fault = choice('fault', [...new Set(allFaults)]) ?? (broken && breaks[broken].fault);
const rounds = wholeNumber('rounds', values.rounds ?? (broken ? '4' : '200'));
const first = wholeNumber('seed', values.seed ?? String(Date.now() % 1_000_000));
const readers = values.readers.split(',').map((size) => wholeNumber('readers', size));

function choice<T extends string>(option: 'broken' | 'fault', known: readonly T[]): T | undefined {
  const found = known.find((name) => name === values[option]);
  if (values[option] !== undefined && found === undefined) wrongUse(`--${option} ${values[option]}: there is ${known.join(', ')}`);
  return found;
}

const faults: readonly Fault[] = fault === undefined ? allFaults : [fault];
using build = openBuild(broken);
using folders = await openFolders(build.program, readers);
console.log(`${rounds} rounds from seed ${first}${broken ? `, broken: ${broken}` : ''}`);
const seeds = Array.from({ length: rounds }, (_, index) => first + index).values();
const results: RoundResult[] = [];
await Promise.all(
  Array.from({ length: wholeNumber('at-once', values['at-once']) }, async () => {
    for (const seed of seeds) {
      const plan = planOf(seed, { readers, faults });
      const result = await playRound(plan, { build, folders }).catch((error: unknown) => unplayed(plan, error)); // the other rounds go on
      results.push(result);
      console.log(lineOf(result));
      if (result.failures.length > 0) console.log(failureOf(result));
    }
  }),
);
printTable();
const failed = results.filter(({ failures }) => failures.length > 0);
if (broken) console.log(`The break "${broken}" was caught in ${failed.length} of ${rounds} rounds`);
process.exitCode = broken === undefined ? Math.min(failed.length, 1) : Number(failed.length === 0);

/** A round that could not be played counts as failed. */
function unplayed(plan: Plan, error: unknown): RoundResult {
  const none = { unknown: 0, mostUnknown: 0, doubles: 0, lost: 0, resent: 0, dismissed: 0, took: 0, stop: 0 };
  return { ...none, plan, failures: [`it could not be played: ${(error as Error).stack}`], folder: undefined };
}

function lineOf({ plan, unknown, mostUnknown, doubles, resent, dismissed, took, stop, failures }: RoundResult): string {
  const seconds = (took / 1000).toFixed(1);
  const counts = `${plan.readers} readers, ${plan.rate ?? 'full'}/s, unknown ${unknown} of ${mostUnknown} (${resent} resent, ${dismissed} dismissed), doubles ${doubles}`;
  return `${failures.length === 0 ? 'ok    ' : 'FAILED'} seed ${plan.seed}  ${faultsOf(plan)}: ${counts}, ${seconds} s, stop ${stop} ms`;
}

function failureOf({ plan, failures, folder }: RoundResult): string {
  return [...failures, `plan ${JSON.stringify(plan)}`, `kept in ${folder}`].map((line) => `         ${line}`).join('\n');
}

function printTable(): void {
  const rows = [
    ...Map.groupBy(results, ({ plan }) => (plan.strikes.length > 1 ? 'two faults' : faultsOf(plan))),
    ['every round', results] as const,
  ];
  const most = (each: readonly RoundResult[], of: (result: RoundResult) => number): number => Math.max(0, ...each.map(of));
  const sum = (each: readonly RoundResult[], of: (result: RoundResult) => number): number =>
    each.reduce((all, result) => all + of(result), 0);
  console.table(
    Object.fromEntries(
      rows.map(([name, each]) => [
        name,
        {
          rounds: each.length,
          failed: each.filter(({ failures }) => failures.length > 0).length,
          doubles: sum(each, ({ doubles }) => doubles),
          lost: sum(each, ({ lost }) => lost),
          'unknown, most': most(each, ({ unknown }) => unknown),
          'unknown, all': sum(each, ({ unknown }) => unknown),
          resent: sum(each, ({ resent }) => resent),
          dismissed: sum(each, ({ dismissed }) => dismissed),
          'slowest, s': Math.round(most(each, ({ took }) => took) / 1000),
          'stop, ms': most(each, ({ stop }) => stop),
        },
      ]),
    ),
  );
}

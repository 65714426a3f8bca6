/** Ten rounds of `npm run test:chaos`, one for each quick fault, and the proof that such a round notices a broken program. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Build, openBuild } from '../chaos/build.ts';
import { type Plan, planOf, quickFaults, type Strike } from '../chaos/faults.ts';
import { playRound } from '../chaos/round.ts';
import { type Folders, openFolders } from '../chaos/service.ts';

const readers = 300;
let build: Build;
let broken: Build;
let folders: Folders;

beforeAll(async () => {
  build = openBuild();
  broken = openBuild('marks');
  folders = await openFolders(build.program, [readers]);
}, 60_000);

afterAll(() => {
  folders[Symbol.dispose]();
  build[Symbol.dispose]();
  broken[Symbol.dispose]();
});

describe.skipIf(process.platform !== 'linux')('chaos (processes are found in /proc)', { concurrent: true, timeout: 240_000 }, () => {
  test.each(quickFaults.map((fault, seed) => [fault, seed] as const))(
    '%s: every reader gets one mail or is unknown for a known reason',
    async (_, seed) => {
      const { failures, folder } = await playRound(planOf(seed, { readers: [readers], faults: quickFaults }), { build, folders });
      expect({ failures, folder }).toEqual({ failures: [], folder: undefined });
    },
  );

  test('a program that marks a message only after it was sent is found out', async () => {
    // One strike in twenty meets no message between the relay's 250 and its mark, so there are three.
    const strikes = [60, 120, 200].map((mails): Strike => ({ fault: 'workers', mails, ms: 0, lasts: 0, worker: 0, cuts: 0 }));
    const plan: Plan = { seed: 0, readers, rate: undefined, workers: 2, connections: 4, strikes };
    const { failures, folder } = await playRound(plan, { build: broken, folders });
    expect(failures, `round kept in ${folder}`).toContainEqual(expect.stringContaining('doubles'));
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });
});

/** Fails the run when a process that a test started outlives it. Linux only: elsewhere the system does not tell a process's folder. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Every temporary folder of a test has this in its name, so a process that works in one, or names one, is recognised. */
const mark = 'galley-test-';

/** Inherited by what the tests start; tells this run's processes from those of another run on the same machine. */
const runVariable = 'GALLEY_TEST_RUN';

export default function watchProcesses(): () => Promise<void> {
  const run = `${process.pid}.${Date.now()}`;
  process.env[runVariable] = run;
  const before = new Set(ours(run).map(({ pid }) => pid));
  const left = () => ours(run).filter(({ pid }) => !before.has(pid));
  return async () => {
    for (let round = 0; round < 20 && left().length > 0; round++) await sleep(100); // a server that was told to end may need a moment
    const lines = left().map(({ pid, args }) => `${pid} ${args}`);
    if (lines.length > 0) throw new Error(`left running after the tests:\n${lines.join('\n')}`);
  };
}

/**
 * Processes that name a test's folder in their arguments or work in one, and are this run's. One that was started without the variable is taken
 * for ours when its parent is gone: another run's would still have a parent.
 */
function ours(run: string): { pid: number; args: string }[] {
  if (process.platform !== 'linux') return [];
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return processes.flatMap((name) => {
    try {
      const args = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      if (!args.includes(mark) && !readlinkSync(`/proc/${name}/cwd`).includes(mark)) return [];
      const environment = readFileSync(`/proc/${name}/environ`, 'utf8').split('\0');
      const owner = environment.find((entry) => entry.startsWith(`${runVariable}=`))?.slice(runVariable.length + 1);
      const parent = Number(/^\d+ \(.*\) \w (\d+)/s.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1]);
      return owner === run || (owner === undefined && parent === 1) ? [{ pid: Number(name), args }] : [];
    } catch {
      return []; // it ended while we looked, or is not ours to see
    }
  });
}

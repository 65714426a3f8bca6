/** Processor time of a process and of all that it started, as Linux counts it. */
import { readdirSync, readFileSync } from 'node:fs';

/** Hundredths of a second: USER_HZ is 100 on every Linux of ours (proc(5)). */
const ticks = 100;

interface Stat {
  pid: number;
  parent: number;
  name: string;
  seconds: number;
}

/** Seconds of processor time that process `pid` and its descendants have used, those that ended and were waited for included. */
export function processorSeconds(pid: number): number {
  return familyOf(pid).reduce((sum, { seconds }) => sum + seconds, 0);
}

/** A process and its descendants that live; `name` is that of the program. */
export function familyOf(pid: number): Stat[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(Number(name)) ?? []);
  const family = all.filter((stat) => stat.pid === pid);
  for (const member of family) family.push(...all.filter(({ parent }) => parent === member.pid));
  return family;
}

function statOf(pid: number): Stat | undefined {
  try {
    const [, name = '', rest = ''] = /^\d+ \((.*)\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    const fields = rest.split(' ');
    const [user, system, childrensUser, childrensSystem] = fields.slice(11, 15).map(Number) as [number, number, number, number];
    return { pid, parent: Number(fields[1]), name, seconds: (user + system + childrensUser + childrensSystem) / ticks };
  } catch {
    return undefined; // it ended meanwhile
  }
}

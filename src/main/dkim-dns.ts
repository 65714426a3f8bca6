/** Looking for our DKIM records in the DNS: the one place that asks it, the command that tells, and the warning of a serve whose record is not there. */
import { Resolver } from 'node:dns/promises';
import type { Log } from '../log.ts';
import { checkRecords, type Dkim, type RecordCheck, type TxtLookup } from '../message/message.ts';

/** Milliseconds to wait for an answer, and how often to ask. */
const timing = { timeout: 2000, tries: 2 };

/** Opens a look-up by the DNS servers of this machine, or by those named (`127.0.0.1:53`). Each name gives up after some seconds. */
export function openTxtLookup(servers?: readonly string[], { timeout, tries } = timing): TxtLookup {
  return async (name) => {
    const resolver = new Resolver({ timeout, tries }); // one for each: it reads this machine's settings anew, and can be given up alone
    if (servers !== undefined) resolver.setServers(servers);
    const limit = setTimeout(() => resolver.cancel(), timeout * tries * 2).unref(); // with several servers each is asked in turn
    try {
      return await resolver.resolveTxt(name);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ECANCELLED') throw cause;
      throw Object.assign(new Error(`no answer about ${name} in time`, { cause }), { code: 'ETIMEOUT' });
    } finally {
      clearTimeout(limit);
    }
  };
}

/** Prints what was found of each key's record, for people or as JSON. Returns 0 when all are there, else 1. */
export function tellRecords(print: (line: string) => void, checks: readonly RecordCheck[], json: boolean): number {
  if (json) print(JSON.stringify({ records: checks }));
  else
    for (const { state, finding, advice, name, strings } of checks) {
      print([finding, advice].filter(Boolean).join(' '));
      if (state !== 'found') print(`\n${name}. IN TXT ( ${strings.map((each) => `"${each}"`).join('\n  ')} )\n`);
    }
  return checks.every(({ state }) => state === 'found') ? 0 : 1;
}

/** Warns in the log of each record that is missing, of another key or broken. A DNS that does not answer is no warning: a serve may well run without one. */
export async function warnOfRecords(log: Log, lookUp: TxtLookup, dkim: Dkim, stopping: AbortSignal): Promise<void> {
  const checks = await checkRecords(lookUp, dkim);
  if (stopping.aborted) return;
  for (const { name, state, finding, advice } of checks) {
    if (state === 'found' || state === 'unreachable') log.debug('dkim.record', { name, state });
    else log.warn('dkim.record', { name, state, finding, advice });
  }
}

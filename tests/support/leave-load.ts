/** A process that presses unsubscribe, as many mail programs do: told an address, tokens and a pace, it answers with how long each took. */
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LeaveOrder {
  url: string;
  tokens: string[];
  /** So many at a time, each at once after the one before; or so many a second, however long they take. */
  pace: { connections: number } | { perSecond: number };
}

/** What came of an order; times in milliseconds. */
export interface LeaveTimes {
  seconds: number;
  p50: number;
  p99: number;
  p999: number;
  failed: number;
}

process.on('message', (order: LeaveOrder) => {
  void run(order).then((times) => process.send?.(times));
});

async function run({ url, tokens, pace }: LeaveOrder): Promise<LeaveTimes> {
  const agent = new Agent({ keepAlive: true, maxSockets: 'connections' in pace ? pace.connections : 256 });
  const times: number[] = [];
  let failed = 0;
  const press = async (token: string): Promise<void> => {
    const started = performance.now();
    if ((await post(agent, `${url}/u/${token}`)) !== 200) failed += 1;
    times.push(performance.now() - started);
  };
  const started = performance.now();
  if ('connections' in pace) {
    const left = tokens.values();
    await Promise.all(
      Array.from({ length: pace.connections }, async () => {
        for (const token of left) await press(token);
      }),
    );
  } else {
    const begun: Promise<void>[] = [];
    for (const [i, token] of tokens.entries()) {
      const due = started + (i * 1000) / pace.perSecond;
      if (due > performance.now()) await sleep(due - performance.now());
      begun.push(press(token));
    }
    await Promise.all(begun);
  }
  const seconds = (performance.now() - started) / 1000;
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? Number.NaN;
  return { seconds, p50: at(0.5), p99: at(0.99), p999: at(0.999), failed };
}

/** The status of a one-click POST (RFC 8058); 0 when the line broke. */
function post(agent: Agent, address: string): Promise<number> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return new Promise((done) => {
    const sent = request(address, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.once('end', () => done(response.statusCode ?? 0));
    });
    // A connection kept open may be closed by the other side just as it is used again: every client asks anew then.
    sent.once('error', () => done(sent.reusedSocket ? post(agent, address) : 0));
    sent.end('List-Unsubscribe=One-Click');
  });
}

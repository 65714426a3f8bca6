/** A process that asks for pages, as browsers behind a proxy do: told an address and how many, it answers with how many it got a second. */
import { Agent, request } from 'node:http';

export interface PageOrder {
  url: string;
  requests: number;
  connections: number;
}

export interface PageSpeed {
  perSecond: number;
  /** Answers that were not 200, or of another length than the first. */
  wrong: number;
}

process.on('message', (order: PageOrder) => {
  void run(order).then((speed) => process.send?.(speed));
});

async function run({ url, requests, connections }: PageOrder): Promise<PageSpeed> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let left = requests;
  let wrong = 0;
  let length: number | undefined;
  const started = performance.now();
  const line = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const answer = await get(agent, url);
      length ??= answer.length;
      if (answer.status !== 200 || answer.length !== length) wrong += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, line));
  agent.destroy();
  return { perSecond: (requests * 1000) / (performance.now() - started), wrong };
}

function get(agent: Agent, url: string): Promise<{ status: number | undefined; length: number }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent, headers: { 'accept-encoding': 'br' } }, (response) => {
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
      });
      response.on('end', () => resolve({ status: response.statusCode, length }));
    });
    asked.once('error', reject);
    asked.end();
  });
}

/** The queues when Redis goes: what closes them must not wait for it to come back. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from '../../src/queue/connect.ts';
import { openDeliverQueue, takeBatches } from '../../src/queue/jobs.ts';
import { openPrivateRedis } from '../../src/queue/private-redis.ts';

const job = { batch: 1, send: 1, epoch: 1, template: 'h', rows: [] };

test('closed while Redis is away, a taker finishes the batch in hand and waits for nothing more', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'galley-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const server = await openPrivateRedis(folder, { path: process.env['PATH'] ?? '', durable: false });
  const redis = await connect(server.url);
  onTestFinished(() => redis.disconnect());
  const queue = await openDeliverQueue(server.url, 'deliver', () => {});
  const steps: string[] = [];
  let finish = () => {};
  const taker = takeBatches(
    server.url,
    { route: 'deliver', freight: 'issue', atOnce: 1 },
    async () => {
      steps.push('begun');
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      steps.push('finished');
      return 'done';
    },
    { onError: () => {}, isAway: () => redis.status !== 'ready' },
  );
  await queue.add(job);
  await expect.poll(() => steps).toEqual(['begun']);
  await server.stop();
  await expect.poll(() => redis.status).not.toBe('ready');
  await expect(queue.add({ ...job, batch: 2 })).rejects.toThrow();
  const closing = taker.close().then(() => steps.push('closed'));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(steps).toEqual(['begun']);
  finish();
  const since = Date.now();
  await closing;
  await queue.close();
  expect(steps).toEqual(['begun', 'finished', 'closed']);
  expect(Date.now() - since).toBeLessThan(3000);
});

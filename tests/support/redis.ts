/** A test function whose tests may ask for `redis`: a private server of the test file's own, in memory, which they may empty or kill. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base } from 'vitest';
import { openPrivateRedis } from '../../src/queue/private-redis.ts';

/** `redis` starts when the first test of the file names it, and ends with the file. Its `url` is what `openRedis` takes. */
// biome-ignore lint/correctness/noEmptyPattern: Vitest reads what a fixture needs from this pattern
export const test = base.extend('redis', { scope: 'file' }, async ({}, { onCleanup }) => {
  const folder = mkdtempSync(join(tmpdir(), 'galley-test-'));
  const redis = await openPrivateRedis(folder, { path: process.env['PATH'] ?? '', durable: false });
  onCleanup(async () => {
    await redis.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return redis;
});

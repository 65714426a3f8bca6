/** The Redis that tests share within a file. */
import { createConnection } from 'node:net';
import { expect } from 'vitest';
import { test } from './redis.ts';

test('every test of a file meets the same server', async ({ redis }) => {
  const answer = await new Promise((resolve) => {
    const line = createConnection(redis.socket, () => line.write('SET met yes\r\n'));
    line.once('data', (data) => line.end(() => resolve(String(data))));
  });
  expect(answer).toBe('+OK\r\n');
});

test('what an earlier test of the file wrote is there', async ({ redis }) => {
  const answer = await new Promise((resolve) => {
    const line = createConnection(redis.socket, () => line.write('EXISTS met\r\n'));
    line.once('data', (data) => line.end(() => resolve(String(data))));
  });
  expect(answer).toBe(':1\r\n');
});

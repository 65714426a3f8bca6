/**
 * A program for tests: a serve reduced to its private Redis. `redis-holder.ts FOLDER [WORKERS]` opens it, gives its lifeline to that many
 * workers that only live, prints what came of it as one line of JSON, and stays.
 */
import { spawn } from 'node:child_process';
import { openPrivateRedis } from '../../src/queue/private-redis.ts';

const [folder = '', workers = '0'] = process.argv.slice(2);
const redis = await openPrivateRedis(folder, { path: process.env['PATH'] ?? '', durable: true });
const held = Array.from({ length: Number(workers) }, () =>
  spawn('sleep', ['600'], { cwd: folder, stdio: ['ignore', 'ignore', 'ignore', redis.lifeline], detached: true }),
);
console.log(JSON.stringify({ pid: redis.pid, adopted: redis.adopted, socket: redis.socket, workers: held.map((child) => child.pid) }));
process.on('SIGTERM', async () => {
  await redis.stop();
  process.exit(0);
});
setInterval(() => {}, 60_000);

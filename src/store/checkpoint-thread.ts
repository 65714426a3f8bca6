/** The thread of `checkpoint.ts`: copies the log of the store named to it into the file, again and again, holding up nobody who writes meanwhile. */
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';

const everyMs = 500;
/** What is written during one pass is left for the next; the log begins anew only when a pass has caught up with everybody. */
const passes = 4;

const client = new Database(workerData as string);
client.pragma('synchronous = FULL');
const timer = setInterval(checkpoint, everyMs);
parentPort?.once('message', () => {
  clearInterval(timer);
  client.close();
});

function checkpoint(): void {
  for (let pass = 0; pass < passes; pass += 1) {
    try {
      const [done] = client.pragma('wal_checkpoint(PASSIVE)') as { log: number; checkpointed: number }[];
      if (done === undefined || done.checkpointed === done.log) return;
    } catch {
      return; // a full disk, say: who writes will hear of it, and say so
    }
  }
}

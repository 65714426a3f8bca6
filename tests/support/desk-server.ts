/** A process of its own that serves the desk over a store, and beside it bare Express pages of any size: what a bench compares. Says its addresses to its parent. */
import { dirname } from 'node:path';
import express from 'express';
import { openLog } from '../../src/log.ts';
import { openStore } from '../../src/store/open.ts';
import { openWeb } from '../../src/web/web.ts';
import { readerDeps } from './store.ts';

const [, , file = ''] = process.argv;
const db = openStore(file);
const web = await openWeb({
  readers: readerDeps(db, { dataDir: dirname(file) }),
  sessionsKey: new Uint8Array(32).fill(9),
  config: { host: '127.0.0.1', port: 0, baseUrl: 'http://localhost:3000', oldBaseUrls: [] },
  log: openLog({ level: 'error', write: (line) => process.stderr.write(line) }),
});
process.once('disconnect', () => process.exit()); // whoever asked is gone
const bare = express();
bare.get('/bare/:size', (request, response) => void response.send('x'.repeat(Number(request.params.size))));
const server = bare.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as { port: number };
  process.send?.({ desk: web.url, bare: `http://127.0.0.1:${port}` });
});

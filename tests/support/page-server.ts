/** A process that serves one page: by our own pages over a store, or by a bare Express route that sends the same bytes. Each alone in its process, so that neither slows the other. */
import express from 'express';
import { openSite, publish } from '../web/site.ts';

export type ServeOrder = { kind: 'ours'; issues: number; page: string } | { kind: 'bare'; bytes: string; headers: Record<string, string> };

process.on('message', (order: ServeOrder) => {
  void serve(order).then((url) => process.send?.(url));
});

async function serve(order: ServeOrder): Promise<string> {
  if (order.kind === 'ours') {
    const site = await openSite();
    for (let i = 0; i < order.issues; i += 1) publish(site, { number: `n${i}`, page: order.page });
    return site.url;
  }
  const app = express();
  const bytes = Buffer.from(order.bytes, 'base64');
  app.get('/page', (_request, response) => {
    response.set(order.headers).send(bytes);
  });
  return new Promise((resolve) => {
    const server = app.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/page`);
    });
  });
}

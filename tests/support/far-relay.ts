/** A relay that is far away: a proxy that holds every piece of a conversation back for half the way there and back. The kernel's own `netem` is not everywhere. */
import { createConnection, createServer, type Socket } from 'node:net';

export interface FarRelay extends AsyncDisposable {
  readonly url: string;
  /** The most connections there were at once since this was asked last. */
  mostConnections(): number;
}

/** Opens the way to a relay on this machine, `roundTripMs` there and back, also for the first greeting. */
export async function openFarRelay(port: number, roundTripMs: number): Promise<FarRelay> {
  const open = new Set<Socket>();
  let most = 0;
  const server = createServer((near) => {
    open.add(near);
    most = Math.max(most, open.size);
    near.setNoDelay(true);
    const far = createConnection({ host: '127.0.0.1', port, noDelay: true });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (bytes) => setTimeout(() => to.writable && to.write(bytes), roundTripMs / 2));
      from.on('end', () => setTimeout(() => to.end(), roundTripMs / 2));
      from.on('error', () => to.destroy());
    }
    near.on('close', () => open.delete(near));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  return {
    url: `smtp://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    mostConnections() {
      const seen = most;
      most = open.size;
      return seen;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

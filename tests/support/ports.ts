/** Ports for servers that must be told theirs, and whether one speaks yet. */
import { type AddressInfo, createConnection, createServer } from 'node:net';

/** A port of the loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** Whether an SMTP server greets on a port. */
export function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const line = createConnection(port, '127.0.0.1');
    line.once('data', () => {
      line.end('QUIT\r\n');
      resolve(true);
    });
    line.once('error', () => resolve(false));
  });
}

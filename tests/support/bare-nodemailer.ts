/** A process that mails the same message many times by Nodemailer's pooled `sendMail` in a bare loop: what Galley's whole path is measured against. */
import { readFileSync } from 'node:fs';
import { createTransport } from 'nodemailer';

export interface BareOrder {
  port: number;
  mails: number;
  connections: number;
  mail: { from: string; subject: string; html: string; text: string; headers: Record<string, string> };
  dkim?: { domainName: string; keySelector: string; privateKey: string };
}

export interface BareResult {
  seconds: number;
  /** Processor time of this process meanwhile. */
  processorSeconds: number;
}

const { port, mails, connections, mail, dkim } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as BareOrder;
const transport = createTransport({
  ...{ host: '127.0.0.1', port, pool: true as const, maxConnections: connections, maxMessages: Number.POSITIVE_INFINITY },
  ...(dkim !== undefined && { dkim }),
});
await transport.sendMail({ ...mail, to: 'warm@example.org' }); // its code is compiled, as that of a serve that ran before
const before = process.cpuUsage();
const began = performance.now();
let next = 0;
await Promise.all(
  Array.from({ length: connections * 2 }, async () => {
    while (next < mails) {
      next += 1;
      await transport.sendMail({ ...mail, to: `r${next}@mail${next % 3000}.example.org` });
    }
  }),
);
const seconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage(before);
transport.close();
process.stdout.write(JSON.stringify({ seconds, processorSeconds: (user + system) / 1e6 } satisfies BareResult));

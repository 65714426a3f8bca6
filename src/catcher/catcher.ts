/** The built-in mailbox for rehearsals: an SMTP server on loopback that takes every mail, keeps it in a folder and sends nothing on. */
import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import PostalMime from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { type CaughtSummary, openMailbox } from './mailbox.ts';

export type { CaughtSummary } from './mailbox.ts';

export interface CaughtMail extends CaughtSummary {
  /** Every header in the order sent, unfolded but not decoded. */
  headers: { name: string; value: string }[];
  text?: string;
  html?: string;
  /** The mail as it came, CRLF and all. */
  raw: Buffer;
}

export interface Catcher {
  /** `smtp://127.0.0.1:PORT`, what workers get as their relay. */
  readonly url: string;
  /** All mails ever caught in this folder, those no longer kept included. */
  count(): number;
  /** How many can be listed: the newest ones. */
  kept(): number;
  /** Newest first; 50 unless `limit` says otherwise. */
  list(page?: { offset?: number; limit?: number }): CaughtSummary[];
  /** One mail, parsed; undefined when the id is none of a kept mail. */
  read(id: string): Promise<CaughtMail | undefined>;
  close(): Promise<void>;
}

/** Far above what a newsletter may weigh; keeps a stray sender from filling the memory. */
const largestMail = 50 * 1024 * 1024;

/**
 * Opens the catcher on a free port of 127.0.0.1. The folder is made when missing; mails of an earlier run are listed again. A mail is on disk before it
 * gets its 250, so ending this process at any moment loses none; it is not forced out of the operating system's cache: a rehearsal need not survive a
 * power cut. The newest `keep` (1,000) are kept. Every copy that arrives is an entry of its own.
 */
export async function openCatcher({ folder, keep = 1000 }: { folder: string; keep?: number }): Promise<Catcher> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const mailbox = await openMailbox(folder, keep);
  const server = new SMTPServer({
    name: 'catcher.galley',
    banner: 'Galley catcher: every mail ends here',
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    hideDSN: false,
    size: largestMail,
    closeTimeout: 1000,
    logger: false,
    onData(stream, session, answer) {
      readAll(stream)
        .then(async (raw) => {
          if (stream.sizeExceeded) throw Object.assign(new Error('5.3.4 this mail is too large'), { responseCode: 552 });
          await mailbox.add(raw, envelopeOf(session));
        })
        .then(
          () => answer(null, '2.0.0 caught'),
          (error: Error) => answer(error),
        );
    },
  });
  server.on('error', () => {}); // a line that broke is the sender's affair; the mail on it had no 250
  const port = await listen(server);

  return {
    url: `smtp://127.0.0.1:${port}`,
    count: mailbox.count,
    kept: () => mailbox.kept.length,
    list: ({ offset = 0, limit = 50 } = {}) => mailbox.kept.slice(offset, offset + limit),
    async read(id) {
      const summary = mailbox.kept.find((mail) => mail.id === id);
      const raw = summary && (await mailbox.raw(id));
      return summary && raw && { ...summary, ...(await parts(raw)), raw };
    },
    async close() {
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await mailbox.close();
    },
  };
}

async function parts(raw: Buffer): Promise<Pick<CaughtMail, 'headers' | 'text' | 'html'>> {
  const mail = await new PostalMime().parse(raw).catch(() => undefined); // whatever came is shown, at least by its source
  const headers = mail?.headers.map(({ originalKey, value }) => ({ name: originalKey, value })) ?? [];
  return { headers, ...(mail?.text !== undefined && { text: mail.text }), ...(mail?.html !== undefined && { html: mail.html }) };
}

async function readAll(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) if (!stream.sizeExceeded) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function envelopeOf({ envelope: { mailFrom, rcptTo } }: SMTPServerSession): { from: string; to: string[] } {
  return { from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address) };
}

function listen(server: SMTPServer): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      server.off('error', reject);
      resolve((server.server.address() as AddressInfo).port);
    });
  });
}

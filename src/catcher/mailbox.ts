/** The caught mails on disk: a file per mail and one index beside them, so that listing reads nothing but memory. The newest are kept, the others counted. */
import { type FileHandle, open, readdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import PostalMime from 'postal-mime';

export interface CaughtSummary {
  /** Nine digits, counting up; the name of the file is made of it and of nothing that came in. */
  id: string;
  /** From the To header, else the envelope. */
  to: string;
  from: string;
  subject: string;
  /** When it was caught, milliseconds UTC. */
  at: number;
  bytes: number;
  /** As given by MAIL FROM and RCPT TO; empty for a mail found without its index line. */
  envelope: { from: string; to: string[] };
}

export interface Mailbox {
  /** Stores a mail; once it resolves, no end of this process loses it. */
  add(raw: Buffer, envelope: { from: string; to: string[] }): Promise<void>;
  /** All mails ever caught here. */
  count(): number;
  /** Kept mails, newest first. */
  readonly kept: readonly CaughtSummary[];
  /** The mail as it came; undefined when there is none of that id any more. */
  raw(id: string): Promise<Buffer | undefined>;
  close(): Promise<void>;
}

const fileName = /^(\d{9})\.eml$/;

/** Opens the mailbox in an existing folder, and takes in mails that a sudden end left without an index line. */
export async function openMailbox(folder: string, keep: number): Promise<Mailbox> {
  const indexFile = join(folder, 'index.jsonl');
  const pathOf = (id: string): string => join(folder, `${id}.eml`);
  const known = await readIndex(indexFile);
  let lines = known.length;
  const kept = await reconcile(folder, known);
  let last = Math.max(0, Number(known.at(-1)?.id ?? 0), Number(kept[0]?.id ?? 0));
  let index = await rewriteIndex();
  // one mail after the other through index and clearing out; their files are written side by side
  let queue: Promise<void> = Promise.resolve();

  /** Replaces the index by lines for the kept mails only. A new file and a rename: at every instant one of the two is whole. */
  async function rewriteIndex(): Promise<FileHandle> {
    await dropOld();
    await writeFile(`${indexFile}.new`, kept.map(lineOf).reverse().join(''));
    await rename(`${indexFile}.new`, indexFile);
    lines = kept.length;
    return open(indexFile, 'a');
  }

  async function dropOld(): Promise<void> {
    for (const { id } of kept.splice(keep)) await unlink(pathOf(id)).catch(() => {}); // somebody tidied up by hand
  }

  async function enter(summary: CaughtSummary): Promise<void> {
    await index.appendFile(lineOf(summary));
    lines += 1;
    kept.splice(place(kept, summary.id), 0, summary);
    await dropOld();
    if (lines < keep * 2 + 100) return;
    await index.close();
    index = await rewriteIndex();
  }

  return {
    async add(raw, envelope) {
      last += 1;
      const id = String(last).padStart(9, '0');
      const at = Date.now();
      const temporary = join(folder, `${id}.new`);
      await writeFile(temporary, raw);
      await rename(temporary, pathOf(id));
      const entered = queue.then(async () => enter(await summarise(id, raw, at, envelope)));
      queue = entered.catch(() => {});
      await entered;
    },
    count: () => last,
    kept,
    async raw(id) {
      return kept.some((mail) => mail.id === id) ? readFile(pathOf(id)).catch(() => undefined) : undefined;
    },
    async close() {
      await queue;
      await index.close();
    },
  };
}

/** Ids are entered nearly in order; newest first. */
function place(kept: readonly CaughtSummary[], id: string): number {
  const at = kept.findIndex((mail) => mail.id < id);
  return at === -1 ? kept.length : at;
}

function lineOf(summary: CaughtSummary): string {
  return `${JSON.stringify(summary)}\n`;
}

/** Index lines in the order written. A last line cut short by a sudden end is passed over: its mail is found by its file. */
async function readIndex(file: string): Promise<CaughtSummary[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as CaughtSummary];
    } catch {
      return [];
    }
  });
}

/** Summaries of the mails that are there, newest first; half-written files go. */
async function reconcile(folder: string, known: readonly CaughtSummary[]): Promise<CaughtSummary[]> {
  const summaries = new Map(known.map((summary) => [summary.id, summary]));
  const found: CaughtSummary[] = [];
  for (const name of await readdir(folder)) {
    const id = fileName.exec(name)?.[1];
    if (/^\d{9}\.new$/.test(name)) await rm(join(folder, name), { force: true });
    if (id === undefined) continue;
    found.push(summaries.get(id) ?? (await summarise(id, await readFile(join(folder, name)), Date.now(), { from: '', to: [] })));
  }
  return found.sort((a, b) => (a.id < b.id ? 1 : -1));
}

/** What the list shows; only the headers are parsed. A mail that cannot be parsed is listed by its envelope. */
async function summarise(id: string, raw: Buffer, at: number, envelope: { from: string; to: string[] }): Promise<CaughtSummary> {
  const end = raw.indexOf('\r\n\r\n');
  const head = await new PostalMime().parse(end === -1 ? raw : raw.subarray(0, end + 2)).catch(() => undefined);
  const to = head?.to?.flatMap(({ address, group }) => (group ? group.map((member) => member.address) : [address]))[0];
  return {
    id,
    to: to || envelope.to[0] || '',
    from: head?.from?.address || envelope.from,
    subject: head?.subject ?? '',
    at,
    bytes: raw.length,
    envelope,
  };
}

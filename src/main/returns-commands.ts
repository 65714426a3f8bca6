/** The commands that change what came back, and whom it keeps from being mailed: feedback take, reread, undo, tray; suppress list, add, lift, export. */
import { createSecretKey } from 'node:crypto';
import { AppError } from '../errors.ts';
import { lift, openFeedback, suppress as suppressAddress, undoBounces } from '../feedback/feedback.ts';
import { iso, parseWhen } from '../model/zone.ts';
import { noteAudit } from '../store/audit.ts';
import { addInbound, countInbound, inboundRaw, listTray, rereadInbound } from '../store/inbound.ts';
import { isLocked } from '../store/lock.ts';
import type { Db } from '../store/open.ts';
import { commonZone, listPublications } from '../store/publications.ts';
import { listSuppressions } from '../store/suppressions.ts';
import { type Data, withData } from './data.ts';
import { type Arguments, type Context, needed } from './table.ts';

const largestMail = 25 * 1024 * 1024;
/** What a mail server's pipe must hear to try again instead of sending a bounce for it: EX_TEMPFAIL of sysexits.h. */
const tryAgain = 75;

/** `feedback take < MAIL`: for the pipe of a mail server. Once it ends with 0 the mail is kept; 75 asks the server to come again. */
export async function feedbackTake(context: Context, { values }: Arguments): Promise<number> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= largestMail) chunks.push(chunk);
  }
  if (length === 0) throw new AppError('feedback.empty', 'feedback take got no mail: give it one on its standard input');
  if (length > largestMail) throw new AppError('feedback.size', `feedback take got ${length} octets: a mail has at most ${largestMail}`);
  const recipients = [values['to'] ?? []].flat().map(String);
  try {
    return await withData(context.config, async (data) => {
      addInbound(data.db, [{ way: 'pipe', sender: String(values['from'] ?? ''), recipients, raw: Buffer.concat(chunks) }], Date.now());
      if (!isLocked(context.config.dataDir)) await readHere(context, data);
      return 0;
    });
  } catch (error) {
    context.warn(`galley: the mail was not taken: ${(error as Error).message}`);
    return tryAgain;
  }
}

/** Without a serve nobody else reads. */
async function readHere({ config, log, stopping }: Context, { db, ring }: Data): Promise<void> {
  const { rehearsal, bounceDomain } = config;
  const feedback = openFeedback({
    db,
    suppressionKey: ring.suppression,
    tokenKeys: ring.tokens,
    rehearsal,
    bounceDomain,
    log,
    now: Date.now,
  });
  await feedback.readWaiting(stopping);
}

/** `feedback reread`: reads kept mails anew, those of the last 90 days or since WHEN. What they say as before changes nothing. */
export async function feedbackReread(context: Context, { values }: Arguments): Promise<number> {
  return withData(context.config, async (data) => {
    const since = values['since'] === undefined ? 0 : instant(data.db, 'since', values['since']);
    const mails = rereadInbound(data.db, since, Date.now());
    noteAudit(data.db, { at: Date.now(), actor: 'operator', action: 'feedback reread', subject: 'feedback', detail: `${mails} mails` });
    if (isLocked(context.config.dataDir)) context.print(`${mails} mails to be read again by the galley serve that runs`);
    else {
      await readHere(context, data);
      const states = Object.entries(countInbound(data.db)).map(([state, count]) => `${count} ${state}`);
      context.print(`${mails} mails read again; kept are ${states.join(', ') || 'none'}`);
    }
    return 0;
  });
}

/** `feedback undo`: takes back what bounces of a time did. */
export async function feedbackUndo(context: Context, { values }: Arguments): Promise<number> {
  const [first, last] = [needed(values, 'from', 'feedback undo'), needed(values, 'to', 'feedback undo')];
  return withData(context.config, async ({ db, ring }) => {
    const [from, to] = [instant(db, 'from', first), instant(db, 'to', last)];
    if (from > to) throw new AppError('feedback.span', `--from ${first} comes after --to ${last}: turn them round`);
    const [domain, text] = [values['domain'], values['text']].map((value) => (value === undefined ? undefined : String(value)));
    const { bounces: undone } = await undoBounces(
      { db, suppressionKey: createSecretKey(ring.suppression), now: Date.now },
      { from, to, domain, text },
      'operator',
    );
    context.print(
      `${undone} ${undone === 1 ? 'bounce' : 'bounces'} undone, from ${iso(from, commonZone(db))} to ${iso(to, commonZone(db))}`,
    );
    return 0;
  });
}

/** `feedback tray`: the mails nobody could make sense of; with a number, that mail as it came. */
export async function feedbackTray(context: Context, { positionals: [id], values }: Arguments): Promise<number> {
  return withData(context.config, async ({ db }) => {
    if (id !== undefined) {
      const raw = /^\d+$/.test(id) ? inboundRaw(db, Number(id)) : undefined;
      if (raw === undefined)
        throw new AppError('feedback.not_found', `No mail ${id} is kept: galley feedback tray lists those nobody understood`, {
          status: 404,
        });
      await context.write(raw.toString('latin1'));
      return 0;
    }
    for (const { receivedAt, ...mail } of listTray(db, 1000)) {
      const at = new Date(receivedAt).toISOString();
      if (values['json'] === true) await context.write(`${JSON.stringify({ ...mail, receivedAt: at })}\n`);
      else
        await context.write(
          `${String(mail.id).padStart(6)}  ${at.slice(0, 16)}Z  ${mail.sender || '(no sender)'}  ${mail.bytes} octets  ${mail.note ?? ''}\n`,
        );
    }
    return 0;
  });
}

function instant(db: Db, option: string, value: Arguments['values'][string]): number {
  const when = parseWhen(String(value), commonZone(db));
  if ('problem' in when) throw new AppError('feedback.when', `--${option}: ${when.problem}`);
  return when.instant;
}

/** `suppress ACTION [EMAIL…]`. */
export async function suppress(context: Context, { positionals: [action = '', ...emails], values }: Arguments): Promise<number> {
  if (!['list', 'add', 'lift', 'export'].includes(action))
    throw new AppError('usage', `suppress takes list, add, lift or export, not "${action}"`);
  const named = action === 'add' || action === 'lift';
  if (named !== emails.length > 0)
    throw new AppError(
      'usage',
      named
        ? `suppress ${action} takes the addresses it is about`
        : `suppress ${action} takes no addresses: they are not kept, only their hashes`,
    );
  return withData(context.config, async ({ db, ring }) => {
    const deps = { db, suppressionKey: createSecretKey(ring.suppression), now: Date.now };
    if (action === 'list') return listAll(context, db, values['json'] === true);
    if (action === 'export') return exportAll(context, db);
    for (const email of emails) {
      if (action === 'add')
        context.print(suppressAddress(deps, email, 'operator') ? `${email} is suppressed` : `${email} is already suppressed`);
      else {
        const { lifted, reinstated } = lift(deps, email, String(values['reason'] ?? ''), 'operator');
        context.print(
          `${email}: lifted ${lifted.map(({ reason }) => reason).join(', ') || 'its suspension'}; ${reinstated} ${reinstated === 1 ? 'subscription is' : 'subscriptions are'} back`,
        );
      }
    }
    return 0;
  });
}

async function listAll(context: Context, db: Db, json: boolean): Promise<number> {
  for (const { hash, publication, reason, at } of suppressedRows(db)) {
    await context.write(
      json
        ? `${JSON.stringify({ hash, publication, reason, at })}\n`
        : `${hash.slice(0, 16)}  ${at.slice(0, 16)}Z  ${reason.padEnd(11)}  ${publication}\n`,
    );
  }
  return 0;
}

/** CSV for another Galley with the same keys, or for the record: the hashes say nothing to anybody else. */
async function exportAll(context: Context, db: Db): Promise<number> {
  await context.write('hash,publication,reason,at\n');
  for (const { hash, publication, reason, at } of suppressedRows(db)) await context.write(`${hash},${publication},${reason},${at}\n`);
  noteAudit(db, { at: Date.now(), actor: 'operator', action: 'suppress export', subject: 'suppressions' });
  return 0;
}

function suppressedRows(db: Db) {
  const slugs = new Map(listPublications(db).map(({ id, slug }) => [id, slug]));
  return listSuppressions(db).map(({ hash, publicationId, reason, at }) => ({
    hash: hash.toString('hex'),
    publication: publicationId === 0 ? 'all' : (slugs.get(publicationId) ?? `${publicationId}`),
    reason,
    at: new Date(at).toISOString(),
  }));
}

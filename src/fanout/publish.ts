/** Publishing: a claimed batch gets its fence, its message and its job in Redis; the sweep does exactly the same for what Redis lost. */
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import { composeNotice, composeTemplate, issueInput } from '../message/message.ts';
import { type Format, formats } from '../model/edition.ts';
import { noSend } from '../model/notice.ts';
import type { GroupRates } from '../model/pace.ts';
import { outcomeOfReply } from '../model/smtp-reply.ts';
import { mintToken, nobody, type TokenKeys, type TokenKind } from '../model/token.ts';
import type { Redis } from '../queue/connect.ts';
import { keepTemplate, publishFence } from '../queue/engine.ts';
import type { BatchJob, DeliverQueue } from '../queue/jobs.ts';
import { applyOutcomes, batchRows, closeBatch } from '../store/deliveries.ts';
import { findEdition } from '../store/editions.ts';
import { type OpenBatch, readEngine } from '../store/engine.ts';
import { findNoticeOut, keepNoticeTemplate } from '../store/notices.ts';
import type { Db } from '../store/open.ts';
import { getSend, sendMaterial } from '../store/sends.ts';
import { getTemplateJson, keepTemplates, messageHasSlot, templateHashes } from '../store/templates.ts';

export interface FanoutDeps {
  db: Db;
  redis: Redis;
  queue: DeliverQueue;
  tokenKeys: TokenKeys;
  baseUrl: string;
  bounceDomain: string | undefined;
  /** Whether what is mailed to the bounce domain is read. */
  leaveByMail?: boolean | undefined;
  /** Messages per second for all workers together; absent means as fast as it goes. */
  rate?: number | undefined;
  /** The same by group of domains. */
  rates?: GroupRates | undefined;
  /** Whether these workers send into the catcher. */
  rehearsal: boolean;
  now: () => number;
}

/** Rows whose tokens are made in one go: about half a millisecond. */
const rowsAtOnce = 50;

/** Sets a batch's fence and adds its job; safe to repeat. Returns how many rows it carries. */
export async function publish(deps: FanoutDeps, batch: OpenBatch): Promise<number> {
  return batch.sendId === noSend ? publishNotice(deps, batch) : publishDeliveries(deps, batch);
}

async function publishDeliveries(deps: FanoutDeps, { id, sendId, epoch }: OpenBatch): Promise<number> {
  const { db, redis, queue, tokenKeys, rate, rates } = deps;
  const hashes = composeSend(deps, sendId);
  const out = batchRows(db, id);
  for (const format of new Set(out.map((row) => row.format))) // a batch is of whoever is next, so its rows may be of several formats
    await keepTemplate(redis, hashes[format], () => getTemplateJson(db, sendId, format));
  await publishFence(redis, readEngine(db), id);
  const publication = getSend(db, sendId).publicationId;
  const pdf = messageHasSlot(db, sendId, 'pdf');
  const rows: BatchJob['rows'] = [];
  for (const { reader, address, format, name, reply } of out) {
    if (rows.length % rowsAtOnce === 0) await setImmediate(); // whoever waits for a page goes first
    const subject = { publication, reader, send: sendId };
    const token = (kind: TokenKind): string => mintToken(tokenKeys, kind, subject);
    const tokens = {
      delivery: token('delivery'),
      leave: token('leave'),
      preferences: token('preferences'),
      ...(pdf && { pdf: token('pdf') }),
    };
    const takenBack = reply !== null && outcomeOfReply('rcpt', reply).senderScope === true; // a refusal that stands is never handed out again
    const own = { ...(name !== null && { name }), ...(format !== 'full' && { template: hashes[format] }) };
    rows.push({ reader, address, ...tokens, ...own, ...(takenBack && { takenBack }) });
  }
  await queue.add({
    batch: id,
    send: sendId,
    epoch,
    template: hashes.full,
    rows,
    ...(rate !== undefined && { rate }),
    ...(rates && { rates }),
  });
  return rows.length;
}

/** Composes the send's messages once, one for each format, and keeps them with the send, the same bytes for ever; returns their hashes. Errors: a sender that no mail can have. */
export function composeSend({ db, baseUrl, bounceDomain, leaveByMail }: FanoutDeps, sendId: number): Record<Format, string> {
  const kept = templateHashes(db, sendId);
  if (isWhole(kept)) return kept;
  const { send, edition, publication } = sendMaterial(db, sendId);
  // An issue that was frozen before there were light mails goes out whole to who asked for one.
  const light = findEdition(db, { ...edition, format: 'light' }) ?? edition;
  const { email, plainText: text } = edition;
  const parts = { full: { email, text }, light: { email: light.email, text: light.plainText }, text: { text } } satisfies Record<
    Format,
    object
  >;
  const campaign = String(send.id);
  const date = send.asOf ?? send.scheduledFor;
  const {
    email: _email,
    text: _text,
    ...withoutParts
  } = issueInput({ publication, edition, campaign, date, baseUrl, bounceDomain, leaveByMail });
  const composed = (format: Format) => {
    const json = JSON.stringify(composeTemplate({ ...withoutParts, ...parts[format] }));
    return { hash: createHash('sha256').update(json).digest('hex'), json };
  };
  keepTemplates(
    db,
    sendId,
    Object.fromEntries(formats.filter((format) => kept[format] === undefined).map((format) => [format, composed(format)])),
  );
  const all = templateHashes(db, sendId);
  if (!isWhole(all)) throw new Error(`the messages of send ${sendId}, just kept, are gone`);
  return all;
}

const isWhole = (hashes: Partial<Record<Format, string>>): hashes is Record<Format, string> =>
  formats.every((format) => hashes[format] !== undefined);

/** Nothing happens when the notice's outcome has come. */
async function publishNotice(deps: FanoutDeps, { id: batch, epoch }: OpenBatch): Promise<number> {
  const { db, redis, queue, tokenKeys, rate, rates } = deps;
  const out = findNoticeOut(db, batch);
  if (out === undefined) return 0;
  const { notice, publication } = out;
  const json = notice.template ?? composeNoticeOnce(deps, out, batch);
  if (json === undefined) return 0;
  const template = createHash('sha256').update(json).digest('hex');
  await keepTemplate(redis, template, () => json);
  await publishFence(redis, readEngine(db), batch);
  const delivery = mintToken(tokenKeys, 'notice', { publication: publication.id, reader: notice.id, send: noSend });
  const rows = [
    { reader: notice.id, address: notice.address, delivery, ...(notice.facts.kind === 'test' && nobodysLinks(tokenKeys, publication.id)) },
  ];
  await queue.add({ batch, send: noSend, epoch, template, rows, ...(rate !== undefined && { rate }), ...(rates && { rates }) });
  return 1;
}

/** Links in the test of an issue, which look and weigh as a reader's do and lead to nobody. */
function nobodysLinks(keys: TokenKeys, publication: number): Record<'leave' | 'preferences' | 'pdf', string> {
  const subject = { publication, reader: nobody, send: noSend };
  const token = (kind: TokenKind): string => mintToken(keys, kind, subject);
  return { leave: token('leave'), preferences: token('preferences'), pdf: token('pdf') };
}

type NoticeOut = NonNullable<ReturnType<typeof findNoticeOut>>;

/** Composes the notice's message, the same bytes for ever. One that cannot be composed is refused, with the reason: undefined. */
function composeNoticeOnce({ db, bounceDomain, now }: FanoutDeps, out: NoticeOut, batch: number): string | undefined {
  const { id } = out.notice;
  try {
    return keepNoticeTemplate(db, id, composedNotice(out, bounceDomain));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    applyOutcomes(db, [{ send: noSend, batch, reader: id, kind: 'refused', reply: error.message }], now());
    closeBatch(db, batch, new Set(), now());
    return undefined;
  }
}

function composedNotice({ notice, publication }: NoticeOut, bounceDomain: string | undefined): string {
  // It was drawn when it was claimed: since then its person or its link was forgotten, and Redis lost the job.
  if (notice.drawing === null) throw new AppError('notice.forgotten', 'what it said was forgotten before it went out');
  const { fromAddress, replyTo, name } = publication;
  const template = composeNotice({
    from: { name, address: fromAddress },
    ...(replyTo !== null && { replyTo }),
    ...notice.drawing,
    date: notice.createdAt,
    bounceDomain: bounceDomain ?? fromAddress.slice(fromAddress.lastIndexOf('@') + 1),
  });
  return JSON.stringify(template);
}

/** The tables of what comes back: mails as they were taken, events with their evidence, outages of a provider. */
import { sql } from 'drizzle-orm/sql';
import { blob, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { Effect, FoundBy, InboundState, InboundWay } from '../model/event.ts';
import type { FeedbackClass, FeedbackKind, FeedbackReason, FeedbackScope } from '../model/feedback.ts';
import type { Charge } from '../model/judgement.ts';

const id = () => integer('id').primaryKey({ autoIncrement: true });

/** Mails that came to us, each a row before it is answered. `raw` goes after 90 days; `tray` is what a person should look at. */
export const inbound = sqliteTable(
  'inbound',
  {
    id: id(),
    way: text('way').$type<InboundWay>().notNull(),
    /** Envelope sender; empty for the null sender of a bounce. */
    sender: text('sender').notNull(),
    recipients: text('recipients', { mode: 'json' }).$type<string[]>().notNull(),
    bytes: integer('bytes').notNull(),
    raw: blob('raw', { mode: 'buffer' }),
    state: text('state').$type<InboundState>().notNull(),
    /** What it was read as. */
    kind: text('kind').$type<FeedbackKind>(),
    /** For people: why it is in the tray, or what became of it. */
    note: text('note'),
    /** Not read before: its delivery may still be on the way, or reading it failed. */
    dueAt: integer('due_at').notNull(),
    tries: integer('tries').notNull(),
    receivedAt: integer('received_at').notNull(),
    readAt: integer('read_at'),
  },
  (t) => [
    index('inbound_waiting').on(t.dueAt).where(sql`state = 'waiting'`),
    index('inbound_tray').on(t.id).where(sql`state = 'tray'`),
    index('inbound_received').on(t.receivedAt),
  ],
);

/** Every event that came back, with its evidence, what it counts for and what it did. Append-only but for `effect` and `undoneAt`. */
export const feedback = sqliteTable(
  'feedback',
  {
    id: id(),
    at: integer('at').notNull(),
    /** `answer`: what the relay said in our own SMTP dialogue; else the way its mail came. */
    source: text('source').$type<InboundWay | 'answer'>().notNull(),
    kind: text('kind').$type<FeedbackKind>().notNull(),
    reason: text('reason').$type<FeedbackReason>().notNull(),
    scope: text('scope').$type<FeedbackScope>().notNull(),
    class: text('class').$type<FeedbackClass>().notNull(),
    status: text('status'),
    code: text('code'),
    diagnostic: text('diagnostic'),
    reporter: text('reporter'),
    foundBy: text('found_by').$type<FoundBy>().notNull(),
    inboundId: integer('inbound_id'),
    publicationId: integer('publication_id'),
    readerId: integer('reader_id'),
    sendId: integer('send_id'),
    /** The group of domains the reader's address belongs to, such as `google` (see `model/breaker.ts`). */
    domains: text('domains'),
    /** Some other mail to this reader had been accepted and had not come back. */
    proven: integer('proven', { mode: 'boolean' }).notNull(),
    charge: text('charge').$type<Charge>().notNull(),
    effect: text('effect').$type<Effect>().notNull(),
    /** The rule that decided, in words. */
    why: text('why').notNull(),
    undoneAt: integer('undone_at'),
  },
  (t) => [
    index('feedback_reader').on(t.readerId),
    index('feedback_at').on(t.at),
    index('feedback_domain_list').on(t.domains, t.at).where(sql`at > 0`),
    index('feedback_reason_list').on(t.reason, t.at).where(sql`at > 0`),
    index('feedback_effect_list').on(t.effect, t.at).where(sql`at > 0`),
    index('feedback_reason_counts').on(t.reason, t.kind, t.at).where(sql`at > 0`),
    index('feedback_send').on(t.sendId, t.charge),
    index('feedback_send_reasons').on(t.sendId, t.kind, t.reason).where(sql`at > 0`),
    index('feedback_domains').on(t.domains, t.at).where(sql`charge = 'hard'`),
    index('feedback_parked').on(t.at).where(sql`effect = 'parked'`),
    index('feedback_inbound').on(t.inboundId).where(sql`inbound_id IS NOT NULL`),
    uniqueIndex('feedback_once')
      .on(t.sendId, t.readerId)
      .where(sql`charge IN ('strike', 'heavy', 'hard') AND effect IN ('held', 'suspended', 'parked') AND undone_at IS NULL`),
  ],
);

/** Times in which a provider answered "no such user" to too many: what it says then is parked and counts against nobody. */
export const outages = sqliteTable(
  'outages',
  {
    id: id(),
    domains: text('domains').notNull(),
    beganAt: integer('began_at').notNull(),
    until: integer('until').notNull(),
  },
  (t) => [index('outages_until').on(t.until)],
);

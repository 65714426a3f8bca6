/** The tables of the people of the desk. */
import { blob, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Role, SignInWay, TryKind } from '../model/person.ts';

const id = () => integer('id').primaryKey({ autoIncrement: true });
const editor = () => integer('editor_id').references(() => editors.id);

/** People of the desk. Who was removed keeps number and name, for the audit; the address goes. `handle` is what passkeys know them by. */
export const editors = sqliteTable('editors', {
  id: id(),
  email: text('email').notNull(),
  /** As in `readers`; null once removed. */
  emailKey: text('email_key').unique(),
  name: text('name').notNull(),
  role: text('role').$type<Role>().notNull(),
  handle: blob('handle', { mode: 'buffer' }).notNull().unique(),
  createdAt: integer('created_at').notNull(),
  /** Null while only invited. */
  joinedAt: integer('joined_at'),
  removedAt: integer('removed_at'),
});

/** Passkeys by the id their maker gave them (base64url); each works at one domain for good. */
export const passkeys = sqliteTable('passkeys', {
  id: text('id').primaryKey(),
  editorId: editor().notNull(),
  domain: text('domain').notNull(),
  publicKey: blob('public_key', { mode: 'buffer' }).notNull(),
  counter: integer('counter').notNull(),
  transports: text('transports', { mode: 'json' }).$type<string[]>().notNull(),
  name: text('name').notNull(),
  createdAt: integer('created_at').notNull(),
  usedAt: integer('used_at'),
});

/** Where people are signed in. `hash` is the SHA-256 of the token in their cookie. */
export const sessions = sqliteTable('sessions', {
  id: id(),
  hash: blob('hash', { mode: 'buffer' }).notNull().unique(),
  editorId: editor().notNull(),
  way: text('way').$type<SignInWay>().notNull(),
  /** The browser as it names itself, in a few words. */
  browser: text('browser').notNull(),
  network: text('network').notNull(),
  createdAt: integer('created_at').notNull(),
  seenAt: integer('seen_at').notNull(),
  /** When they last showed who they are. */
  provedAt: integer('proved_at').notNull(),
});

/** What somebody must show once. `hash` is the SHA-256 of a secret in a link or a cookie; `browser` that of the cookie of the browser that asked. */
export const proofs = sqliteTable('proofs', {
  hash: blob('hash', { mode: 'buffer' }).primaryKey(),
  kind: text('kind').$type<'mail' | 'command' | 'invitation' | 'passkey'>().notNull(),
  editorId: editor(),
  browser: blob('browser', { mode: 'buffer' }),
  facts: text('facts', { mode: 'json' }).$type<Record<string, string>>().notNull(),
  noticeId: integer('notice_id'),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
});

/** Tries of the last hour, by network. */
export const tries = sqliteTable('tries', {
  id: id(),
  kind: text('kind').$type<TryKind>().notNull(),
  network: text('network').notNull(),
  at: integer('at').notNull(),
});

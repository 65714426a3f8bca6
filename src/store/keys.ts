/** The key ring: random keys in the table `keys`, each wrapped with SECRET_KEY by AES-256-GCM. A copy of the file alone signs nothing. */
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, randomBytes } from 'node:crypto';
import { and, asc, eq } from 'drizzle-orm/sql';
import { AppError } from '../errors.ts';
import type { TokenKeys } from '../model/token.ts';
import type { Db } from './open.ts';
import { keys } from './schema.ts';

/** What keys are for. `suppression` is never rotated; `tokens` is rotated by adding: the newest signs, all verify; `sessions` makes the code of the first start. */
const purposes = ['suppression', 'tokens', 'sessions'] as const;
type Purpose = (typeof purposes)[number];

export interface KeyRing {
  suppression: Uint8Array;
  tokens: TokenKeys;
  sessions: Uint8Array;
}

/**
 * Reads the key ring, and makes the first keys of a new store.
 * `secret` is SECRET_KEY as text. Error: a secret that is not the one the keys were wrapped with.
 */
export function openKeyRing(db: Db, secret: string, now: number): KeyRing {
  const wrapping = Buffer.from(hkdfSync('sha256', secret, 'galley', 'key ring', 32));
  for (const purpose of purposes) {
    db.insert(keys)
      .values({ purpose, number: 1, wrapped: wrap(wrapping, purpose, 1, randomBytes(32)), createdAt: now })
      .onConflictDoNothing()
      .run();
  }
  const ring = new Map(purposes.map((purpose) => [purpose, readKeys(db, wrapping, purpose)]));
  const suppression = ring.get('suppression')?.get(1);
  const tokens = ring.get('tokens');
  const sessions = ring.get('sessions')?.get(1);
  if (suppression === undefined || tokens === undefined || sessions === undefined) throw new Error('the key ring lacks its first keys');
  const signing = new Map([...tokens].map(([number, key]) => [number, createSecretKey(key)]));
  return { suppression, sessions, tokens: { current: Math.max(...signing.keys()), keys: signing } };
}

function readKeys(db: Db, wrapping: Buffer, purpose: Purpose): Map<number, Uint8Array> {
  const rows = db
    .select()
    .from(keys)
    .where(and(eq(keys.purpose, purpose)))
    .orderBy(asc(keys.number))
    .all();
  return new Map(rows.map((row) => [row.number, unwrap(wrapping, purpose, row.number, row.wrapped)]));
}

/** 12 bytes nonce, the wrapped key, 16 bytes tag; purpose and number are authenticated with it. */
function wrap(wrapping: Buffer, purpose: Purpose, number: number, key: Buffer): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', wrapping, nonce).setAAD(Buffer.from(`${purpose} ${number}`));
  return Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
}

function unwrap(wrapping: Buffer, purpose: Purpose, number: number, wrapped: Buffer): Buffer {
  const cipher = createDecipheriv('aes-256-gcm', wrapping, wrapped.subarray(0, 12)).setAAD(Buffer.from(`${purpose} ${number}`));
  cipher.setAuthTag(wrapped.subarray(-16));
  try {
    return Buffer.concat([cipher.update(wrapped.subarray(12, -16)), cipher.final()]);
  } catch (cause) {
    throw new AppError(
      'keys.wrong_secret',
      'SECRET_KEY is not the one this DATA_DIR was made with: set the old one, or put back the file secret.key of DATA_DIR',
      { cause },
    );
  }
}

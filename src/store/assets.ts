/** Pictures, stored once under the hash of their bytes. */
import { eq, inArray } from 'drizzle-orm/sql';
import type { Picture } from '../model/edition.ts';
import type { Db } from './open.ts';
import { assets } from './schema.ts';

/** Keeps a picture; the same bytes twice are one row. */
export function storeAsset(db: Db, { name, type, width, height, bytes }: Picture): void {
  db.insert(assets)
    .values({ name, type, width, height, bytes: Buffer.from(bytes) })
    .onConflictDoNothing()
    .run();
}

export function findAsset(db: Db, name: string): { type: string; bytes: Buffer } | undefined {
  return db.select({ type: assets.type, bytes: assets.bytes }).from(assets).where(eq(assets.name, name)).get();
}

/** The bytes of the named pictures; a name that is not stored is missing from the answer. */
export function findAssets(db: Db, names: readonly string[]): Map<string, Uint8Array> {
  const rows = db
    .select({ name: assets.name, bytes: assets.bytes })
    .from(assets)
    .where(inArray(assets.name, [...names]))
    .all();
  return new Map(rows.map(({ name, bytes }) => [name, bytes]));
}

/** What kind of picture an asset is and its size in pixels, without its bytes. */
export function findAssetFacts(db: Db, name: string): Pick<Picture, 'type' | 'width' | 'height'> | undefined {
  const found = db
    .select({ type: assets.type, width: assets.width, height: assets.height })
    .from(assets)
    .where(eq(assets.name, name))
    .get();
  return found as Pick<Picture, 'type' | 'width' | 'height'> | undefined;
}

/** Export: every reader of a publication as CSV, in any state. */
import type { Db } from '../store/open.ts';
import { listReaders } from '../store/readers.ts';
import { csvRow } from './csv-cells.ts';

const pageSize = 1000;

/**
 * Writes a heading and one row per reader: `email,name,status,language,attributes,format`, attributes as JSON. `status` is the state of the subscription.
 * Goes page by page, so that memory stays flat and no lock is held; `write` may return a promise to slow it down.
 */
export async function exportReaders(
  db: Db,
  publicationId: number,
  write: (text: string) => void | Promise<void>,
  now = Date.now(),
): Promise<void> {
  await write(csvRow(['email', 'name', 'status', 'language', 'attributes', 'format']));
  let after = 0;
  for (;;) {
    const page = listReaders(db, publicationId, after, pageSize, now);
    const last = page.at(-1);
    if (last === undefined) return;
    const rows = page.map(({ email, name, state, language, attributes, format }) =>
      csvRow([email, name, state, language, attributes === null ? '' : JSON.stringify(attributes), format]),
    );
    await write(rows.join(''));
    after = last.id;
  }
}

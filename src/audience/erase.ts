/** Erasing a reader: what names them is deleted, the number and what was agreed to stay, and the address is kept from being mailed as a keyed hash. */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { noteAudit } from '../store/audit.ts';
import { forgetNotices } from '../store/notices.ts';
import { blankReader, findReader } from '../store/readers.ts';
import { forgetRequestsOf } from '../store/requests.ts';
import { inTransaction } from '../store/statement.ts';
import { consentHistory, writeConsentChange } from '../store/subscriptions.ts';
import { addSuppression, allPublications, suppressionHash } from '../store/suppressions.ts';
import type { ReaderDeps } from './deps.ts';

/** File in DATA_DIR with one hash in hex per line: a backup made before knows the reader still, and `restore` erases by it again. */
export const erasedFile = 'erased';

/** Erases a reader. The list in DATA_DIR is written first: cut short there, the reader is on it and not yet erased, and asks again. A second time changes nothing. */
export function eraseReader({ db, suppressionKey, dataDir }: ReaderDeps, readerId: number, now: number): void {
  const found = findReader(db, readerId);
  if (found === undefined || found.email === '') return;
  const hash = suppressionHash(suppressionKey, found.emailKey);
  noteErased(join(dataDir, erasedFile), hash);
  inTransaction(db, () => {
    const reader = findReader(db, readerId);
    if (reader === undefined || reader.emailKey !== found.emailKey) return;
    for (const { subscription } of consentHistory(db, readerId).held) {
      writeConsentChange(db, { publicationId: subscription.publicationId, readerId, event: 'erase', way: 'own', to: 'left', at: now });
    }
    forgetNotices(db, { address: reader.email }, now);
    forgetRequestsOf(db, { emailKey: reader.emailKey, readerId }, now);
    blankReader(db, readerId);
    addSuppression(db, { hash, publicationId: allPublications, reason: 'erase', at: now });
    noteAudit(db, { at: now, actor: 'reader', action: 'erase', subject: `reader ${readerId}` });
  });
}

function noteErased(file: string, hash: Buffer): void {
  const handle = openSync(file, 'a', 0o600);
  try {
    writeSync(handle, `${hash.toString('hex')}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

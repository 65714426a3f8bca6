/** Taking an import back as a whole, in steps that leave the store free in between. Who has done anything since is left alone; see `store/import-undo.ts`. */
import { setTimeout as wait } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import { noteAudit } from '../store/audit.ts';
import { beginImportUndo, undoImportStep } from '../store/import-undo.ts';
import { importsUndone, readImport } from '../store/imports.ts';
import type { Db } from '../store/open.ts';
import { inTransaction } from '../store/statement.ts';

interface UndoDeps {
  db: Db;
  now?: () => number;
}

/** Begins to take an import back; `goOnUndoing` does the work. False when it is under way or done. Error: it is not over yet. */
export function beginUndo({ db, now = Date.now }: UndoDeps, importId: number, actor: string): boolean {
  return inTransaction(db, () => {
    const { state } = readImport(db, importId);
    if (state === 'staging' || state === 'merging')
      throw new AppError('import.running', 'This import is still running: wait until it has ended, then take it back', { status: 409 });
    if (!beginImportUndo(db, importId)) return false;
    noteAudit(db, { at: now(), actor, action: 'import undo', subject: `import ${importId}` });
    return true;
  });
}

/** Goes on with every undo that was begun, to its end or until `signal`: after a press of the button, and at the start of a process. Safe to run twice at once. */
export async function goOnUndoing({ db, now = Date.now }: UndoDeps, signal?: AbortSignal): Promise<void> {
  for (const { id } of importsUndone(db)) {
    for (;;) {
      const start = performance.now();
      if (undoImportStep(db, id, now()) === undefined) break;
      await wait(Math.min(performance.now() - start, 20));
      if (signal?.aborted === true) return;
    }
  }
}

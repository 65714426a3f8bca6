/** The commands about readers: import and export. Each gets its parsed arguments and returns the exit code. */
import { describeImport, exportReaders, importReaders } from '../audience/audience.ts';
import { noteAudit } from '../store/audit.ts';
import { getPublication } from '../store/publications.ts';
import { withData } from './data.ts';
import { type Arguments, type Context, needed } from './table.ts';

export async function importCommand(context: Context, { positionals: [file = ''], values }: Arguments): Promise<number> {
  return withData(context.config, async ({ db, ring }) => {
    const publication = getPublication(db, needed(values, 'publication', 'import'));
    const consent = needed(values, 'consent', 'import');
    const deps = { db, dataDir: context.config.dataDir, suppressionKey: ring.suppression };
    const report = await importReaders(deps, { file, publication, consent, dryRun: values['dry-run'] === true });
    context.print(describeImport(report));
    return 0;
  });
}

export async function exportCommand(context: Context, { values }: Arguments): Promise<number> {
  return withData(context.config, async ({ db }) => {
    const publication = getPublication(db, needed(values, 'publication', 'export'));
    await exportReaders(db, publication.id, (text) => context.write(text));
    noteAudit(db, { at: Date.now(), actor: 'operator', action: 'export', subject: publication.slug });
    return 0;
  });
}

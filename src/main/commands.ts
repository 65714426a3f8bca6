/** The commands that read and change DATA_DIR: publications, readers, status. Each gets its parsed arguments and returns the exit code. */
import { describeImport, exportReaders, importReaders } from '../audience/audience.ts';
import { AppError } from '../errors.ts';
import { checkSender } from '../message/message.ts';
import { parseAddress } from '../model/address.ts';
import { parseSlug } from '../model/publication.ts';
import { type SendStatus, statusOf } from '../model/send.ts';
import { isZone } from '../model/zone.ts';
import { noteAudit } from '../store/audit.ts';
import { readEngine } from '../store/engine.ts';
import { addPublication, getPublication } from '../store/publications.ts';
import { findSend, newestSend } from '../store/sends.ts';
import { withData } from './data.ts';
import { type Arguments, type Context, needed } from './table.ts';

export async function publicationAdd(context: Context, { positionals: [slug = ''], values }: Arguments): Promise<number> {
  const from = readAddress(values, 'from');
  if (from === undefined) throw new AppError('usage', 'publication add needs --from ADDRESS: the address the mail comes from');
  const name = values['name'];
  if (typeof name !== 'string' || name.trim() === '')
    throw new AppError('usage', 'publication add needs --name NAME: the name readers see');
  const zone = String(values['zone'] ?? 'UTC');
  if (!isZone(zone)) throw new AppError('publication.zone', `"${zone}" is no time zone: take a name such as Asia/Karachi or Europe/Berlin`);
  const entry = {
    slug: parseSlug(slug),
    name: name.trim(),
    fromAddress: from,
    replyTo: readAddress(values, 'reply-to') ?? null,
    language: String(values['language'] ?? 'en'),
    zone,
    postalAddress: String(values['address'] ?? ''),
    slot: typeof values['slot'] === 'string' ? values['slot'] : null,
    createdAt: Date.now(),
  };
  checkSender({ name: entry.name, address: entry.fromAddress, ...(entry.replyTo !== null && { replyTo: entry.replyTo }) });
  return withData(context.config, ({ db }) => {
    const publication = addPublication(db, entry);
    noteAudit(db, { at: Date.now(), actor: 'operator', action: 'publication add', subject: publication.slug });
    context.print(`Added ${publication.slug}: ${publication.name} <${publication.fromAddress}>`);
    return 0;
  });
}

function readAddress(values: Arguments['values'], option: string): string | undefined {
  const text = values[option];
  if (typeof text !== 'string') return undefined;
  const parsed = parseAddress(text);
  if ('problem' in parsed) throw new AppError('address', `--${option} ${text}: ${parsed.problem}. ${parsed.remedy}`);
  return parsed.address;
}

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

export async function status(context: Context, { positionals: [name], values }: Arguments): Promise<number> {
  return withData(context.config, ({ db }) => {
    const row = name === undefined ? newestSend(db) : findSend(db, name);
    if (row === undefined)
      throw new AppError(
        'send.not_found',
        name === undefined ? 'Nothing has been sent yet' : `No send "${name}": galley status shows the newest`,
      );
    const state = statusOf(row);
    context.print(values['json'] ? JSON.stringify(state) : describeStatus(state, readEngine(db).relayTrouble));
    return 0;
  });
}

function describeStatus(state: SendStatus, trouble: string | null): string {
  const { send: name, rehearsal, prepared, accepted, refused, deferred, unknown, cancelled, waiting, bounced, complained } = state;
  const counts = Object.entries({ prepared, accepted, refused, deferred, unknown, cancelled, waiting, bounced, complained });
  const lines = [
    `${name}: ${state.state}${rehearsal ? ' (rehearsal)' : ''}`,
    ...counts.map(([word, count]) => `${String(count).padStart(9)} ${word}`),
  ];
  if (trouble !== null && state.state === 'sending') lines.push(`The relay does not take mail: ${trouble}`);
  return lines.join('\n');
}

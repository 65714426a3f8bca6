/** The commands that read and change DATA_DIR: publications and readers. Each gets its parsed arguments and returns the exit code. */
import { describeImport, exportReaders, importReaders } from '../audience/audience.ts';
import { AppError } from '../errors.ts';
import { checkSender } from '../message/message.ts';
import { parseAddress } from '../model/address.ts';
import { parseSlug } from '../model/publication.ts';
import { describeSlot, parseSlot } from '../model/slot.ts';
import { isZone } from '../model/zone.ts';
import { noteAudit } from '../store/audit.ts';
import { addPublication, getPublication } from '../store/publications.ts';
import { withData } from './data.ts';
import { type Arguments, type Context, needed } from './table.ts';

export async function publicationAdd(context: Context, { positionals: [slug = ''], values }: Arguments): Promise<number> {
  const from = readAddress(values, 'from');
  if (from === undefined) throw new AppError('usage', 'publication add needs --from ADDRESS: the address the mail comes from');
  const name = values['name'];
  if (typeof name !== 'string' || name.trim() === '')
    throw new AppError('usage', 'publication add needs --name NAME: the name readers see');
  if (/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u.test(name)) {
    throw new AppError('publication.name', '--name holds a line break or a character that cannot be seen: write the name in plain letters');
  }
  const language = String(values['language'] ?? 'en');
  if (!isLanguage(language)) throw new AppError('publication.language', `"${language}" is no language: take a code such as en, ur or ps`);
  const zone = String(values['zone'] ?? 'UTC');
  if (!isZone(zone)) throw new AppError('publication.zone', `"${zone}" is no time zone: take a name such as Asia/Karachi or Europe/Berlin`);
  const entry = {
    slug: parseSlug(slug),
    name: name.trim(),
    fromAddress: from,
    replyTo: readAddress(values, 'reply-to') ?? null,
    language,
    zone,
    postalAddress: String(values['address'] ?? ''),
    slot: typeof values['slot'] === 'string' ? describeSlot(parseSlot(values['slot'])) : null,
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

/** Whether Intl knows the language by name; its code alone would let any word of up to eight letters pass (BCP 47). */
function isLanguage(code: string): boolean {
  try {
    const name = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' }).of(code);
    return name !== undefined;
  } catch {
    return false;
  }
}

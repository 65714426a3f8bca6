/** The commands about publications: add and set. Each gets its parsed arguments and returns the exit code. */
import { AppError } from '../errors.ts';
import { checkSender } from '../message/message.ts';
import { parseAddress } from '../model/address.ts';
import { brandOf, contrastOn } from '../model/brand.ts';
import { pdfChoices } from '../model/edition.ts';
import { parseMeasure } from '../model/measure.ts';
import { parseSlug } from '../model/publication.ts';
import { describeSlot, parseSlot } from '../model/slot.ts';
import { iso, isZone } from '../model/zone.ts';
import { beginSlot } from '../schedule/slots.ts';
import { storeAsset } from '../store/assets.ts';
import { noteAudit } from '../store/audit.ts';
import type { Db } from '../store/open.ts';
import { addPublication, changePublication, getPublication, type Publication, type PublicationChanges } from '../store/publications.ts';
import { inTransaction } from '../store/statement.ts';
import { admitLogo, none, readBrand } from './brand.ts';
import { withData } from './data.ts';
import type { Arguments, Context } from './table.ts';

type Values = Arguments['values'];

export async function publicationAdd(context: Context, { positionals: [slug = ''], values }: Arguments): Promise<number> {
  const facts = readFacts(values);
  const { fromAddress, name } = facts;
  if (fromAddress === undefined) throw new AppError('usage', 'publication add needs --from ADDRESS: the address the mail comes from');
  if (name === undefined) throw new AppError('usage', 'publication add needs --name NAME: the name readers see');
  const entry = {
    slug: parseSlug(slug),
    replyTo: null,
    language: 'en',
    zone: 'UTC',
    postalAddress: '',
    slot: null,
    ...facts,
    name,
    fromAddress,
    createdAt: Date.now(),
  };
  checkSender({ ...entry, address: fromAddress, replyTo: entry.replyTo ?? undefined });
  const logo = await admitLogo(values['logo']);
  return withData(context.config, ({ db }) => {
    const publication = inTransaction(db, () => {
      if (logo) storeAsset(db, logo);
      const brand = readBrand(values, undefined, logo);
      const added = addPublication(db, { ...entry, ...(brand && { brand }) });
      noteAudit(db, { at: Date.now(), actor: 'operator', action: 'publication add', subject: added.slug });
      return added;
    });
    context.print(`Added ${publication.slug}: ${publication.name} <${publication.fromAddress}>`);
    return 0;
  });
}

/** Changes what is given. Issues sent before keep the look they were sent with; an approved one is drawn again as the publication is when its slot comes. */
export async function publicationSet(context: Context, { positionals: [slug = ''], values }: Arguments): Promise<number> {
  const given = Object.keys(values);
  if (given.length === 0) throw new AppError('usage', 'publication set needs something to change: galley publication set --help lists it');
  const facts = readFacts(values);
  const logo = await admitLogo(values['logo']);
  return withData(context.config, ({ db }) => {
    const before = getPublication(db, slug);
    const same = facts.measure === before.measure && { measureSince: before.measureSince }; // said again, it began no later
    const changes = { ...facts, ...same, brand: readBrand(values, before.brand ?? undefined, logo) ?? null };
    const after = { ...before, ...changes };
    checkSender({ ...after, address: after.fromAddress, replyTo: after.replyTo ?? undefined });
    const next = inTransaction(db, () => {
      if (logo) storeAsset(db, logo);
      const detail = given.map((name) => (name === 'measure' ? `measure ${facts.measure}` : name)).join(', ');
      noteAudit(db, { at: Date.now(), actor: 'operator', action: 'publication set', subject: slug, detail });
      return change(db, before, changes);
    });
    context.print(
      `Changed ${given.join(', ')} of ${slug}${describeLook(after)}${next === undefined ? '' : `. Its next slot is ${iso(next, after.zone)} (${after.zone})`}`,
    );
    return 0;
  });
}

/** Writes the changes. Returns the next slot when they moved it. */
function change(db: Db, before: Publication, changes: PublicationChanges): number | undefined {
  const { slot, ...after } = changePublication(db, before.id, changes);
  if (slot === null || (slot === before.slot && after.zone === before.zone)) return undefined;
  return beginSlot(db, { ...after, slot }, Date.now());
}

/** How well the colours read, for whoever just chose them. */
function describeLook({ brand }: Publication): string {
  if (brand?.accent === undefined && brand?.ink === undefined) return '';
  const { accent, ink } = brandOf(brand);
  const one = (name: string, { light, dark }: typeof accent) =>
    `${name} ${light} reads at ${contrastOn(light, 'light').toFixed(1)}:1, in the dark ${dark} at ${contrastOn(dark, 'dark').toFixed(1)}:1`;
  return `: ${[brand.accent && one('accent', accent), brand.ink && one('ink', ink)].filter(Boolean).join('; ')}`;
}

/** The options that are no part of the look, checked; only those that were given. */
function readFacts(values: Values): PublicationChanges {
  const { name, language, zone, address, slot, welcome, measure, pdf } = values;
  if (name !== undefined && String(name).trim() === '')
    throw new AppError('publication.name', '--name is empty: write the name readers see');
  if (typeof name === 'string' && /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u.test(name)) {
    throw new AppError('publication.name', '--name holds a line break or a character that cannot be seen: write the name in plain letters');
  }
  if (language !== undefined && !isLanguage(String(language)))
    throw new AppError('publication.language', `"${language}" is no language: take a code such as en, ur or ps`);
  if (zone !== undefined && !isZone(String(zone)))
    throw new AppError('publication.zone', `"${zone}" is no time zone: take a name such as Asia/Karachi or Europe/Berlin`);
  if (welcome !== undefined && !['yes', 'no', none].includes(String(welcome)))
    throw new AppError('publication.welcome', `"${welcome}" is no answer: --welcome takes yes or no`);
  const pdfChoice = pdf === none ? 'public' : pdfChoices.find((choice) => choice === pdf);
  if (pdf !== undefined && pdfChoice === undefined)
    throw new AppError('publication.pdf', `--pdf "${pdf}" is no choice: take ${pdfChoices.join(' or ')}`);
  const from = readAddress(values, 'from');
  const replyTo = readAddress(values, 'reply-to');
  if (from === null) throw new AppError('usage', '--from cannot be none: mail comes from an address');
  return {
    ...(typeof name === 'string' && { name: name.trim() }),
    ...(from !== undefined && { fromAddress: from }),
    ...(replyTo !== undefined && { replyTo }),
    ...(typeof language === 'string' && { language }),
    ...(typeof zone === 'string' && { zone }),
    ...(typeof address === 'string' && { postalAddress: address === none ? '' : address }),
    ...(welcome !== undefined && { welcome: welcome === 'yes' }),
    ...(typeof measure === 'string' && { measure: parseMeasure(measure), measureSince: Date.now() }),
    ...(pdfChoice !== undefined && { pdf: pdfChoice }),
    ...(typeof slot === 'string' && { slot: slot === none ? null : describeSlot(parseSlot(slot)) }),
  };
}

function readAddress(values: Values, option: string): string | null | undefined {
  const text = values[option];
  if (typeof text !== 'string') return undefined;
  if (text === none) return null;
  const parsed = parseAddress(text);
  if ('problem' in parsed) throw new AppError('address', `--${option} ${text}: ${parsed.problem}. ${parsed.remedy}`);
  return parsed.address;
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

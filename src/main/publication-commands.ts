/** The commands about publications: add and set. Each gets its parsed arguments and returns the exit code. */
import { AppError } from '../errors.ts';
import { brandOf, contrastOn } from '../model/brand.ts';
import { parseMeasure } from '../model/measure.ts';
import { parseSlug } from '../model/publication.ts';
import {
  readLanguage,
  readMailAddress,
  readName,
  readPdfChoice,
  readPostalAddress,
  readSlot,
  readZone,
} from '../model/publication-fields.ts';
import { iso } from '../model/zone.ts';
import { beginPublication, revisePublication } from '../schedule/schedule.ts';
import type { Publication, PublicationChanges } from '../store/publications.ts';
import { admitLogo, none, readBrand } from './brand.ts';
import { withData } from './data.ts';
import { given } from './given.ts';
import type { Arguments, Context } from './table.ts';

type Values = Arguments['values'];

export async function publicationAdd(context: Context, { positionals: [slug = ''], values }: Arguments): Promise<number> {
  const facts = readFacts(values);
  const { fromAddress, name } = facts;
  if (fromAddress === undefined) throw new AppError('usage', 'publication add needs --from ADDRESS: the address the mail comes from');
  if (name === undefined) throw new AppError('usage', 'publication add needs --name NAME: the name readers see');
  const parsed = parseSlug(slug);
  const logo = await admitLogo(values['logo']);
  const brand = readBrand(values, undefined, logo);
  const now = Date.now();
  const since = facts.measure !== undefined && { measureSince: now };
  return withData(context.config, ({ db }) => {
    const entry = { ...facts, ...since, slug: parsed, name, fromAddress, ...(brand && { brand }) };
    const publication = beginPublication(db, entry, { actor: 'operator', now, logo });
    context.print(`Added ${publication.slug}: ${publication.name} <${publication.fromAddress}>`);
    return 0;
  });
}

/** Changes what is given. */
export async function publicationSet(context: Context, { positionals: [slug = ''], values }: Arguments): Promise<number> {
  const named = Object.keys(values);
  if (named.length === 0) throw new AppError('usage', 'publication set needs something to change: galley publication set --help lists it');
  const facts = readFacts(values);
  const logo = await admitLogo(values['logo']);
  return withData(context.config, ({ db }) => {
    const note = { actor: 'operator', now: Date.now(), logo };
    const detail = named.map((name) => (name === 'measure' ? `measure ${facts.measure}` : name)).join(', ');
    const changed = revisePublication(db, slug, note, ({ brand }) => ({
      changes: { ...facts, brand: readBrand(values, brand ?? undefined, logo) ?? null },
      detail,
    }));
    if (changed === undefined) return 0;
    const { after, next, voided } = changed;
    context.print(
      `Changed ${named.join(', ')} of ${slug}${describeLook(after)}${next === undefined ? '' : `. Its next slot is ${iso(next, after.zone)} (${after.zone})`}`,
    );
    for (const issue of voided)
      context.warn(`The approval of ${issue} is void: its mail would be another now. galley issue approve ${issue} approves it again`);
    return 0;
  });
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
  if (welcome !== undefined && !['yes', 'no', none].includes(String(welcome)))
    throw new AppError('publication.welcome', `"${welcome}" is no answer: --welcome takes yes or no`);
  const from = readAddress(values, 'from');
  const replyTo = readAddress(values, 'reply-to');
  if (from === null) throw new AppError('usage', '--from cannot be none: mail comes from an address');
  return {
    ...(typeof name === 'string' && { name: given('name', readName(name)) }),
    ...(from !== undefined && { fromAddress: from }),
    ...(replyTo !== undefined && { replyTo }),
    ...(typeof language === 'string' && { language: given('language', readLanguage(language)) }),
    ...(typeof zone === 'string' && { zone: given('zone', readZone(zone)) }),
    ...(typeof address === 'string' && { postalAddress: address === none ? '' : given('address', readPostalAddress(address)) }),
    ...(welcome !== undefined && { welcome: welcome === 'yes' }),
    ...(typeof measure === 'string' && { measure: parseMeasure(measure) }),
    ...(typeof pdf === 'string' && { pdf: pdf === none ? 'public' : given('pdf', readPdfChoice(pdf)) }),
    ...(typeof slot === 'string' && { slot: slot === none ? null : given('slot', readSlot(slot)) }),
  };
}

function readAddress(values: Values, option: string): string | null | undefined {
  const text = values[option];
  if (typeof text !== 'string') return undefined;
  return text === none ? null : given(option, readMailAddress(text));
}

/** Naming a publication: the first one, or another beside those there are. */
import type { Response } from 'express';
import { AppError } from '../../errors.ts';
import { parseSlug } from '../../model/publication.ts';
import { readMailAddress, readName } from '../../model/publication-fields.ts';
import { beginPublication } from '../../schedule/schedule.ts';
import type { Db } from '../../store/open.ts';
import { findPublication, listPublications } from '../../store/publications.ts';
import { readForm } from '../reader/body.ts';
import { type NewField, newBody, newPath } from './beginning-page.ts';
import type { Desk } from './desk.ts';
import { actorOf, personOf } from './entry.ts';
import type { Texts } from './same-time.ts';
import { mailable, type Problems } from './settings-form.ts';
import { withSlug } from './settings-page.ts';

export interface BeginningDeps {
  db: Db;
  baseUrl: string;
  now: () => number;
}

const fields = ['name', 'from', 'slug'] as const;

/** Serves `/console/settings/new`. A publication brings a sender with it, so that to begin one takes a fresh proof. */
export function beginningRoutes(desk: Desk, { db, baseUrl, now }: BeginningDeps): void {
  desk.get(newPath, 'owner', (_request, response) => show(response, { name: '', from: personOf(response).email, slug: '' }, {}));

  desk.post(
    newPath,
    'owner',
    async (request, response) => {
      const form = await readForm(request);
      const texts = Object.fromEntries(fields.map((name) => [name, (form.get(name) ?? '').slice(0, 2000)])) as Texts<NewField>;
      const { values, problems } = readNew(db, texts);
      if (values === undefined) {
        response.status(422);
        return show(response, texts, problems);
      }
      const others = listPublications(db);
      const zone = others.length === 0 ? ownZone() : (others.at(-1)?.zone ?? 'UTC');
      const added = beginPublication(db, { ...values, zone }, { actor: actorOf(response), now: now() });
      response.redirect(303, withSlug('/console', added));
    },
    { stepUp: true },
  );

  function show(response: Response, texts: Texts<NewField>, problems: Problems<NewField>): void {
    const others = listPublications(db);
    const zone = others.at(-1)?.zone ?? ownZone();
    const body = newBody({ texts, problems, first: others.length === 0, zone, baseUrl });
    desk.show(response, { title: 'A new publication', here: { place: 'publication', exact: false }, body, slip: true });
  }
}

/** The zone of the machine Galley runs on: most often its owner's. */
const ownZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

interface Values {
  name: string;
  fromAddress: string;
  slug: string;
}

function readNew(db: Db, texts: Texts<NewField>): { values: Values | undefined; problems: Problems<NewField> } {
  const name = readName(texts.name);
  const from = mailable(readMailAddress(texts.from));
  const slug = readSlug(db, texts.slug.trim(), 'value' in name ? name.value : undefined);
  const problems: Problems<NewField> = {
    ...('problem' in name && { name: `Name ${name.problem}.` }),
    ...('problem' in from && { from: `Mail comes from ${from.problem}.` }),
    ...('problem' in slug && { slug: slug.problem }),
  };
  if ('problem' in name || 'problem' in from || 'problem' in slug) return { values: undefined, problems };
  return { values: { name: name.value, fromAddress: from.value, slug: slug.value }, problems };
}

/** The slug as typed, else one made from the name; a made one that is taken gets a number. */
function readSlug(db: Db, typed: string, name: string | undefined): { value: string } | { problem: string } {
  try {
    if (typed !== '') {
      const slug = parseSlug(typed);
      if (findPublication(db, slug) === undefined) return { value: slug };
      return { problem: `“${slug}” is the address of another publication: choose one that is free.` };
    }
    return { value: name === undefined ? '' : freeSlug(db, name) };
  } catch (error) {
    if (error instanceof AppError) return { problem: `${error.message}.` };
    throw error;
  }
}

const mostOfName = 36;

/** Letters and digits of the name; `newsletter` for a name that has none that may stand in an address. */
function freeSlug(db: Db, name: string): string {
  const letters = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}|['’]/gu, '');
  const made =
    letters
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, mostOfName)
      .replace(/^-+|-+$/g, '') || 'newsletter';
  for (let n = 1; ; n += 1) {
    const slug = n === 1 ? made : `${made}-${n}`;
    if (isSlug(slug) && findPublication(db, slug) === undefined) return slug;
  }
}

function isSlug(text: string): boolean {
  try {
    return parseSlug(text) === text;
  } catch {
    return false;
  }
}

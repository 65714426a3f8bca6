/** The look of a publication on the desk: chosen beside a mail that shows it, refused where it would be hard to read. */
import type { Request, Response } from 'express';
import type { Picture } from '../../model/edition.ts';
import { mayAs } from '../../model/person.ts';
import { brandColours } from '../../model/publication-fields.ts';
import type { Languages } from '../../model/words/catalogue.ts';
import type { Studio } from '../../render/render.ts';
import { revisePublication } from '../../schedule/schedule.ts';
import { storeAsset } from '../../store/assets.ts';
import type { Db } from '../../store/open.ts';
import { getPublication, listPublications, type Publication } from '../../store/publications.ts';
import { mailPagePolicy, printPolicy, samplePolicy } from '../policies.ts';
import { type BrandField, brandFields, brandTexts, readBrandTexts, sayColour, shownBrand } from './brand-form.ts';
import { type BrandView, brandBody, brandPath } from './brand-page.ts';
import { inScheme, openSamples } from './brand-sample.ts';
import type { Desk } from './desk.ts';
import { actorOf, personOf } from './entry.ts';
import { mergeTexts, readTexts, type Texts } from './same-time.ts';
import type { Problems } from './settings-form.ts';
import { choosePublication, settingsPath, withSlug } from './settings-page.ts';
import { publicationOf } from './show.ts';
import { readPictureForm } from './upload.ts';

export interface BrandDeps {
  db: Db;
  studio: Pick<Studio, 'draw' | 'admitPicture'>;
  languages: Languages;
  now: () => number;
}

/** Serves `/console/settings/brand`, below it the sample mail for its frames and what is said of colours while they are typed. */
export function brandRoutes(desk: Desk, { db, studio, languages, now }: BrandDeps): void {
  const samples = openSamples({ db, studio, languages, now });

  desk.get(brandPath, 'viewer', (request, response) => {
    const publication = publicationOf(db, request);
    if (publication !== undefined)
      return show(response, publication, { saved: request.query['saved'] !== undefined, voided: request.query['voided'] !== undefined });
    const all = listPublications(db);
    if (all.length === 0) return response.redirect(303, settingsPath);
    const here = { place: 'brand', exact: true } as const;
    desk.show(response, { title: 'Brand', here, body: choosePublication(all, brandPath, 'Brand', false), byPublication: true });
  });

  desk.post(brandPath, 'owner', async (request, response) => {
    const { fields, file, bytes, tooLarge } = await readPictureForm(request as Request);
    const publication = chosen(request);
    const admitted = file === undefined ? undefined : tooLarge ? largePicture : await studio.admitPicture(bytes);
    const logo = admitted !== undefined && 'name' in admitted ? admitted : undefined;
    const refused = admitted !== undefined && 'problem' in admitted ? `Logo: ${admitted.problem}; ${admitted.remedy}.` : undefined;
    if (logo !== undefined) storeAsset(db, logo); // so that it is still there when another field is refused
    const typed = (name: string): string | undefined => typedIn(fields, logo, name);
    const saving = fields.get('do') !== 'preview' && refused === undefined;
    const { saved, voided, ...again } = settle(publication.slug, typed, actorOf(response), saving);
    if (saved) return response.redirect(303, `${withSlug(brandPath, publication)}&saved=1${voided ? '&voided=1' : ''}`);
    const problems = { ...again.problems, ...(refused !== undefined && { logo: refused }) };
    response.status(again.clashes.length > 0 ? 409 : Object.keys(problems).length > 0 ? 422 : 200);
    show(response, getPublication(db, publication.slug), { ...again, problems });
  });

  desk.get(`${brandPath}/sample`, 'viewer', async (request, response) => {
    const publication = chosen(request);
    const markup = await samples(publication, shownBrand(db, textsOf(request, publication)));
    response.set('Content-Security-Policy', printPolicy(samplePolicy));
    response.type('html').send(inScheme(markup, request.query['scheme'] === 'dark' ? 'dark' : 'light'));
  });

  desk.get(`${brandPath}/said`, 'viewer', (request, response) => {
    const texts = textsOf(request, chosen(request));
    response.json(Object.fromEntries(brandColours.map(({ key }) => [key, sayColour(key, texts)])));
  });

  const chosen = (request: Request<unknown>): Publication =>
    publicationOf(db, request) ?? getPublication(db, String(request.query['publication'] ?? ''));

  function textsOf(request: Request<unknown>, { brand }: Publication): Texts<BrandField> {
    const asked = (name: string): string | undefined => {
      const value = request.query[name];
      return typeof value === 'string' ? value : undefined;
    };
    return readTexts(brandFields, asked, brandTexts(brand)).typed;
  }

  interface Settled {
    saved: boolean;
    voided: boolean;
    texts: Texts<BrandField>;
    problems: Problems<BrandField>;
    clashes: readonly BrandField[];
  }

  function settle(slug: string, typed: (name: string) => string | undefined, actor: string, saving: boolean): Settled {
    let settled: Settled | undefined;
    const changed = revisePublication(db, slug, { actor, now: now() }, ({ brand }) => {
      const stored = brandTexts(brand);
      const { texts, changed: fields, clashes } = mergeTexts(brandFields, { ...readTexts(brandFields, typed, stored), stored });
      const { brand: next, problems } = readBrandTexts(db, texts, brand);
      const saved = saving && clashes.length === 0 && Object.keys(problems).length === 0;
      settled = { saved, voided: false, texts, problems, clashes };
      return saved && fields.length > 0 ? { changes: { brand: next }, detail: fields.join(', ') } : undefined;
    });
    if (settled === undefined) throw new Error('the look was not decided');
    return { ...settled, voided: (changed?.voided.length ?? 0) > 0 };
  }

  function show(response: Response, publication: Publication, more: Partial<BrandView>): void {
    const before = brandTexts(publication.brand);
    const mayChange = mayAs(personOf(response).role, 'owner');
    const body = brandBody({ publication, texts: before, before, problems: {}, clashes: [], saved: false, mayChange, ...more });
    const here = { place: 'brand', exact: true } as const;
    const scripts = mayChange ? ['sample.js'] : [];
    desk.show(response, { title: 'Brand', here, body, byPublication: true, policy: mailPagePolicy, scripts });
  }
}

const largePicture = { problem: 'it has more than 5 MB', remedy: 'save it smaller, 1200 pixels across are enough' };

/** A field as the form has it: the logo is the picture that came with it, none when it is to be taken away. */
function typedIn(fields: ReadonlyMap<string, string>, logo: Picture | undefined, name: string): string | undefined {
  if (name !== 'logo') return fields.get(name);
  if (logo !== undefined) return logo.name;
  return fields.get('without') === 'logo' ? '' : fields.get('logo');
}

/** The settings of a publication: shown to everybody, changed by owners. What `publication set` does on the command line, by the same rules. */
import type { Request, Response } from 'express';
import { type Html, html } from '../../html.ts';
import { mayAs } from '../../model/person.ts';
import { revisePublication } from '../../schedule/schedule.ts';
import { auditOf } from '../../store/audit.ts';
import { beginningsOf } from '../../store/beginnings.ts';
import type { Db } from '../../store/open.ts';
import { getPublication, listPublications, type Publication } from '../../store/publications.ts';
import { readForm } from '../reader/body.ts';
import { withNames } from './actor.ts';
import { stepsLink } from './beginning-page.ts';
import type { Desk } from './desk.ts';
import { actorOf, personOf } from './entry.ts';
import { moment } from './page.ts';
import { mergeTexts, readTexts, type Texts } from './same-time.ts';
import { type Problems, readSettings, type SettingField, senderFields, settingFields, settingTexts } from './settings-form.ts';
import { choosePublication, type SettingsView, settingsBody, settingsPath, withSlug } from './settings-page.ts';
import { publicationOf } from './show.ts';

export interface SettingsDeps {
  db: Db;
  baseUrl: string;
  now: () => number;
}

/** What became of a form. */
type Outcome =
  | { kind: 'saved'; theirs: readonly SettingField[]; voided: boolean }
  /** It changes the sender, and nobody has shown yet that it is them. */
  | { kind: 'prove' }
  | { kind: 'again'; status: 409 | 422; texts: Texts<SettingField>; problems: Problems<SettingField>; clashes: readonly SettingField[] };

/** Serves `/console/settings`. A form that changes the sender is sent on to an address that takes a fresh proof. */
export function settingsRoutes(desk: Desk, { db, baseUrl, now }: SettingsDeps): void {
  desk.get(settingsPath, 'viewer', (request, response) => {
    const publication = publicationOf(db, request);
    const all = listPublications(db);
    const mayAdd = mayAs(personOf(response).role, 'owner');
    if (all.length === 0 && mayAdd) return response.redirect(303, `${settingsPath}/new`);
    if (publication === undefined) return chooseFirst(response, all, mayAdd);
    const kept = String(request.query['kept'] ?? '').split(',');
    const saved = request.query['saved'] !== undefined;
    const voided = request.query['voided'] !== undefined;
    show(response, publication, { saved, voided, kept: settingFields.filter((field) => kept.includes(field)) });
  });

  desk.post(settingsPath, 'owner', (request, response) => save(request, response, false));
  desk.post(`${settingsPath}/sender`, 'owner', (request, response) => save(request, response, true), { stepUp: true });

  async function save(request: Request, response: Response, proved: boolean): Promise<void> {
    const form = await readForm(request);
    const { slug } = getPublication(db, String(publicationOf(db, request)?.slug ?? request.query['publication'] ?? ''));
    const outcome = settle(slug, form, actorOf(response), proved);
    if (outcome.kind === 'prove') return response.redirect(307, withSlug(`${settingsPath}/sender`, { slug })); // 307: the browser sends the form again, there
    if (outcome.kind === 'saved') {
      const kept = outcome.theirs.length > 0 ? `&kept=${outcome.theirs.join(',')}` : '';
      return response.redirect(303, `${withSlug(settingsPath, { slug })}&saved=1${outcome.voided ? '&voided=1' : ''}${kept}`);
    }
    response.status(outcome.status);
    show(response, getPublication(db, slug), outcome);
  }

  function settle(slug: string, form: URLSearchParams, actor: string, proved: boolean): Outcome {
    let outcome: Outcome = { kind: 'saved', theirs: [], voided: false };
    const changed = revisePublication(db, slug, { actor, now: now() }, (publication) => {
      const stored = settingTexts(publication);
      const merged = mergeTexts(settingFields, { ...readTexts(settingFields, (name) => form.get(name), stored), stored });
      const { texts, changed, theirs, clashes } = merged;
      const { changes, problems } = readSettings(texts, publication);
      const wrong = Object.keys(problems).length > 0;
      if (clashes.length > 0 || wrong) outcome = { kind: 'again', status: wrong ? 422 : 409, texts, problems, clashes };
      else if (!proved && changed.some((field) => senderFields.includes(field))) outcome = { kind: 'prove' };
      else outcome = { kind: 'saved', theirs, voided: false };
      return outcome.kind === 'saved' && changed.length > 0
        ? { changes, detail: changed.map((field) => (field === 'measure' ? `measure ${texts.measure}` : field)).join(', ') }
        : undefined;
    });
    return outcome.kind === 'saved' ? { ...outcome, voided: (changed?.voided.length ?? 0) > 0 } : outcome;
  }

  function show(response: Response, publication: Publication, more: Partial<SettingsView>): void {
    const stored = settingTexts(publication);
    const [last] = withNames(db, auditOf(db, 'publication set', 1, publication.slug));
    const body = settingsBody({
      ...{
        publication,
        texts: stored,
        before: stored,
        problems: {},
        clashes: [],
        kept: [],
        saved: false,
        voided: false,
        baseUrl,
        now: now(),
      },
      last: last && html`<bdi>${last.actor}</bdi>, ${moment(last.at, publication.zone)}`,
      mayChange: mayAs(personOf(response).role, 'owner'),
      next: stepsLink(publication, beginningsOf(db, publication.id)),
      ...more,
    });
    desk.show(response, { title: 'Settings', here: { place: 'publication', exact: true }, body, byPublication: true });
  }

  function chooseFirst(response: Response, all: readonly Publication[], mayAdd: boolean): void {
    const body: Html =
      all.length === 0
        ? html`<div class="head"><h1>No publication yet</h1><p class="muted">An owner of this desk names one.</p></div>`
        : choosePublication(all, settingsPath, 'Settings', mayAdd);
    desk.show(response, { title: 'Settings', here: { place: 'publication', exact: true }, body, byPublication: true });
  }
}

/** Drawings for who begins: naming a publication, and the few steps from there to its first issue. */
import { type Html, html } from '../../html.ts';
import type { Beginnings } from '../../store/beginnings.ts';
import type { Publication } from '../../store/publications.ts';
import { notSaved, textField } from './field.ts';
import { moment } from './page.ts';
import type { Texts } from './same-time.ts';
import type { Problems } from './settings-form.ts';
import { settingsPath, withSlug } from './settings-page.ts';

export type NewField = 'name' | 'from' | 'slug';

export interface NewView {
  texts: Texts<NewField>;
  problems: Problems<NewField>;
  /** Whether it is the first one here. */
  first: boolean;
  zone: string;
  baseUrl: string;
}

export const newPath = `${settingsPath}/new`;

export function newBody({ texts, problems, first, zone, baseUrl }: NewView): Html {
  const wrong = Object.keys(problems).length;
  return html`<h1>${first ? 'Name your publication' : 'Start another publication'}</h1>
<p class="big">${first ? 'Three lines, and you can write. Everything but the last can be changed later.' : 'It gets readers, issues and a look of its own.'}</p>
${wrong > 0 && notSaved(wrong)}
<form class="stack" method="post" action="${newPath}" novalidate>
${textField({ name: 'name', label: 'Name', hint: 'As readers see it in their inbox.', problem: problems.name }, texts.name, { dir: 'auto', required: '', maxlength: '100' })}
${textField({ name: 'from', label: 'Mail comes from', hint: 'An address of yours, such as news@example.org. Nothing is sent to anybody before you say so.', problem: problems.from }, texts.from, { type: 'email', dir: 'ltr', required: '' })}
${textField({ name: 'slug', label: 'Address of its pages', hint: html`The last part of <bdi dir="ltr">${baseUrl}/…</bdi>, for good: it stands in the links of every mail. Left empty, it is made from the name.`, problem: problems.slug }, texts.slug, { dir: 'ltr', spellcheck: 'false', maxlength: '40', placeholder: 'tidewater-review' })}
<div><button class="btn go">${first ? 'Begin' : 'Start it'}</button></div>
<p class="muted small">In English by the clocks of ${zone}, without a monthly slot: Settings has all of that.</p></form>`;
}

interface Step {
  done: boolean;
  label: string;
  told: Html | string;
  path: string;
}

/** Leads whoever has done one of the steps to the next; not there any more once something was sent. */
export const stepsLink = (publication: Pick<Publication, 'slug'>, { hasSend }: Beginnings): Html | false =>
  !hasSend && html`<a href="${withSlug('/console', publication)}">What comes next</a>`;

/** What comes next for a publication that has sent nothing. The first step that is not done stands out. */
export function stepsBody(
  publication: Publication,
  { issue, hasReaders }: Beginnings,
  { rehearsal, slot }: { rehearsal: boolean /** The slot that an approved issue waits for. */; slot: number | undefined },
): Html {
  const steps: Step[] = [
    {
      ...{ done: true, label: 'Name your publication', path: withSlug(settingsPath, publication) },
      told: html`<bdi>${publication.name}</bdi>, from <bdi dir="ltr">${publication.fromAddress}</bdi>`,
    },
    {
      ...{ done: issue !== undefined, label: 'Write your first issue' },
      path: issue === undefined ? withSlug('/console/issues/new', publication) : `/console/issues/${issue}`,
      told: 'Type it, or bring a text that you have.',
    },
    {
      ...{ done: hasReaders, label: 'Add readers', path: withSlug('/console/readers/import', publication) },
      told: html`From a list, or <a href="${withSlug('/console/readers/add', publication)}">one by one</a>.`,
    },
    {
      ...{ done: publication.postalAddress !== '', label: 'Give it a postal address', path: withSlug(settingsPath, publication) },
      told: 'It stands at the foot of every mail; without one no issue is sent to real readers.',
    },
    {
      ...{ done: false, label: 'Send it' },
      path: issue === undefined ? withSlug('/console/issues', publication) : `/console/issues/${issue}/proof`,
      told:
        slot === undefined
          ? 'You see the very mail first, and say when it goes.'
          : html`It goes out by itself on ${moment(slot, publication.zone)} (${publication.zone}).`,
    },
  ];
  const next = steps.find(({ done }) => !done);
  const item = (step: Step): Html =>
    html`<li class="${step.done ? 'done' : step === next ? 'next' : 'later'}"><h2><a href="${step.path}">${step.label}</a>${step.done && html` <span class="muted small">done</span>`}</h2><p>${step.told}</p></li>`;
  return html`<div class="head"><h1>Nothing has gone out yet</h1><p class="muted"><bdi>${publication.name}</bdi> is ${next === steps.at(-1) ? 'ready' : 'nearly there'}. This page follows what goes out.</p></div>
<ol class="steps">${steps.map(item)}</ol>
${rehearsal && html`<p class="note"><mark>Rehearsal</mark> Mail stays on this machine until a mail server is set: send an issue to try it all out, then look at <a href="/console/settings/delivery">Delivery</a>.</p>`}`;
}

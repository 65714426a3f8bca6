/** Drawing of a publication's look: the form beside a mail in that look. */
import { type Html, html, raw } from '../../html.ts';
import { type BrandColour, brandColours } from '../../model/publication-fields.ts';
import type { Publication } from '../../store/publications.ts';
import { type BrandField, brandLabels, sayColour } from './brand-form.ts';
import { choiceField, fieldOf, notSaved, textField } from './field.ts';
import { shownBefore, type Texts } from './same-time.ts';
import type { Problems } from './settings-form.ts';
import { voidedWords, withSlug } from './settings-page.ts';

export const brandPath = '/console/settings/brand';

export interface BrandView {
  publication: Publication;
  texts: Texts<BrandField>;
  /** As it is stored. */
  before: Texts<BrandField>;
  problems: Problems<BrandField>;
  clashes: readonly BrandField[];
  saved: boolean;
  /** Whether an issue was approved in the look before. */
  voided?: boolean;
  mayChange: boolean;
}

export function brandBody(view: BrandView): Html {
  const { publication, mayChange } = view;
  return html`<div class="head"><h1>Brand</h1><p class="muted">The look of <bdi>${publication.name}</bdi>: mails, pages and print. Issues that went out keep theirs.</p></div>
${outcome(view)}<div class="brand-two">${mayChange ? form(view) : facts(view)}${sample(view)}</div>`;
}

function outcome({ problems, clashes, saved, voided = false }: BrandView): Html | false {
  const wrong = Object.keys(problems).length;
  if (clashes.length > 0)
    return html`<p class="err" role="alert">Somebody else saved another look while you chose. What you chose is still here: look at the fields below, and save again to put yours in its place.</p>`;
  return wrong > 0 ? notSaved(wrong) : saved && html`<p class="done" role="status">Saved.${voided && ` ${voidedWords}`}</p>`;
}

const hints: Readonly<Record<BrandColour, string>> = {
  accent: 'Of links and labels.',
  accentDark: 'Empty: made from the accent.',
  ink: 'Of text and buttons.',
  inkDark: 'Empty: made from the ink.',
};

function form({ publication, texts, before, problems, clashes }: BrandView): Html {
  const meanwhile = (name: BrandField): Html | false =>
    clashes.includes(name) && html`<p>Saved meanwhile: <b><bdi>${before[name] || 'nothing'}</bdi></b></p>`;
  const colour = (key: BrandColour): Html => {
    const { colour: drawn, said } = sayColour(key, texts);
    const note = html`<p class="swatch"><svg viewBox="0 0 16 16" aria-hidden="true"><rect width="16" height="16" rx="2" fill="${drawn}"/></svg><span data-said="${key}">${said}</span></p>${meanwhile(key)}`;
    return textField({ name: key, label: brandLabels[key], hint: hints[key], problem: problems[key], note }, texts[key], {
      dir: 'ltr',
      spellcheck: 'false',
      maxlength: '20',
      placeholder: drawn,
    });
  };
  return html`<form class="sheet settings" id="brand" method="post" action="${withSlug(brandPath, publication)}" enctype="multipart/form-data" novalidate>${shownBefore(before)}<input type="hidden" name="logo" value="${texts.logo}">
<div class="two">${brandColours.map(({ key }) => colour(key))}</div>
${choiceField(
  {
    name: 'fonts',
    label: brandLabels.fonts,
    hint: 'Only faces that mail programs have; Arabic script gets its own.',
    problem: problems.fonts,
    note: meanwhile('fonts'),
  },
  texts.fonts,
  [
    { value: 'serif', label: 'Serif', told: 'throughout' },
    { value: 'sans', label: 'Sans serif', told: 'throughout' },
    { value: 'serif-heads', label: 'Serif heads', told: 'over sans serif text' },
    { value: 'sans-heads', label: 'Sans serif heads', told: 'over serif text' },
  ],
)}
${fieldOf({
  name: 'file',
  label: brandLabels.logo,
  hint: 'PNG or JPEG, at most 5 MB; shown up to 260 by 48 pixels in place of the name.',
  problem: problems.logo,
  note: html`${texts.logo !== '' && html`<p class="logo"><img src="/a/${texts.logo}" alt="The logo" height="48"></p><label class="plain"><input type="checkbox" name="without" value="logo"> Take it away</label>`}${meanwhile('logo')}`,
  control: (same) => html`<input class="input" type="file" accept="image/png,image/jpeg"${same}>`,
})}
<div class="row"><button class="btn go" name="do" value="save">Save</button><button class="btn" name="do" value="preview">Preview</button></div></form>`;
}

function facts({ texts }: BrandView): Html {
  return html`<div><p class="muted small">An owner can change these.</p><dl class="facts spaced">${brandColours.map(
    ({ key }) => html`<div><dt>${brandLabels[key]}</dt><dd>${sayColour(key, texts).said}</dd></div>`,
  )}<div><dt>${brandLabels.fonts}</dt><dd>${texts.fonts}</dd></div></dl></div>`;
}

/** The mail in a frame for each scheme. Without script a press on Preview draws them anew. */
function sample({ publication, texts }: BrandView): Html {
  const one = (scheme: 'light' | 'dark', label: string): Html => {
    const query = new URLSearchParams({ publication: publication.slug, ...texts, scheme });
    return html`<section aria-labelledby="sample-${scheme}"><h2 id="sample-${scheme}">${label}</h2><iframe data-sample src="${brandPath}/sample?${String(query)}" title="A mail, ${label.toLowerCase()}"${sandboxed}></iframe></section>`;
  };
  return html`<div class="samples">${one('light', 'By day')}${one('dark', 'In the dark')}<p class="muted small">Only programs that know dark mode show the second.</p></div>`;
}

const sandboxed = raw(' sandbox');

/** Drawing of a publication's settings: the form for owners, what is set for everybody else. */
import { attrs, type Html, html } from '../../html.ts';
import { ordinals, parseSlot, weekdays } from '../../model/slot.ts';
import { type SlotDate, slotDates } from '../../model/slot-dates.ts';
import { isZone } from '../../model/zone.ts';
import type { Publication } from '../../store/publications.ts';
import { choiceField, type Field, fieldOf, notSaved, textField } from './field.ts';
import { clockOf } from './page.ts';
import { shownBefore, type Texts } from './same-time.ts';
import { type Problems, type SettingField, settingLabels, settingTexts } from './settings-form.ts';

export interface SettingsView {
  publication: Publication;
  texts: Texts<SettingField>;
  /** What the form tells next time that it showed: as it is stored. */
  before: Texts<SettingField>;
  problems: Problems<SettingField>;
  /** Fields that this person and another changed, with what is stored. */
  clashes: readonly SettingField[];
  /** Fields of others that were kept when this was saved. */
  kept: readonly SettingField[];
  saved: boolean;
  /** Whether an issue was approved as its mail would have been before. */
  voided: boolean;
  /** Who changed it last, and when: `Noor Haddad, 25 Nov 2026, 10:42`. */
  last: Html | undefined;
  now: number;
  baseUrl: string;
  mayChange: boolean;
  /** Leads on who is beginning. */
  next: Html | false;
}

export const settingsPath = '/console/settings';
export const withSlug = (path: string, { slug }: Pick<Publication, 'slug'>): string => `${path}?publication=${encodeURIComponent(slug)}`;

export function settingsBody(view: SettingsView): Html {
  const { publication, last, mayChange } = view;
  return html`<div class="head"><div><h1><bdi>${publication.name}</bdi></h1><p class="muted">What its mails and pages say of it, and when an issue goes out.</p></div>
${mayChange && html`<a class="btn" href="${settingsPath}/new">Start another publication</a>`}</div>
${outcome(view)}${mayChange ? form(view) : facts(view)}
${last !== undefined && html`<p class="muted small spaced">Changed last by ${last}.</p>`}`;
}

function outcome({ problems, clashes, kept, saved, voided, next }: SettingsView): Html | false {
  const wrong = Object.keys(problems).length;
  if (clashes.length > 0)
    return html`<p class="err" role="alert">Somebody else saved while you were writing. What you typed is still here: look at ${named(clashes)}, and save again to put yours in its place.</p>`;
  if (wrong > 0) return notSaved(wrong);
  if (!saved) return false;
  return html`<p class="done" role="status">Saved.${next && html` ${next}.`}${kept.length > 0 && ` Somebody else changed ${named(kept)} meanwhile; that is kept.`}${voided && ` ${voidedWords}`}</p>`;
}

/** What is said when a change took approvals with it. */
export const voidedWords = 'What was approved and waited to go out would be another mail now: look at it and approve it again.';

const named = (fields: readonly SettingField[]): string =>
  new Intl.ListFormat('en-GB').format(fields.map((field) => `“${settingLabels[field]}”`));

function form(view: SettingsView): Html {
  const { publication, texts, problems, clashes, baseUrl } = view;
  const stored = settingTexts(publication);
  const field = (name: SettingField, hint?: Html | string): Omit<Field, 'control'> => ({
    ...{ name, label: settingLabels[name], problem: problems[name] },
    ...(hint !== undefined && { hint }),
    note: clashes.includes(name) && html`<p>Saved meanwhile: <b><bdi>${stored[name] === '' ? 'nothing' : stored[name]}</bdi></b></p>`,
  });
  return html`<form class="sheet settings" method="post" action="${withSlug(settingsPath, publication)}" novalidate>${shownBefore(view.before)}
<section aria-labelledby="who"><h2 class="over" id="who">Who it comes from</h2>
${textField(field('name', 'As readers see it, in their inbox and on the pages.'), texts.name, { dir: 'auto', required: '', maxlength: '100' })}
<div class="field"><span class="label">Address of its pages</span><p class="plain" dir="ltr"><bdi>${baseUrl}/<b>${publication.slug}</b></bdi></p><p class="hint">This never changes: it stands in the links of every mail that went out, and they have to work for years.</p></div>
<div class="two">${textField(field('from', 'Changing who it comes from asks for your passkey again.'), texts.from, { type: 'email', dir: 'ltr', required: '' })}
${textField(field('replyTo', 'Left empty, answers go to the address it comes from.'), texts.replyTo, { type: 'email', dir: 'ltr' })}</div>
${textField(field('postalAddress', 'At the foot of every mail: the law of many places asks for it, and without one no issue is sent.'), texts.postalAddress, { dir: 'auto', maxlength: '300' })}</section>
<section aria-labelledby="when"><h2 class="over" id="when">Language and time</h2>
<div class="two">${textField(field('language', 'Of notices and small pages, as a code: en, ur, ps.'), texts.language, { list: 'languages', dir: 'ltr', spellcheck: 'false' })}
${textField(field('zone', 'By its clocks all times are shown.'), texts.zone, { list: 'zones', dir: 'ltr', spellcheck: 'false' })}</div>${lists}
<div class="two">${fieldOf({ ...field('slotDay', 'The issue approved first goes out then.'), control: (same) => html`<select class="input"${same}>${dayOptions(texts.slotDay)}</select>` })}
${textField(field('slotTime', 'By the clocks of the time zone.'), texts.slotTime, { type: 'time' })}</div>${coming(view)}
<p class="muted small"><a href="/console/calendar/${publication.slug}">How it is run</a>: whether two people sign off, reminders before the slot, what becomes of one that was missed.</p></section>
<section aria-labelledby="readers"><h2 class="over" id="readers">Readers</h2>
${choiceField(field('welcome'), texts.welcome, [
  { value: 'no', label: 'None', told: 'The first mail is the next issue.' },
  { value: 'yes', label: 'Send one', told: 'Who has just joined gets a welcome with the latest issue.' },
])}
${choiceField(field('measure', 'Per issue and day, never per reader; whether a mail was opened is never seen.'), texts.measure, [
  { value: 'off', label: 'Count nothing' },
  { value: 'on', label: 'Count links and downloads', told: 'Links in mails sent from then on lead through an address of this server.' },
])}
${choiceField(field('pdf'), texts.pdf, [
  { value: 'public', label: 'For everybody', told: 'at its public address' },
  { value: 'readers', label: 'For readers', told: 'by a link of their own in the mail that brings the issue' },
])}</section>
<div class="row"><button class="btn go">Save</button></div></form>`;
}

/** Names that may be typed, for the browser to offer. */
const lists = html`<datalist id="zones">${Intl.supportedValuesOf('timeZone').map((zone) => html`<option value="${zone}">`)}</datalist>
<datalist id="languages">${['en', 'ur', 'ps', 'fa', 'ar', 'de', 'fr', 'es', 'tr', 'hi'].map((code) => html`<option value="${code}">${new Intl.DisplayNames(['en'], { type: 'language' }).of(code)}</option>`)}</datalist>`;

const days = [
  ...ordinals.map((ordinal) => ({
    label: `The ${ordinal}`,
    options: weekdays.map((weekday) => ({ value: `${ordinal} ${weekday}`, label: `${ordinal} ${capital(weekday)}` })),
  })),
  {
    label: 'By date',
    options: Array.from({ length: 28 }, (_, i) => ({ value: `day ${i + 1}`, label: `on the ${i + 1}${ending(i + 1)}` })),
  },
];

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function ending(day: number): string {
  return day % 10 === 1 && day !== 11 ? 'st' : day % 10 === 2 && day !== 12 ? 'nd' : day % 10 === 3 && day !== 13 ? 'rd' : 'th';
}

function dayOptions(chosen: string): Html {
  const option = (value: string, label: string): Html =>
    html`<option value="${value}"${attrs({ selected: value === chosen })}>${label}</option>`;
  const known = chosen === '' || days.some(({ options }) => options.some(({ value }) => value === chosen));
  return html`${option('', 'No fixed day: I send by hand')}${!known && option(chosen, chosen)}${days.map(
    ({ label, options }) => html`<optgroup label="${label}">${options.map(({ value, label: words }) => option(value, words))}</optgroup>`,
  )}`;
}

const dateShape = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit' } as const;

/** The next three dates of the slot as it is typed, and the ones of the coming year at which the clocks are changed. */
function coming({ texts, now }: Pick<SettingsView, 'texts' | 'now'>): Html | false {
  const dates = datesOf(texts, now);
  if (dates === undefined) return false;
  const shown = (at: number): string => clockOf(texts.zone, dateShape).format(at);
  const odd = dates.filter(({ clocks }) => clocks !== 'plain');
  return html`<div class="beside coming"><p>The next three, as clocks in ${texts.zone} show them:</p><ul class="lines">${dates.slice(0, 3).map(({ at }) => html`<li><time datetime="${new Date(at).toISOString()}">${shown(at)}</time></li>`)}</ul>
${odd.map(
  ({ at, clocks }) =>
    html`<p>${
      clocks === 'skipped'
        ? `${texts.slotTime} does not exist that day: the clocks are put forward over it. It goes out on ${shown(at)}.`
        : `${texts.slotTime} comes twice that day: the clocks are put back over it. It goes out the first time, on ${shown(at)}.`
    }</p>`,
)}</div>`;
}

function datesOf({ slotDay, slotTime, zone }: Texts<SettingField>, now: number): SlotDate[] | undefined {
  if (slotDay === '' || !isZone(zone)) return undefined;
  try {
    return slotDates(parseSlot(`${slotDay} ${slotTime}`), zone, now, 13);
  } catch {
    return undefined; // the field says what is wrong with it
  }
}

/** What is set, for those who cannot change it. */
function facts(view: SettingsView): Html {
  const { texts, publication, baseUrl } = view;
  const words: Partial<Record<SettingField, string>> = {
    welcome: texts.welcome === 'yes' ? 'With the latest issue' : 'None',
    measure: texts.measure === 'on' ? 'Links and downloads' : 'Nothing',
    pdf: texts.pdf === 'readers' ? 'For readers' : 'For everybody',
    replyTo: texts.replyTo || texts.from,
    slotDay: texts.slotDay || 'No fixed day',
    postalAddress: texts.postalAddress || 'None yet',
  };
  const shown = (Object.keys(settingLabels) as SettingField[]).filter((field) => field !== 'slotTime' || texts.slotDay !== '');
  return html`<p class="muted small">An owner can change these.</p><dl class="facts spaced"><div><dt>Address of its pages</dt><dd><bdi dir="ltr">${baseUrl}/${publication.slug}</bdi></dd></div>${shown.map(
    (field) => html`<div><dt>${settingLabels[field]}</dt><dd><bdi>${words[field] ?? texts[field]}</bdi></dd></div>`,
  )}</dl>${coming(view)}`;
}

/** Which publication, when there are several and none was chosen. */
export function choosePublication(publications: readonly Publication[], path: string, title: string, mayAdd: boolean): Html {
  return html`<div class="head"><div><h1>${title}</h1><p class="muted">Of which publication?</p></div>${mayAdd && html`<a class="btn" href="${settingsPath}/new">Start another publication</a>`}</div>
<ul class="lines">${publications.map((publication) => html`<li><a href="${withSlug(path, publication)}"><bdi>${publication.name}</bdi></a></li>`)}</ul>`;
}

/** A reader's own page of preferences: how things stand, and what can be done about it without knowing more than the link. */
import type { Standing } from '../../audience/audience.ts';
import { attrs, type Html, html } from '../../html.ts';
import { pauseMonths } from '../../model/consent.ts';
import { formats } from '../../model/edition.ts';
import type { Languages, Words } from '../../model/words/catalogue.ts';
import { fills, type LeavePage, mast } from './leave-page.ts';

export interface PreferencesView {
  words: Words;
  offered: Languages['offered'];
  token: string;
  found: Standing;
  now: number;
  /** What the reader has just done. */
  done?: Html | undefined;
}

const formatNames = { full: 'preferences.format.full', light: 'preferences.format.light', text: 'preferences.format.text' } as const;

export function preferencesPage({ words, offered, token, found, now, done }: PreferencesView): LeavePage {
  const { publication, address } = fills(found);
  const gets = found.state === 'active' || found.state === 'paused';
  const body = html`<h1>${words.html('preferences.heading', { publication })}</h1>
<p class="muted">${words.html('preferences.for', { address })}</p>
${done !== undefined && html`<p class="strip" role="status">${done}</p>`}
${gets ? html`${choices({ words, offered, token, found })}${pausing(words, token, found)}${leaving(words, token)}` : stopped({ words, token, found, now })}
<section class="part"><h2>${words.text('preferences.own')}</h2><p class="muted">${words.text('preferences.own.lede')}</p>
<form method="post" action="/p/${token}/own"><button class="btn">${words.text('preferences.own.button')}</button></form></section>`;
  return { words, title: words.text('preferences.title'), body, publication: mast(found) };
}

/** Language, where there is a choice, and format. */
function choices({ words, offered, token, found }: Pick<PreferencesView, 'words' | 'offered' | 'token' | 'found'>): Html {
  const languages = offered.length > 1 && languageField(words, offered, words.language);
  const picks = formats.map((format) => pick('format', format, found.format === format, html`${words.text(formatNames[format])}`));
  return html`<form class="part" method="post" action="/p/${token}">${languages}<fieldset><legend>${words.text('preferences.format')}</legend>${picks}</fieldset><button class="btn go">${words.text('preferences.save')}</button></form>`;
}

/** One choice of several. */
export function pick(name: string, value: string, checked: boolean, label: Html): Html {
  return html`<label class="pick"><input type="radio"${attrs({ name, value, checked })}>${label}</label>`;
}

/** The languages that are offered, each by its own name. */
export function languageField(words: Words, offered: Languages['offered'], chosen: string): Html {
  const option = ({ language, name }: { language: string; name: string }) =>
    pick('language', language, language === chosen, html`<bdi lang="${language}">${name}</bdi>`);
  return html`<fieldset><legend>${words.text('consent.language')}</legend>${offered.map(option)}</fieldset>`;
}

function pausing(words: Words, token: string, { pausedUntil, zone }: Standing): Html {
  if (pausedUntil !== undefined) {
    return html`<section class="part"><h2>${words.text('preferences.pause')}</h2><p>${words.text('preferences.paused', { day: words.day(pausedUntil, zone) })}</p>
<form method="post" action="/p/${token}/resume"><button class="btn">${words.text('preferences.resume')}</button></form></section>`;
  }
  const months = pauseMonths.map((count, i) =>
    pick('months', String(count), i === 0, html`${words.text('preferences.pause.months', { count })}`),
  );
  return html`<form class="part" method="post" action="/p/${token}/pause"><fieldset><legend>${words.text('preferences.pause')}</legend><p class="muted">${words.text('preferences.pause.lede')}</p>${months}</fieldset>
<button class="btn">${words.text('preferences.pause')}</button></form>`;
}

const leaving = (words: Words, token: string): Html =>
  html`<section class="part"><h2>${words.text('leave.title')}</h2><form method="post" action="/p/${token}/leave"><button class="btn stop">${words.text('leave.button')}</button></form></section>`;

/** Nothing is sent: after a leave, which may be taken back for a while, or because the address takes no mail. */
function stopped({ words, token, found, now }: Omit<PreferencesView, 'offered' | 'done'>): Html {
  if (found.state !== 'left') return html`<p>${words.text('preferences.stopped')}</p>`;
  const { publication } = fills(found);
  const undo = found.undoUntil !== undefined && now <= found.undoUntil;
  return html`<section class="part"><h2>${words.html('leave.left', { publication })}</h2>${
    undo
      ? html`<form method="post" action="/p/${token}/back"><button class="btn">${words.text('leave.undo')}</button></form>`
      : html`<p><a href="/${found.slug}/subscribe">${words.text('frame.subscribe')}</a></p>`
  }</section>`;
}

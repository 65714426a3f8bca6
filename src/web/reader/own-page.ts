/** The page of a reader's own data. Whoever sees it has opened the link that was mailed to the address, so nothing is masked. */
import type { OwnData } from '../../audience/audience.ts';
import { attrs, type Html, html } from '../../html.ts';
import type { Words } from '../../model/words/catalogue.ts';
import type { LeavePage } from './leave-page.ts';

/** `done`: what has just been done; `trouble`: what is wrong with an address. */
export function ownPage(
  words: Words,
  token: string,
  data: OwnData,
  { done, trouble, typed }: { done?: Html; trouble?: Html; typed?: string } = {},
): LeavePage {
  const { reader, publication, held } = data;
  const to = (way: string) => `/p/own/${token}/${way}`;
  const save = html`<button class="btn">${words.text('preferences.save')}</button>`;
  const publications = held.map(({ id, name, language, state }) => {
    const got = state === 'active' || state === 'paused';
    return html`<label class="pick"><input type="checkbox"${attrs({ name: 'publication', value: id, checked: got, disabled: state === 'suspended' })}><bdi lang="${language}">${name}</bdi></label>`;
  });
  const body = html`<h1>${words.text('own.title')}</h1>
${done !== undefined && html`<p class="strip" role="status">${done}</p>`}
<form class="part" method="post" action="${to('name')}"><div class="field"><label for="name">${words.text('own.name')}</label><input class="input" id="name" name="name" autocomplete="name" maxlength="200" dir="auto" value="${reader.name}"></div>${save}</form>
<form class="part" method="post" action="${to('address')}"><div class="field"><label for="email">${words.text('own.address')}</label>${trouble !== undefined && html`<p id="trouble" class="trouble" role="alert">${trouble}</p>`}<input class="input" dir="ltr"${attrs({ id: 'email', name: 'email', inputmode: 'email', autocomplete: 'email', autocapitalize: 'none', spellcheck: 'false', maxlength: 320, required: true, value: typed ?? reader.email, 'aria-invalid': trouble !== undefined && 'true', 'aria-describedby': trouble === undefined ? 'about' : 'trouble about' })}><p id="about" class="hint">${words.text('own.address.hint')}</p></div>${save}</form>
<form class="part" method="post" action="${to('publications')}"><fieldset><legend>${words.text('own.publications')}</legend>${publications}</fieldset>${save}</form>
<section class="part"><h2>${words.text('own.download')}</h2><p class="muted">${words.text('own.download.lede')}</p><form method="post" action="${to('data')}"><button class="btn">${words.text('own.download.button')}</button></form></section>
<section class="part"><h2>${words.text('erase.heading')}</h2><p class="muted">${words.text('erase.lede')}</p><form method="post" action="${to('erase')}"><button class="btn stop">${words.text('erase.button')}</button></form></section>`;
  return { words, title: words.text('own.title'), body, publication };
}

/** Asks before everything is gone. */
export function surePage(words: Words, token: string, { publication }: OwnData): LeavePage {
  const body = html`<h1>${words.text('erase.sure')}</h1><p class="lede">${words.text('erase.lede')}</p>
<form method="post" action="/p/own/${token}/erase"><input type="hidden" name="sure" value="yes"><button class="btn stop">${words.text('erase.yes')}</button></form>`;
  return { words, title: words.text('erase.sure'), body, publication };
}

export function erasedPage(words: Words): LeavePage {
  const body = html`<h1>${words.text('erase.done')}</h1><p class="lede">${words.text('erase.done.lede')}</p>`;
  return { words, title: words.text('erase.done'), body };
}

/** The half hour is over, or there is nobody any more. */
export function usedPage(words: Words): LeavePage {
  const body = html`<h1>${words.text('own.used')}</h1><p class="lede">${words.text('own.used.lede')}</p>`;
  return { words, title: words.text('own.used'), body };
}

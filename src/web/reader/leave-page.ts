/** The pages for leaving. Forwarded mails carry the link too, so the address is shown masked. */
import { type LeaveAnswer, longestReason, type Standing } from '../../audience/audience.ts';
import { type Html, html } from '../../html.ts';
import type { Words } from '../../model/words/catalogue.ts';
import type { ReaderPage } from './page.ts';

export type LeavePage = Omit<ReaderPage, 'assets'>;

/** The field by which our own button is told from a mail program's click. */
export const ownButton = { name: 'from', value: 'page' };

export const fills = ({
  publication,
  language,
  maskedAddress,
}: Pick<Standing, 'publication' | 'language' | 'maskedAddress'>): { publication: Html; address: Html } => ({
  publication: html`<bdi lang="${language}">${publication}</bdi>`,
  address: html`<b><bdi dir="ltr">${maskedAddress}</bdi></b>`,
});
export const mast = ({ publication, language, slug }: Pick<Standing, 'publication' | 'language' | 'slug'>) => ({
  name: publication,
  language,
  slug,
});

/** Asks once. `preferences` is the path of the page on which less can be had than nothing. */
export function askPage(words: Words, token: string, found: LeaveAnswer, preferences?: string): LeavePage {
  const { publication, address } = fills(found);
  const body = html`<h1>${words.html('leave.ask', { publication })}</h1>
<p class="lede" id="told">${words.html('leave.ask.lede', { address })}</p>
<form method="post" action="/u/${token}"><input type="hidden" name="${ownButton.name}" value="${ownButton.value}"><button class="btn go" aria-describedby="told">${words.text('leave.button')}</button></form>
${preferences !== undefined && html`<p><a href="${preferences}">${words.text('leave.or')}</a></p>`}`;
  return { words, title: words.text('leave.title'), body, publication: mast(found) };
}

/** Says that it is done, lets it be taken back as long as that may be, and asks why, once. */
export function leftPage(words: Words, token: string, found: LeaveAnswer, now: number, { thanks = false } = {}): LeavePage {
  const undo = found.undoUntil !== undefined && now <= found.undoUntil;
  const { publication, address } = fills(found);
  const why = html`<form method="post" action="/u/${token}/reason"><div class="field"><label for="why">${words.text('leave.reason')}</label><textarea class="input" id="why" name="reason" rows="3" maxlength="${longestReason}"></textarea></div><button class="btn">${words.text('leave.reason.button')}</button></form>`;
  const body = html`<h1>${words.html('leave.left', { publication })}</h1>
<p class="lede">${words.html('leave.left.lede', { address })}</p>
${undo && html`<div class="strip"><span>${words.text('leave.mistake')}</span><form method="post" action="/u/${token}/undo"><button class="btn">${words.text('leave.undo')}</button></form></div>`}
${thanks ? html`<p role="status">${words.text('leave.reason.thanks')}</p>` : undo && why}`;
  return { words, title: words.text('leave.left.title'), body, publication: mast(found) };
}

/** After an undo. */
export function backPage(words: Words, token: string, found: LeaveAnswer): LeavePage {
  const body = html`<h1>${words.text('leave.back')}</h1>
<p class="lede">${words.html('leave.back.lede', fills(found))}</p>
<p><a href="/u/${token}">${words.text('leave.back.again')}</a></p>`;
  return { words, title: words.text('leave.back.title'), body, publication: mast(found) };
}

/** An undo that came when the link may be in other hands. */
export function tooLatePage(words: Words, found: LeaveAnswer): LeavePage {
  const body = html`<h1>${words.text('leave.late')}</h1>
<p class="lede">${words.html('leave.late.lede', fills(found))}</p>`;
  return { words, title: words.text('leave.late.title'), body, publication: mast(found) };
}

/** The page of a link in a test of an issue, which belongs to nobody. Only people of the desk have such, so it is in the desk's language. */
export function testPage(words: Words): LeavePage {
  const body = html`<h1 lang="en" dir="ltr">This link is of a test</h1><p class="lede" lang="en" dir="ltr">In the mail that readers get, each reader’s own link leads to the page on which they leave or choose what they get. In a test it belongs to nobody, so nothing has changed, for anybody.</p>`;
  return { words, title: 'A link of a test', body };
}

/** A token of ours whose rows are gone: whoever asks is already where they want to be. */
export function gonePage(words: Words): LeavePage {
  const body = html`<h1>${words.text('leave.gone')}</h1><p class="lede">${words.text('leave.gone.lede')}</p>`;
  return { words, title: words.text('leave.gone.title'), body };
}

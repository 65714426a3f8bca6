/** The words of the pages for leaving. Forwarded mails carry the link too, so the address is shown masked. */
import type { LeaveAnswer } from '../../audience/audience.ts';
import { type Html, html } from '../../html.ts';
import type { ReaderPage } from './page.ts';

export type LeavePage = Omit<ReaderPage, 'assets'>;

/** The field by which our own button is told from a mail program's click. */
export const ownButton = { name: 'from', value: 'page' };

export const named = ({ publication, language }: LeaveAnswer): Html => html`<bdi lang="${language}">${publication}</bdi>`;
export const address = ({ maskedAddress }: LeaveAnswer): Html => html`<b><bdi>${maskedAddress}</bdi></b>`;
export const mast = ({ publication, language }: LeaveAnswer) => ({ name: publication, language });

/** Asks once. */
export function askPage(token: string, found: LeaveAnswer): LeavePage {
  const body = html`<h1>Leave ${named(found)}?</h1>
<p class="lede">We stop writing to ${address(found)} right away.</p>
<form method="post" action="/u/${token}"><input type="hidden" name="${ownButton.name}" value="${ownButton.value}"><button class="btn go">Unsubscribe</button></form>`;
  return { title: 'Unsubscribe', body, publication: mast(found) };
}

/** Says that it is done, and lets it be taken back as long as that may be. */
export function leftPage(token: string, found: LeaveAnswer, now: number): LeavePage {
  const undo = found.undoUntil !== undefined && now <= found.undoUntil;
  const body = html`<h1>You have left ${named(found)}</h1>
<p class="lede">Nothing more will be sent to ${address(found)}.</p>
${undo && html`<div class="strip"><span>Pressed it by mistake?</span><form method="post" action="/u/${token}/undo"><button class="btn">Put me back</button></form></div>`}`;
  return { title: 'Unsubscribed', body, publication: mast(found) };
}

/** After an undo. */
export function backPage(token: string, found: LeaveAnswer): LeavePage {
  const body = html`<h1>You are back</h1>
<p class="lede">${named(found)} goes to ${address(found)} as before.</p>
<p><a href="/u/${token}">Unsubscribe after all</a></p>`;
  return { title: 'Back on the list', body, publication: mast(found) };
}

/** An undo that came when the link may be in other hands. */
export function tooLatePage(found: LeaveAnswer): LeavePage {
  const body = html`<h1>This link can no longer put you back</h1>
<p class="lede">${address(found)} left ${named(found)} a good while ago, and still gets nothing. To have it again, please subscribe anew.</p>`;
  return { title: 'Too late for this link', body, publication: mast(found) };
}

/** A token of ours whose rows are gone: whoever asks is already where they want to be. */
export const gonePage: LeavePage = {
  title: 'Not on the list',
  body: html`<h1>You are not on this list</h1><p class="lede">Nothing will be sent to the address this link was made for.</p>`,
};

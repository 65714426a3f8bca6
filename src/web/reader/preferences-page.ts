/** The words of a reader's own page. */
import type { LeaveAnswer } from '../../audience/audience.ts';
import { html } from '../../html.ts';
import { address, type LeavePage, mast, named } from './leave-page.ts';

/** How things stand, as `lookUpLeave` found them, and what can be done about it. */
export function preferencesPage(token: string, found: LeaveAnswer, now: number): LeavePage {
  const left = found.outcome === 'already';
  const button = (way: string, label: string) =>
    html`<form method="post" action="/p/${token}/${way}"><button class="btn">${label}</button></form>`;
  const state = left
    ? html`${named(found)} sends nothing to ${address(found)}: you have left it.`
    : found.mailed
      ? html`${named(found)} goes to ${address(found)}.`
      : html`${address(found)} is on the list of ${named(found)}, but nothing is sent there at present.`;
  const way =
    found.undoUntil !== undefined && now <= found.undoUntil
      ? button('back', 'Put me back')
      : left
        ? html`<p>To have it again, please subscribe anew.</p>`
        : button('leave', 'Unsubscribe');
  const body = html`<h1>Your subscription</h1>
<p class="lede">${state}</p>
${way}
<p class="muted small">This link is yours alone; it needs no password. It says how things stand, and changes nothing until you press a button.</p>`;
  return { title: 'Your subscription', body, publication: mast(found) };
}

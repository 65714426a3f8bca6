/** Drawings of the caught mails: the list, and one mail. */
import type { CaughtMail, CaughtSummary } from '../../catcher/catcher.ts';
import { type Html, html } from '../../html.ts';
import { counted, moment, number, size } from './page.ts';

export interface MailList {
  mails: readonly CaughtSummary[];
  /** All mails ever caught, and how many of them, the newest, can still be read. */
  count: number;
  kept: number;
  /** Place of the first mail shown, counted from 1. */
  first: number;
  page: number;
  pages: number;
}

/** The list, newest first, one page of it. */
export function mailList({ mails, count, kept, first, page, pages }: MailList): Html {
  if (kept === 0) {
    return html`<div class="head"><h1>No mail caught yet</h1><p class="muted">In a rehearsal, every mail lands here instead of with a reader.</p></div>`;
  }
  const row = ({ id, to, subject, at, bytes }: CaughtSummary) => html`<tr>
<th scope="row"><a href="/console/mail/${id}">${to}</a></th>
<td class="subject" dir="auto">${subject || 'No subject'}</td><td class="when">${moment(at)}</td><td class="n">${size(bytes)}</td></tr>`;
  return html`<div class="head"><h1>${counted(count, 'caught mail')}</h1><p class="muted">As sent, newest first${count > kept && html`; the last ${number(kept)} are kept`}. None of them left this machine.</p></div>
<table class="list mails"><thead><tr><th scope="col">To</th><th scope="col">Subject</th><th scope="col">Caught</th><th scope="col" class="n">Size</th></tr></thead>
<tbody>${mails.map(row)}</tbody></table>
<nav class="pages" aria-label="Pages"><span class="muted">${number(first)} to ${number(first + mails.length - 1)} of ${number(kept)}</span>
${page > 1 ? html`<a class="btn" href="/console/mail?page=${page - 1}">Newer</a>` : ''}${page < pages ? html`<a class="btn" href="/console/mail?page=${page + 1}">Older</a>` : ''}</nav>`;
}

/** One mail: its HTML part in a frame, its headers in the order sent, its text part. */
export function mailBody(id: string, mail: CaughtMail, mayTake: boolean): Html {
  const subject = mail.subject || 'No subject';
  return html`<p class="back"><a href="/console/mail">All caught mails</a></p>
<div class="head"><div><h1 dir="auto">${subject}</h1>
<p class="muted">To ${mail.to} · caught ${moment(mail.at)} · ${size(mail.bytes)}</p></div>
${mayTake && html`<a class="btn" href="/console/mail/${id}/raw">Download the source</a>`}</div>
<div class="mail"><section class="part" aria-labelledby="html-part"><h2 id="html-part">HTML part</h2>
${mail.html === undefined ? html`<p class="muted">This mail has none.</p>` : html`<iframe src="/console/mail/${id}/html" title="HTML part of the mail" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>`}</section>
<section class="part" aria-labelledby="headers"><h2 id="headers">Headers, as sent</h2>
<dl class="headers">${mail.headers.map(({ name, value }) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section></div>
<section class="part" aria-labelledby="text-part"><h2 id="text-part">Text part</h2>
${mail.text === undefined ? html`<p class="muted">This mail has none.</p>` : html`<pre class="text" dir="auto" tabindex="0">${mail.text}</pre>`}</section>`;
}

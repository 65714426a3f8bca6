/** Drawings of the tray, and of one mail that came to us: always as text, whatever it holds. */
import { isUtf8 } from 'node:buffer';
import type { Glimpse } from '../../feedback/feedback.ts';
import { type Html, html } from '../../html.ts';
import type { KeptMail, TrayMail } from '../../store/inbound.ts';
import { inboundWords, kindWords } from './feedback-words.ts';
import { counted, moment, size } from './page.ts';

export interface TrayView {
  mails: readonly (TrayMail & { glimpse: Glimpse | undefined })[];
  count: number;
  /** Whether there are more, older ones. */
  older: boolean;
  zone: string;
  /** Whether the person may say what a mail is, and read the whole of it. */
  mayAnswer: boolean;
}

/** The tray, newest first. */
export function trayBody({ mails, count, older, zone, mayAnswer }: TrayView): Html {
  const last = mails.at(-1);
  return html`<p class="back"><a href="/console/feedback">What came back</a></p>
<div class="head"><h1>${count === 0 ? 'The tray is empty' : html`${counted(count, 'mail')} in the tray`}</h1>
<p class="muted">Mails that came to us and that nobody understood. They change nothing for any reader until somebody says what they are.</p></div>
<ol class="tray">${mails.map((mail) => trayItem(mail, zone, mayAnswer))}</ol>
${older && last !== undefined && html`<nav class="pages" aria-label="Pages"><span></span><a class="btn" href="/console/feedback/tray?before=${last.id}">Older</a></nav>`}`;
}

function trayItem(
  { id, receivedAt, sender, bytes, note, glimpse: seen }: TrayView['mails'][number],
  zone: string,
  mayAnswer: boolean,
): Html {
  return html`<li><h2><a href="/console/feedback/mails/${id}"><bdi>${seen?.subject || 'No subject'}</bdi></a></h2>
<p class="muted">From ${writer(seen, sender)} · ${moment(receivedAt, zone)} · ${size(bytes)}</p>
${note !== null && html`<p class="why"><mark>Why it is here</mark> ${note}</p>`}
${seen !== undefined && seen.words !== '' && html`<blockquote dir="auto">${seen.words}</blockquote>`}
${mayAnswer && answers(id, seen?.subject || `mail ${id}`, seen !== undefined)}</li>`;
}

const writer = (seen: Glimpse | undefined, sender: string): Html => html`<bdi>${seen?.from || sender || 'nobody named'}</bdi>`;

/** The three things a person may say. The name of the mail is in each button for those who hear the page. */
function answers(id: number, name: string, kept: boolean): Html {
  const button = (answer: string, label: string): Html =>
    html`<form method="post" action="/console/feedback/mails/${id}/${answer}"><button class="btn">${label}<span class="unseen">: ${name}</span></button></form>`;
  return html`<div class="row">${button('nothing', 'It is nothing')}${kept && button('again', 'Read it again')}${kept && button('editors', 'It was for the editors')}</div>`;
}

/** Octets of a mail that are shown; all of it can be taken home. */
const shownOctets = 256 * 1024;

/** One mail that came to us. */
export function keptMailBody({
  mail,
  glimpse: seen,
  raw: kept,
  zone,
  mayAnswer,
}: {
  mail: KeptMail;
  glimpse: Glimpse | undefined;
  raw: Buffer | undefined;
  zone: string;
  mayAnswer: boolean;
}): Html {
  const raw = mayAnswer ? kept : undefined;
  const { id, sender, recipients, receivedAt, bytes, kind, note, state } = mail;
  const back =
    state === 'tray' ? html`<a href="/console/feedback/tray">The tray</a>` : html`<a href="/console/feedback">What came back</a>`;
  return html`<p class="back">${back}</p>
<div class="head"><div><h1><bdi>${seen?.subject || 'No subject'}</bdi></h1>
<p class="muted">From ${writer(seen, sender)} · came ${moment(receivedAt, zone)} · ${size(bytes)}</p></div>
${raw !== undefined && html`<a class="btn" href="/console/feedback/mails/${id}/raw">Download the source</a>`}</div>
<p class="note">${inboundWords[state]}${kind !== null && html` Read as: ${kindWords[kind].one.toLowerCase()}.`}${note !== null && html` ${note[0]?.toUpperCase()}${note.slice(1)}.`}</p>
${state === 'tray' && mayAnswer && html`<div class="note">${answers(id, seen?.subject || `mail ${id}`, raw !== undefined)}</div>`}
<dl class="facts"><div><dt>Envelope sender</dt><dd><bdi dir="ltr">${sender || 'none, as bounces have it'}</bdi></dd></div>
<div><dt>Came to</dt><dd>${recipients.length > 0 ? recipients.map((to, i) => html`${i > 0 && ', '}<bdi dir="ltr">${to}</bdi>`) : 'nobody says'}</dd></div></dl>
<section class="part" aria-labelledby="source"><h2 id="source">The mail, as it came</h2>
${raw === undefined ? html`<p class="muted">${kept === undefined ? 'It is not kept any more.' : 'Editors can read it: it holds somebody’s address.'}</p>` : html`<pre class="text" dir="auto" tabindex="0" role="region" aria-label="Source of the mail">${readable(raw)}</pre>`}
${raw !== undefined && raw.length > shownOctets && html`<p class="muted">These are the first ${size(shownOctets)}. Download the source to see all of it.</p>`}</section>`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Octets as text: UTF-8 where they are, else one letter each. What would not show, or would turn the text around it, is shown by its number. */
function readable(raw: Buffer): string {
  const octets = raw.subarray(0, shownOctets);
  const text = (isUtf8(raw) ? octets.toString('utf8') : octets.toString('latin1')).replace(/\r\n?/g, '\n');
  return text.replace(unseen, (sign) => `⟨${sign.charCodeAt(0).toString(16).padStart(2, '0')}⟩`);
}

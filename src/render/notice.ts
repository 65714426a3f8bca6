/** A notice drawn as mail, in the look of the issue mail: facts → words → HTML and text. */
import mjml2html from 'mjml';
import { type Html, html, raw } from '../html.ts';
import type { NoticeDrawing, NoticeFacts } from '../model/notice.ts';
import { style } from './email-style.ts';
import { type NoticeMasthead, type NoticeWords, type Piece, wordsOf } from './notice-words.ts';
import { wrap } from './text.ts';

/** Draws a notice. The same facts give the same drawing. */
export async function drawNotice(facts: NoticeFacts, masthead: NoticeMasthead): Promise<NoticeDrawing> {
  const words = wordsOf(facts, masthead);
  const { html: email } = await mjml2html(mjmlOf(words, masthead).toString(), {
    validationLevel: 'strict',
    minify: true,
    minifyOptions: { minifyCss: false }, // as for the issue mail: cssnano is not there
  });
  return { subject: words.subject, email, text: textOf(words, masthead) };
}

function mjmlOf({ subject, paragraphs, action }: NoticeWords, { name, postalAddress }: NoticeMasthead): Html {
  const [first = [], ...others] = paragraphs;
  const section = (content: Html) =>
    html`<mj-section css-class="bg" background-color="#ffffff" padding="0"><mj-column>${content}</mj-column></mj-section>`;
  return html`<mjml lang="en" dir="ltr"><mj-head><mj-title>${subject}</mj-title><mj-preview>${first.map(plain).join('')}</mj-preview>
<mj-attributes><mj-all font-family="Georgia,Times New Roman,serif" /><mj-text font-size="17px" line-height="27px" color="#14242c" padding="0 24px" css-class="px" /></mj-attributes><mj-breakpoint width="480px" />
<mj-raw><meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"></mj-raw>
<mj-style>${raw(style)}</mj-style></mj-head><mj-body width="600px" background-color="#eef2f2" css-class="pg">
${section(html`<mj-text><div class="mast" style="font-size:20px;font-weight:bold;padding:24px 0 12px"><bdi>${name}</bdi></div><div class="ink" style="border-top:3px double #14242c;font-size:0;line-height:0">&nbsp;</div><p style="margin:22px 0 16px;font-size:19px;line-height:29px">${first.map(drawn)}</p>${others.map((pieces) => html`<p style="margin:0 0 16px">${pieces.map(drawn)}</p>`)}</mj-text>
<mj-button css-class="btn px" href="${action.url}" background-color="#14242c" color="#ffffff" border-radius="4px" font-family="Arial,sans-serif" font-size="15px" font-weight="bold" inner-padding="13px 22px" align="left" padding="6px 24px 30px">${action.label}</mj-button>`)}
<mj-section padding="0"><mj-column><mj-text><p class="u" style="margin:0;padding:22px 0 40px;font:13px/20px Arial,sans-serif;color:#4b5d65">${because}<br><bdi>${name}</bdi>${postalAddress && html`<br><bdi>${postalAddress}</bdi>`}</p></mj-text></mj-column></mj-section></mj-body></mjml>`;
}

const because = 'You get this as an editor. Galley writes only when something needs a person.';

/** Names in other scripts must not turn the sentence round; commands stand on a line of their own. */
function drawn(piece: Piece): Html {
  if (typeof piece === 'string') return html`${piece}`;
  if ('name' in piece) return html`<bdi>${piece.name}</bdi>`;
  return html`<br><span style="font:15px/24px Menlo,Consolas,monospace">${piece.command}</span>`;
}

const plain = (piece: Piece): string => (typeof piece === 'string' ? piece : 'name' in piece ? piece.name : piece.command);

function textOf({ paragraphs, action }: NoticeWords, { name, postalAddress }: NoticeMasthead): string {
  const lines = paragraphs.map((pieces) => pieces.map(written).join(''));
  const body = [name, ...lines.map((line) => wrap(line, lineWidth)), `${action.label}:\n${action.url}`];
  return `${[...body, [wrap(because, lineWidth), name, postalAddress].filter(Boolean).join('\n')].join('\n\n')}\n`;
}

/** RFC 3676 section 4.2 asks for at most 78. */
const lineWidth = 72;

/** A command keeps a line of its own, so that it can be copied whole. */
const written = (piece: Piece): string => (typeof piece === 'object' && 'command' in piece ? `\n${piece.command}` : plain(piece));

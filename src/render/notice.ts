/** A notice drawn as mail, in the look of the issue mail: facts → words → HTML and text. */
import { type Html, html } from '../html.ts';
import { brandOf, fontStacks } from '../model/brand.ts';
import type { DrawnFacts, NoticeDrawing } from '../model/notice.ts';
import { logoOf, mailFrom } from './email.ts';
import { headStyle, sides } from './email-blocks.ts';
import { mailStyle } from './email-style.ts';
import { type NoticeMasthead, type NoticeWords, type Piece, wordsOf } from './notice-words.ts';
import { openTemplate } from './template.ts';
import { wrap } from './text.ts';

const frame = openTemplate('notice.mjml', [
  'language',
  'direction',
  'align',
  'subject',
  'preview',
  'face',
  'heads',
  'ink',
  'style',
  'name',
  'first',
  'others',
  'href',
  'label',
  'because',
  'publication',
  'address',
]);

/** Draws a notice. The same facts give the same drawing. */
export async function drawNotice(facts: DrawnFacts, masthead: NoticeMasthead): Promise<NoticeDrawing> {
  const words = wordsOf(facts, masthead);
  return { subject: words.subject, email: await mailFrom(mjmlOf(words, masthead)), text: textOf(words, masthead) };
}

function mjmlOf(words: NoticeWords, { name, postalAddress, baseUrl, brand: choices }: NoticeMasthead): Html {
  const { language, direction, subject, paragraphs, action, because } = words;
  const [first = [], ...others] = paragraphs;
  const brand = brandOf(choices);
  return frame({
    language,
    direction,
    align: sides[direction].start,
    subject,
    preview: first.map(plain).join(''),
    face: fontStacks[brand.fonts].text[direction],
    heads: headStyle(brand, direction),
    ink: brand.ink.light,
    style: mailStyle(brand),
    name: logoOf({ pictureBase: `${baseUrl}/a/` }, brand, name) ?? html`<bdi>${name}</bdi>`,
    first: first.map(drawn),
    others: others.map((pieces) => html`<p style="margin:0 0 16px">${pieces.map(drawn)}</p>`),
    href: action.url,
    label: action.label,
    because,
    publication: name,
    address: postalAddress && html`<br><bdi>${postalAddress}</bdi>`,
  });
}

/** Names in other scripts must not turn the sentence round; commands stand on a line of their own. */
function drawn(piece: Piece): Html {
  if (typeof piece === 'string') return html`${piece}`;
  if ('name' in piece) return html`<bdi>${piece.name}</bdi>`;
  return html`<br><span style="font:15px/24px Menlo,Consolas,monospace">${piece.command}</span>`;
}

const plain = (piece: Piece): string => (typeof piece === 'string' ? piece : 'name' in piece ? piece.name : piece.command);

function textOf({ paragraphs, action, because }: NoticeWords, { name, postalAddress }: NoticeMasthead): string {
  const lines = paragraphs.map((pieces) => pieces.map(written).join(''));
  const body = [name, ...lines.map((line) => wrap(line, lineWidth)), `${action.label}:\n${action.url}`];
  return `${[...body, [wrap(because, lineWidth), name, postalAddress].filter(Boolean).join('\n')].join('\n\n')}\n`;
}

/** RFC 3676 section 4.2 asks for at most 78. */
const lineWidth = 72;

/** A command keeps a line of its own, so that it can be copied whole. */
const written = (piece: Piece): string => (typeof piece === 'object' && 'command' in piece ? `\n${piece.command}` : plain(piece));

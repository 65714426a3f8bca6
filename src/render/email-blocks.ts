/** The blocks of the mail: issue tree → the contents of its sections, as MJML. */

import { type Html, html, raw } from '../html.ts';
import { type Brand, fontStacks } from '../model/brand.ts';
import type { Masthead, Picture } from '../model/edition.ts';
import type { Block, Chart, Figure, Inline, IssueTree, Section } from '../model/issue.ts';
import { type Addresses, outwardInMail, type Target } from './addresses.ts';
import { caption, heading, inline, reference, type Setting, said, unlinked } from './markup.ts';
import { voiceOfItem } from './voice.ts';
import type { Words } from './words.ts';

/** Width of pictures in the mail, in CSS pixels. */
const pictureWidth = 552;

export interface EmailParts {
  tree: IssueTree;
  masthead: Masthead;
  addresses: Addresses;
  words: Words;
  /** PNG of each chart by the chart's id. */
  charts: Map<string, Picture>;
  pdf: { pages: number; bytes: number };
}

/** A stretch of text, or something that stands alone between two: a picture, a button. */
type Piece = { text: Html } | { alone: Html };

/** Type of a text by its direction: Arabic script is smaller at the same size and needs taller lines. */
export const textSize = { ltr: { size: '17px', leading: '27px' }, rtl: { size: '18px', leading: '32px' } } as const;
/** Where lines begin and end. */
export const sides = { ltr: { start: 'left', end: 'right' }, rtl: { start: 'right', end: 'left' } } as const;

/** The issue's own setting in the mail. Places in the issue are on the web page, because many mail programs ignore anchors. */
export function mailSetting({ tree, masthead, words, addresses: { web } }: EmailParts): Setting {
  const address = (target: Target) =>
    target.kind === 'outside' ? outwardInMail(target.href, tree, masthead) : target.kind === 'inside' ? `${web}#${target.id}` : undefined;
  return { language: tree.language, direction: tree.direction, words, address };
}

/** Prefix of a heading's style: the faces of headings, where they are not those of the text. */
export function headStyle({ fonts }: Brand, direction: Setting['direction']): string {
  const { text, heads } = fontStacks[fonts];
  return heads === text ? '' : `font-family:${heads[direction]};`;
}

/** The contents of a section with a title. */
export function sectionContent(parts: EmailParts, brand: Brand, { id, title, lead, items }: Section): Html[] {
  const setting = mailSetting(parts);
  const head = html`<h2 class="ink" id="${id}" style="margin:18px 0 14px;padding-top:10px;border-top:2px solid ${brand.ink.light};font:bold 17px Arial,sans-serif">${inline(title, setting)}</h2>`;
  const pieces = [{ text: head }, ...printer(parts, brand, setting)(lead, 3)];
  for (const item of items) {
    const own = { ...setting, ...voiceOfItem(parts.tree, item), ...(item.language === undefined && { words: parts.words }) };
    const headline = html`<h3 id="${item.id}" style="${headStyle(brand, own.direction)}margin:28px 0 8px;font-size:21px;line-height:${own.direction === 'rtl' ? '34px' : '27px'}">${inline(item.headline, own)}</h3>`;
    const printed = [{ text: headline }, ...printer(parts, brand, own)(item.blocks, 4)];
    pieces.push(...(item.language === undefined ? printed : printed.map((piece) => spoken(piece, own, brand))));
  }
  return gathered(pieces, setting);
}

/** The contents of the issue's own lead. */
export function leadContent(parts: EmailParts, brand: Brand): Html[] {
  const setting = mailSetting(parts);
  return gathered(printer(parts, brand, setting)(parts.tree.lead, 2), setting);
}

/** A stretch in another language than the issue's says so, and carries the type its script needs. */
function spoken(piece: Piece, { language, direction }: Setting, { fonts }: Brand): Piece {
  if ('alone' in piece) return piece;
  const { size, leading } = textSize[direction];
  return {
    text: html`<div lang="${language}" dir="${direction}" style="font:${size}/${leading} ${fontStacks[fonts].text[direction]};text-align:${sides[direction].start}">${piece.text}</div>`,
  };
}

/** Texts that follow each other as one `mj-text`: one for each paragraph, or item, costs 20 KB and changes nothing on the screen. */
function gathered(pieces: readonly Piece[], { direction }: Setting): Html[] {
  const out: Html[] = [];
  let texts: Html[] = [];
  const flush = () => {
    // The third of the three settings that make a mail run right to left; without it bullets and full stops land on the wrong side.
    if (texts.length > 0) out.push(html`<mj-text>${direction === 'rtl' ? html`<div dir="rtl">${texts}</div>` : texts}</mj-text>\n`);
    texts = [];
  };
  for (const piece of pieces) {
    if ('text' in piece) texts.push(piece.text);
    else {
      flush();
      out.push(piece.alone);
    }
  }
  flush();
  return out;
}

/** Returns the function that prints blocks in one voice. */
function printer(
  { tree, masthead, addresses, charts, pdf }: EmailParts,
  brand: Brand,
  setting: Setting,
): (blocks: readonly Block[], level: number) => Piece[] {
  const { direction, words } = setting;
  const { start } = sides[direction];
  const indent = (margin: string, width: number) =>
    raw(`margin:${margin};padding-${start}:${width}px${start === 'right' ? ';padding-left:0' : ''}`);
  const list = indent('0 0 16px', 22);
  const run = (c: readonly Inline[]) => inline(c, setting);
  const items = (contents: (Html | Html[])[]) => contents.map((content) => html`<li>${content}</li>`);
  const label = (text: string) => html`<p class="u" style="margin:0 0 6px;font:bold 14px Arial,sans-serif;color:#4b5d65">${text}</p>`;

  const prose = (b: Block, level: number): Html | null => {
    switch (b.t) {
      case 'para':
        return html`<p style="margin:0 0 16px">${run(b.c)}</p>`;
      case 'heading':
        return heading(
          level,
          html` id="${b.id}" style="${headStyle(brand, direction)}margin:20px 0 8px;font-size:18px;line-height:25px"`,
          run(b.c),
        );
      case 'list': {
        const contents = items(b.items.map((blocks) => inItem(blocks, level)));
        return b.ordered
          ? html`<ol start="${b.start}" style="${list}${words.counter !== 'decimal' && `;list-style-type:${words.counter}`}">${contents}</ol>`
          : html`<ul style="${list}">${contents}</ul>`;
      }
      case 'quote':
        return html`<blockquote class="u" style="margin:0 0 16px;padding:0 18px;color:#4b5d65">${b.c.map((inner) => prose(inner, level))}</blockquote>`;
      case 'implications':
        return html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="margin:0 0 20px"><tr><td class="m" style="border-${start}:3px solid ${brand.accent.light};padding:1px 16px"><b class="a" style="font:bold 14px/24px Arial,sans-serif;color:${brand.accent.light}">${b.label}:</b>${b.lead.length > 0 && html` ${run(b.lead)}`}${b.list.length > 0 && html`<ul style="${indent('4px 0 0', 20)}">${items(b.list.map(run))}</ul>`}</td></tr></table>`;
      case 'papers':
      case 'sources':
        return html`${label(words[b.t])}<ul style="${list}">${items(b.items.map((r) => reference(r, setting)))}</ul>`;
      case 'reading':
        return html`<ul style="${list}">${items(b.items.map((r) => reference(r, setting)))}</ul>`;
      case 'toc':
        return html`${label(words.contents)}<ul style="${list}">${items(tree.sections.map((s) => html`<a href="${`${addresses.web}#${s.id}`}">${inline(s.title, unlinked(setting))}</a>`))}</ul>`;
      case 'rule':
        return html`<hr style="border:0;border-top:1px solid #d3dcdd;margin:20px 0">`;
      case 'download':
        return html`<p style="margin:0 0 16px"><a href="${addresses.pdf}">${inline(b.c, unlinked(setting))}</a></p>`;
      case 'chart':
      case 'figure':
        return html`<p style="margin:0 0 16px"><img src="${pictureOf(b).src}" alt="${b.alt}" width="460" style="width:100%;height:auto"><br>${caption(b, setting)}</p>`;
      case 'more':
        return null;
    }
  };
  const inItem = (blocks: readonly Block[], level: number): Html | Html[] => {
    const [only, ...others] = blocks;
    if (only?.t === 'para' && others.length === 0) return run(only.c);
    return blocks.map((b) => prose(b, level)).filter((part) => part !== null);
  };
  const pictureOf = (f: Chart | Figure): { src: string; width: number } => {
    if (f.t === 'figure') return { src: masthead.pictureBase + f.asset, width: Math.min(f.width, pictureWidth) };
    return { src: `${masthead.pictureBase}${charts.get(f.id)?.name ?? ''}`, width: pictureWidth };
  };
  const alone = (b: Block): Piece[] | null => {
    if (b.t === 'download') {
      const facts = html`<p class="u" style="margin:0 0 12px;font:13px/20px Arial,sans-serif;color:#4b5d65">${said(words.facts(pdf), setting)}</p>`;
      return [
        {
          alone: html`<mj-button css-class="btn px" href="${addresses.pdf}" background-color="${brand.ink.light}" color="#ffffff" border-radius="4px" font-family="Arial,sans-serif" font-size="15px" font-weight="bold" inner-padding="13px 22px" align="${start}" padding="6px 24px 6px">${inline(b.c, unlinked(setting))}</mj-button>`,
        },
        { text: facts },
      ];
    }
    if (b.t !== 'chart' && b.t !== 'figure') return null;
    const { src, width } = pictureOf(b);
    return [
      {
        alone: html`<mj-image css-class="px" src="${src}" alt="${b.alt}" width="${width}px" align="${start}" padding="8px 24px" href="${`${addresses.web}#${b.id}`}" />`,
      },
      { text: html`<p style="margin:0 0 22px;font:14px/21px Arial,sans-serif">${caption(b, setting)}</p>` },
    ];
  };
  return (blocks, level) =>
    blocks.flatMap((b): Piece[] => {
      const whole = alone(b);
      if (whole) return whole;
      const part = prose(b, level);
      return part ? [{ text: part }] : [];
    });
}

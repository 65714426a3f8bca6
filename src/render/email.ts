/** The HTML part of the mail: issue tree → MJML → HTML for mail programs. */

import mjml2html from 'mjml';
import { type Html, html, raw } from '../html.ts';
import type { Masthead, Picture } from '../model/edition.ts';
import type { Block, Chart, Figure, IssueTree } from '../model/issue.ts';
import { blocksOf } from '../model/issue.ts';
import type { Addresses, Target } from './addresses.ts';
import { style } from './email-style.ts';
import { type Address, caption, fileSize, heading, inline, reference } from './markup.ts';
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

/** Draws the mail. Text of one item is one `mj-text`: a run per paragraph would cost 20 KB and change nothing on the screen. */
export async function drawEmail(parts: EmailParts): Promise<string> {
  const { html: out } = await mjml2html(emailMarkup(parts), {
    validationLevel: 'strict',
    minify: true,
    // cssnano is not installed at the version htmlnano asks for; without this mjml 5.4 throws.
    minifyOptions: { minifyCss: false },
  });
  return out;
}

/** The mail as MJML: quickly made, and its length follows that of the mail. */
export function emailMarkup(parts: EmailParts): string {
  return mjmlOf(parts).toString();
}

function mjmlOf(parts: EmailParts): Html {
  const { tree, masthead, addresses, words } = parts;
  const rtl = tree.direction === 'rtl';
  const side = rtl ? 'right' : 'left';
  const flow = blockFlow(parts);
  const serif = rtl ? 'Noto Naskh Arabic,Scheherazade New,Times New Roman,Tahoma,serif' : 'Georgia,Times New Roman,serif';
  const hasDownload = [...blocksOf(tree)].some((b) => b.t === 'download');
  const section = (content: unknown) =>
    html`<mj-section css-class="bg" background-color="#ffffff" padding="0"><mj-column>${content as Html[]}</mj-column></mj-section>`;
  const download = hasDownload
    ? null
    : html` · <a class="u" href="${addresses.pdf}" style="color:#4b5d65;white-space:nowrap">${words.download} (PDF)</a>`;
  return html`<mjml lang="${tree.language}" dir="${tree.direction}"><mj-head><mj-title>${`${tree.publication}: ${tree.title}`}</mj-title><mj-preview>${tree.summary}</mj-preview>
<mj-attributes><mj-all font-family="${serif}" /><mj-text font-size="${rtl ? '18px' : '17px'}" line-height="${rtl ? '32px' : '27px'}" color="#14242c" align="${side}" padding="0 24px" css-class="px" />${
    // Three settings make a mail run right to left: these two and the dir of each text below. With dir on mjml alone bullets and full stops land on the wrong side.
    rtl && html`<mj-section direction="rtl" text-align="right" /><mj-column direction="rtl" />`
  }</mj-attributes><mj-breakpoint width="480px" />
<mj-raw><meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"></mj-raw>
<mj-style>${raw(style)}</mj-style></mj-head><mj-body width="600px" background-color="#eef2f2" css-class="pg">
${section([
  text(
    rtl,
    html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td class="mast" style="font-size:20px;font-weight:bold;padding:24px 0 12px">${tree.publication}</td><td class="u s" align="${rtl ? 'left' : 'right'}" style="font:14px Arial,sans-serif;color:#4b5d65;padding:24px 0 12px"><a class="u" href="${addresses.web}" style="color:#4b5d65;white-space:nowrap">${words.readOnWeb}</a>${download}</td></tr></table><div class="ink" style="border-top:3px double #14242c;font-size:0;line-height:0">&nbsp;</div><h1 style="margin:22px 0 0;font-size:34px;line-height:40px;font-weight:normal">${tree.title}</h1>${tree.summary && html`<p class="u" style="margin:10px 0 22px;font-size:18px;line-height:27px;color:#4b5d65">${tree.summary}</p>`}`,
  ),
  ...flow(tree.lead, 2),
])}
${tree.sections.map((s) =>
  section([
    text(
      rtl,
      html`<h2 class="ink" id="${s.id}" style="margin:30px 0 14px;padding-top:10px;border-top:2px solid #14242c;font:bold 17px Arial,sans-serif">${inline(s.title, addressIn(addresses))}</h2>`,
    ),
    ...flow(s.lead, 3),
    ...s.items.map((item) =>
      flow(
        item.blocks,
        4,
        html`<h3 id="${item.id}" style="margin:12px 0 8px;font-size:21px;line-height:27px">${inline(item.headline, addressIn(addresses))}</h3>`,
      ),
    ),
  ]),
)}
<mj-section padding="0"><mj-column>${text(rtl, html`<p class="u" style="margin:0;padding:22px 0 40px;font:13px/20px Arial,sans-serif;color:#4b5d65">${words.because(tree.publication)} <a class="u" href="${addresses.leave}" style="color:#4b5d65">${words.unsubscribe}</a>${masthead.postalAddress && html`<br>${masthead.postalAddress}`}</p>`)}</mj-column></mj-section></mj-body></mjml>`;
}

function text(rtl: boolean, content: Html | Html[]): Html {
  return html`<mj-text>${rtl ? html`<div dir="rtl">${content}</div>` : content}</mj-text>\n`;
}

/** Where links of the mail lead: places in the issue are on the web page, because many mail programs ignore anchors. */
function addressIn({ web }: Addresses): Address {
  return (target: Target) => (target.kind === 'outside' ? target.href : target.kind === 'inside' ? `${web}#${target.id}` : undefined);
}

/** Returns the function that turns blocks into mj-elements: runs of text are gathered, pictures and buttons stand alone. */
function blockFlow({
  tree,
  masthead,
  addresses,
  words,
  charts,
  pdf,
}: EmailParts): (blocks: readonly Block[], level: number, before?: Html) => Html[] {
  const rtl = tree.direction === 'rtl';
  const side = rtl ? 'right' : 'left';
  const address = addressIn(addresses);
  const list = raw(rtl ? 'margin:0 0 16px;padding:0 22px 0 0' : 'margin:0 0 16px;padding:0 0 0 22px');
  const items = (contents: (Html | Html[])[]) => contents.map((content) => html`<li>${content}</li>`);

  const prose = (b: Block, level: number): Html | null => {
    switch (b.t) {
      case 'para':
        return html`<p style="margin:0 0 16px">${inline(b.c, address)}</p>`;
      case 'heading':
        return heading(level, html` id="${b.id}" style="margin:4px 0 8px;font-size:18px;line-height:25px"`, inline(b.c, address));
      case 'list': {
        const contents = items(b.items.map((blocks) => inItem(blocks, level)));
        return b.ordered ? html`<ol start="${b.start}" style="${list}">${contents}</ol>` : html`<ul style="${list}">${contents}</ul>`;
      }
      case 'quote':
        return html`<blockquote class="u" style="margin:0 0 16px;padding:0 18px;color:#4b5d65">${b.c.map((inner) => prose(inner, level))}</blockquote>`;
      case 'implications':
        return html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="margin:0 0 20px"><tr><td class="m" style="border-${side}:3px solid #0a656c;padding:1px 16px"><b class="a" style="font:bold 14px/24px Arial,sans-serif;color:#0a656c">${b.label}:</b>${b.lead.length > 0 && html` ${inline(b.lead, address)}`}${b.list.length > 0 && html`<ul style="${raw(rtl ? 'margin:4px 0 0;padding:0 20px 0 0' : 'margin:4px 0 0;padding:0 0 0 20px')}">${b.list.map((point) => html`<li>${inline(point, address)}</li>`)}</ul>`}</td></tr></table>`;
      case 'papers':
      case 'sources':
        return html`<p class="u" style="margin:0 0 6px;font:bold 14px Arial,sans-serif;color:#4b5d65">${words[b.t]}</p><ul style="${list}">${items(b.items.map((r) => reference(r, words, address)))}</ul>`;
      case 'reading':
        return html`<ul style="${list}">${items(b.items.map((r) => reference(r, words, address)))}</ul>`;
      case 'toc':
        return html`<p class="u" style="margin:0 0 6px;font:bold 14px Arial,sans-serif;color:#4b5d65">${words.contents}</p><ul style="${list}">${items(tree.sections.map((s) => html`<a href="${`${addresses.web}#${s.id}`}">${inline(s.title, () => undefined)}</a>`))}</ul>`;
      case 'rule':
        return html`<hr style="border:0;border-top:1px solid #d3dcdd;margin:20px 0">`;
      case 'download':
        return html`<p style="margin:0 0 16px"><a href="${addresses.pdf}">${inline(b.c, () => undefined)}</a></p>`;
      case 'chart':
      case 'figure': {
        const { src } = pictureOf(b);
        return html`<p style="margin:0 0 16px"><img src="${src}" alt="${b.alt}" width="460" style="width:100%;height:auto"><br>${caption(b, words, address)}</p>`;
      }
      case 'more':
        return null;
    }
  };
  const inItem = (blocks: readonly Block[], level: number): Html | Html[] => {
    const [only, ...others] = blocks;
    if (only?.t === 'para' && others.length === 0) return inline(only.c, address);
    return blocks.map((b) => prose(b, level)).filter((part) => part !== null);
  };
  const pictureOf = (f: Chart | Figure): { src: string; width: number } => {
    if (f.t === 'figure') return { src: masthead.pictureBase + f.asset, width: Math.min(f.width, pictureWidth) };
    return { src: `${masthead.pictureBase}${charts.get(f.id)?.name ?? ''}`, width: pictureWidth };
  };
  const alone = (b: Block): Html | null => {
    if (b.t === 'download') {
      const facts = ['PDF', words.pages(pdf.pages), fileSize(pdf.bytes)].join(words.comma);
      return html`<mj-button css-class="btn px" href="${addresses.pdf}" background-color="#14242c" color="#ffffff" border-radius="4px" font-family="Arial,sans-serif" font-size="15px" font-weight="bold" inner-padding="13px 22px" align="${side}" padding="6px 24px 6px">${inline(b.c, () => undefined)}</mj-button>${text(rtl, html`<p class="u" style="margin:0 0 12px;font:13px/20px Arial,sans-serif;color:#4b5d65">${facts}</p>`)}`;
    }
    if (b.t !== 'chart' && b.t !== 'figure') return null;
    const { src, width } = pictureOf(b);
    return html`<mj-image css-class="px" src="${src}" alt="${b.alt}" width="${width}px" align="${side}" padding="8px 24px" href="${`${addresses.web}#${b.id}`}" />${text(rtl, html`<p style="margin:0 0 22px;font:14px/21px Arial,sans-serif">${caption(b, words, address)}</p>`)}`;
  };
  return (blocks, level, before) => {
    const out: Html[] = [];
    let run: Html[] = before ? [before] : [];
    const flush = () => {
      if (run.length > 0) out.push(text(rtl, run));
      run = [];
    };
    for (const b of blocks) {
      const whole = alone(b);
      if (whole) {
        flush();
        out.push(whole);
      } else {
        const part = prose(b, level);
        if (part) run.push(part);
      }
    }
    flush();
    return out;
  };
}

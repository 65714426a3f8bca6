/** The HTML part of the mail: issue tree → MJML → HTML for mail programs. */

import mjml2html from 'mjml';
import { type Html, html } from '../html.ts';
import { type Brand, brandOf, fontStacks } from '../model/brand.ts';
import type { Masthead } from '../model/edition.ts';
import { blocksOf } from '../model/issue.ts';
import { type EmailParts, headStyle, leadContent, mailSetting, sectionContent, sides, textSize } from './email-blocks.ts';
import { mailStyle } from './email-style.ts';
import { said } from './markup.ts';
import { openTemplate } from './template.ts';

export type { EmailParts } from './email-blocks.ts';

const frame = openTemplate('issue.mjml', [
  'language',
  'direction',
  'subject',
  'summary',
  'face',
  'heads',
  'size',
  'leading',
  'titleLeading',
  'ink',
  'start',
  'end',
  'columns',
  'style',
  'name',
  'ways',
  'title',
  'dek',
  'lead',
  'sections',
  'because',
  'leave',
  'leaveLabel',
  'preferences',
  'preferencesLabel',
  'address',
]);
const section = openTemplate('section.mjml', ['content']);

/** Draws the mail. */
export async function drawEmail(parts: EmailParts): Promise<string> {
  return mailFrom(mjmlOf(parts));
}

/** MJML as the HTML of a mail; strict, so that a template cannot be wrong in silence. */
export async function mailFrom(mjml: Html): Promise<string> {
  const { html: out } = await mjml2html(mjml.toString(), {
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
  const brand = brandOf(masthead.brand);
  const setting = mailSetting(parts);
  const { direction } = tree;
  const rtl = direction === 'rtl';
  const grey = (href: string, label: string) =>
    html`<a class="u" href="${href}" style="color:#4b5d65;white-space:nowrap">${said(label, setting)}</a>`;
  const hasDownload = [...blocksOf(tree)].some((b) => b.t === 'download');
  return frame({
    language: tree.language,
    direction,
    subject: `${tree.publication}: ${tree.title}`,
    summary: tree.summary,
    face: fontStacks[brand.fonts].text[direction],
    heads: headStyle(brand, direction),
    ...textSize[direction],
    titleLeading: rtl ? '54px' : '40px',
    ink: brand.ink.light,
    ...sides[direction],
    // Three settings make a mail run right to left: these two and the dir of each text. With dir on mjml alone bullets and full stops land on the wrong side.
    columns: rtl && html`<mj-section direction="rtl" text-align="right" /><mj-column direction="rtl" />`,
    style: mailStyle(brand),
    name: logoOf(masthead, brand, tree.publication) ?? said(tree.publication, setting),
    ways: html`${grey(addresses.web, words.readOnWeb)}${!hasDownload && html` · ${grey(addresses.pdf, `${words.download} (${words.pdf})`)}`}`,
    title: said(tree.title, setting),
    dek:
      tree.summary &&
      html`<p class="u" style="margin:10px 0 22px;font-size:18px;line-height:${rtl ? '32px' : '27px'};color:#4b5d65">${said(tree.summary, setting)}</p>`,
    lead: leadContent(parts, brand),
    sections: tree.sections.map((s) => section({ content: sectionContent(parts, brand, s) })),
    because: said(words.because(tree.publication), setting),
    leave: addresses.leave,
    leaveLabel: words.unsubscribe,
    preferences: addresses.preferences,
    preferencesLabel: words.preferences,
    address: masthead.postalAddress && html`<br><span dir="auto">${masthead.postalAddress}</span>`,
  });
}

/** Room for a logo in the mail's masthead, in CSS pixels. */
const logoRoom = { width: 260, height: 48 };

/** The logo in place of the name, which it then says in words; undefined where there is none. */
export function logoOf({ pictureBase }: Pick<Masthead, 'pictureBase'>, { logo }: Brand, name: string): Html | undefined {
  if (logo === undefined) return undefined;
  const scale = Math.min(1, logoRoom.width / logo.width, logoRoom.height / logo.height);
  const [width, height] = [Math.round(logo.width * scale), Math.round(logo.height * scale)];
  return html`<img class="lg" src="${pictureBase + logo.asset}" alt="${name}" width="${width}" height="${height}" style="display:block">`;
}

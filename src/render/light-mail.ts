/** The HTML part of the light mail: the words of the issue without pictures, in plain HTML that any mail program shows, with the way to leave, the preferences and the download. */

import { type Html, html, raw } from '../html.ts';
import { type Brand, brandOf, fontStacks, grounds } from '../model/brand.ts';
import type { Masthead } from '../model/edition.ts';
import { blocksOf, type Direction, type IssueTree } from '../model/issue.ts';
import { directionOf } from '../model/language.ts';
import { outwardInMail, type Target } from './addresses.ts';
import { sides, textSize } from './email-blocks.ts';
import { type LightParts, lightContent } from './light-blocks.ts';
import { type Setting, said } from './markup.ts';

export interface LightMailParts extends Omit<LightParts, 'medium'> {
  masthead: Masthead;
}

/** Draws the light mail. Places in the issue are on the light page, because many mail programs ignore anchors. */
export function drawLightMail(parts: LightMailParts): string {
  const { tree, masthead, addresses, words, pdf } = parts;
  const { direction, language } = tree;
  const brand = brandOf(masthead.brand);
  const address = (target: Target) =>
    target.kind === 'outside'
      ? outwardInMail(target.href, tree, masthead)
      : target.kind === 'inside'
        ? `${addresses.light}#${target.id}`
        : undefined;
  const setting: Setting = { language, direction, words, address };
  const { size, leading } = textSize[direction];
  const hasDownload = [...blocksOf(tree)].some((b) => b.t === 'download');
  // Programs that drop the head still get the colours, the faces and the direction: they stand at the one element around everything.
  const look = `max-width:600px;margin:0 auto;padding:20px;font:${size}/${leading} ${fontStacks[brand.fonts].text[direction]};color:${brand.ink.light};direction:${direction};text-align:${sides[direction].start}`;
  return html`<!doctype html>
<html lang="${language}" dir="${direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${`${tree.publication}: ${tree.title}`}</title>
${styleOf(brand, directionsIn(tree))}
</head>
<body class="bg" style="margin:0;background:${grounds.light[0]}">
<div class="bg" dir="${direction}" style="${look}">
<p><b>${said(tree.publication, setting)}</b></p>
<h1>${said(tree.title, setting)}</h1>
${tree.summary && html`<p class="u">${said(tree.summary, setting)}</p>\n`}<p class="u"><a href="${addresses.light}">${said(words.readOnWeb, setting)}</a>${!hasDownload && html` · <a href="${addresses.pdf}">${said(words.download, setting)}</a> ${said(words.facts(pdf), setting)}`}</p>
${lightContent({ ...parts, medium: 'mail' }, setting)}<hr>
<p class="u">${said(words.because(tree.publication), setting)}<br><a href="${addresses.leave}">${words.unsubscribe}</a> · <a href="${addresses.preferences}">${words.preferences}</a>${masthead.postalAddress && html`<br><span dir="auto">${masthead.postalAddress}</span>`}</p>
</div>
</body>
</html>
`.toString();
}

/** The directions that the text runs in: the issue's, and the other one when an item's language asks for it. */
function directionsIn({ direction, sections }: IssueTree): Direction[] {
  const others = sections.flatMap(({ items }) => items.flatMap(({ language }) => (language === undefined ? [] : [directionOf(language)])));
  return [...new Set([direction, ...others])];
}

/** Dark mode twice, as in the full mail: for programs that honour the media query, and for Outlook's apps, which rewrite it to `data-ogsc`. */
function styleOf({ accent, ink, fonts }: Brand, [direction = 'ltr', other]: Direction[]): Html {
  const { text, heads } = fontStacks[fonts];
  /** What hangs on the direction of the text within `scope`. */
  const typeOf = (scope: string, way: Direction) => {
    const { start, end } = sides[way];
    const [headings, table] = way === 'ltr' ? ['1.3', '13px/18px Helvetica,Arial,sans-serif'] : ['1.6', `15px/24px ${text.rtl}`];
    return `${scope}h1,${scope}h2,${scope}h3{font-family:${heads[way]};line-height:${headings}}${scope}table{font:${table}}${scope}th{text-align:${start}}${scope}td{text-align:${end}}${scope}.implications{border-${start}:3px solid ${accent.light};border-${end}:0}`;
  };
  const turned =
    other &&
    `\n.o[dir=${other}]{font:${textSize[other].size}/${textSize[other].leading} ${text[other]};text-align:${sides[other].start}}${typeOf(`.o[dir=${other}] `, other)}`;
  const dark = (scope: string) =>
    `${scope}.bg{background:${grounds.dark[0]}!important;color:${ink.dark}!important}${scope}.bg a{color:${accent.dark}!important}${scope}.bg .u,${scope}.bg .l{color:#a6b6bc!important}${scope}.bg .n{color:#e9c46a!important}${scope}.bg .implications{border-color:${accent.dark}!important}`;
  return raw(`<style>
a{color:${accent.light}}.u,.l{color:#4b5d65}.n{color:#8a4b08}.u,.f,.l,.n{font-size:15px;line-height:23px}.l{font-weight:bold}
h1{font-size:28px;font-weight:normal}h2{margin:36px 0 12px;padding-top:10px;border-top:2px solid;font-size:21px}h3{margin:26px 0 8px;font-size:18px}
li{margin:0 0 6px}hr{border:0;border-top:1px solid #7d9097;margin:24px 0}.implications{margin:16px 0;padding:0 14px}
table{border-collapse:collapse;margin:8px 0 20px}th,td{padding:3px;border-bottom:1px solid #7d9097;vertical-align:bottom}tbody th{font-weight:normal}
${typeOf('', direction)}${turned ?? ''}
@media (prefers-color-scheme:dark){${dark('')}}
${dark('[data-ogsc] ')}
</style>`);
}

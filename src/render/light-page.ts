/** The light web page of an issue, for bad lines and old telephones: words only, one answer, no script, no face and no style sheet to fetch. */

import { type Html, html, raw } from '../html.ts';
import { type Brand, brandOf, fontStacks, grounds } from '../model/brand.ts';
import type { Masthead } from '../model/edition.ts';
import { blocksOf } from '../model/issue.ts';
import type { Target } from './addresses.ts';
import { type LightParts, lightContent } from './light-blocks.ts';
import { type Setting, said } from './markup.ts';

export interface LightPageParts extends Omit<LightParts, 'medium'> {
  masthead: Masthead;
}

/** Draws the light page. Sections, items and pictures carry the ids they have on the full one. */
export function drawLightPage(parts: LightPageParts): string {
  const { tree, masthead, addresses, words, pdf } = parts;
  const setting: Setting = { language: tree.language, direction: tree.direction, words, address: onPage };
  const hasDownload = [...blocksOf(tree)].some((b) => b.t === 'download');
  return html`<!doctype html>
<html lang="${tree.language}" dir="${tree.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${`${tree.publication}: ${tree.title}`}</title>
<link rel="canonical" href="${addresses.web}">
<link rel="icon" href="data:,">
${styleOf(brandOf(masthead.brand))}
</head>
<body>
<header><p class="h">${said(tree.publication, setting)}</p></header>
<main>
<h1>${said(tree.title, setting)}</h1>
${tree.summary && html`<p class="u">${said(tree.summary, setting)}</p>\n`}<p class="u"><a href="${addresses.web}">${words.withPictures}</a>${!hasDownload && html` · <a href="${addresses.pdf}">${words.download}</a> ${said(words.facts(pdf), setting)}`}</p>
${lightContent({ ...parts, medium: 'page' }, setting)}</main>
<footer class="u"><p>${said(tree.publication, setting)}${masthead.postalAddress && html`<br><span dir="auto">${masthead.postalAddress}</span>`}</p></footer>
</body>
</html>
`.toString();
}

function onPage(target: Target): string | undefined {
  return target.kind === 'outside' ? target.href : target.kind === 'inside' ? `#${target.id}` : undefined;
}

/** Said once for both schemes and without what browsers learnt of late (custom properties, light-dark): who needs this page may have had the same browser for ten years. */
function styleOf({ accent, ink, fonts }: Brand): Html {
  const { text, heads } = fontStacks[fonts];
  const scheme = (which: 'light' | 'dark', soft: string, line: string) =>
    `body{color:${ink[which]};background:${which === 'light' ? grounds.light[0] : grounds.dark[1]}}a{color:${accent[which]}}.u,.l,.u a{color:${soft}}.n{color:${which === 'light' ? '#8a4b08' : '#e9c46a'}}th,td,h2,.h,hr{border-color:${line}}.implications{border-color:${accent[which]}}`;
  return raw(`<style>
body{margin:0 auto;max-width:38em;padding:0 1em 2em;font:1.06em/1.55 ${text.ltr};overflow-wrap:break-word}
[dir=rtl],[dir=rtl] body{font-family:${text.rtl};line-height:1.85}
[dir=ltr]{font-family:${text.ltr};line-height:1.55}
h1,h2,h3,.h{font-family:${heads.ltr};line-height:1.25}
[dir=rtl] h1,[dir=rtl] h2,[dir=rtl] h3{font-family:${heads.rtl};line-height:1.6}
h1{margin:.6em 0 .3em;font-size:1.9em;font-weight:normal}
h2{margin:2em 0 .6em;padding-top:.5em;border-top:2px solid;font-size:1.35em}
h3{margin:1.8em 0 .4em;font-size:1.1em}
.h{margin:1em 0;padding-bottom:.5em;border-bottom:3px double;font-weight:bold}
.l,.papers b{font-weight:bold}
.u,.f,.l,.n,.papers{font-size:.92em}
.implications{margin:1em 0;padding:0 1em;border-inline-start:3px solid}
blockquote{margin:1em 1.2em}
li{margin:.3em 0}
hr{border:0;border-top:1px solid;margin:1.5em 0}
table{border-collapse:collapse;margin:.5em 0 1.5em;font-size:.77em}
[dir=ltr] table{font-family:Helvetica,Arial,sans-serif}
th,td{padding:.25em;border-bottom:1px solid;text-align:start;vertical-align:bottom}
tbody th{font-weight:normal}
.s{overflow-x:auto}
td{text-align:end}
footer{margin-top:3em}
${scheme('light', '#4b5d65', '#6f8187')}
@media (prefers-color-scheme:dark){${scheme('dark', '#a6b6bc', '#7d9097')}}
</style>`);
}

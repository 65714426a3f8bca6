/** Feeds of a publication, Atom (RFC 4287) and JSON Feed 1.1: what a reader's program shows of each issue, and where it leads. */

import { type Html, html } from '../html.ts';
import { type Inline, type IssueTree, plain } from '../model/issue.ts';
import { treeForAll } from '../model/reader-name.ts';
import type { Target } from './addresses.ts';
import { inline, type Setting, said } from './markup.ts';
import { voiceOf, voiceOfItem } from './voice.ts';

export interface Feed {
  /** A URI that stays the same for the life of the publication, wherever it is served. */
  id: string;
  title: string;
  /** BCP 47 */
  language: string;
  /** Address of the archive. */
  home: string;
  /** Addresses of the feed itself. */
  atom: string;
  json: string;
  /** Instant of the last change, in ms UTC. */
  updated: number;
  /** The newest first. */
  entries: readonly FeedEntry[];
}

export interface FeedEntry {
  /** A URI that stays the same for the life of the issue. */
  id: string;
  url: string;
  title: string;
  summary: string;
  language: string;
  /** A piece of HTML, from `drawFeedContent`. */
  content: string;
  /** Instants in ms UTC. */
  published: number;
  updated: number;
  /** The full issue; absent when it is not for everybody. `bytes` is its size. */
  pdf?: { url: string; bytes: number } | undefined;
}

/** What no XML document may hold, escaped or not (XML 1.0, 2.2). */
const unprintable = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

const time = (instant: number): string => new Date(instant).toISOString();

/** The Atom document. Titles and summaries are plain text, the content is HTML. */
export function drawAtom(feed: Feed): string {
  const { id, title, language, home, atom, updated, entries } = feed;
  const markup = html`<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${language}">
<id>${id}</id>
<title>${title}</title>
<updated>${time(updated)}</updated>
<author><name>${title}</name><uri>${home}</uri></author>
<link rel="self" type="application/atom+xml" href="${atom}"/>
<link rel="alternate" type="text/html" hreflang="${language}" href="${home}"/>
${entries.map(
  (entry) => html`<entry xml:lang="${entry.language}">
<id>${entry.id}</id>
<title>${entry.title}</title>
<link rel="alternate" type="text/html" hreflang="${entry.language}" href="${entry.url}"/>
${entry.pdf && html`<link rel="enclosure" type="application/pdf" length="${entry.pdf.bytes}" href="${entry.pdf.url}"/>\n`}<published>${time(entry.published)}</published>
<updated>${time(entry.updated)}</updated>
${entry.summary && html`<summary>${entry.summary}</summary>\n`}<content type="html">${entry.content}</content>
</entry>\n`,
)}</feed>
`;
  return markup.toString().toWellFormed().replace(unprintable, '');
}

/** The JSON Feed. */
export function drawJsonFeed({ title, language, home, json, entries }: Feed): string {
  const feed = {
    version: 'https://jsonfeed.org/version/1.1',
    title,
    home_page_url: home,
    feed_url: json,
    language,
    authors: [{ name: title, url: home }],
    items: entries.map((entry) => ({
      id: entry.id,
      url: entry.url,
      title: entry.title,
      ...(entry.summary !== '' && { summary: entry.summary }),
      content_html: entry.content,
      date_published: time(entry.published),
      date_modified: time(entry.updated),
      language: entry.language,
      ...(entry.pdf && {
        attachments: [{ url: entry.pdf.url, mime_type: 'application/pdf', title: entry.title, size_in_bytes: entry.pdf.bytes }],
      }),
    })),
  };
  return `${JSON.stringify(feed)}\n`;
}

/**
 * What a feed shows of an issue: how it opens, and every item by its headline, which leads to its place on the page. Pictures and charts are left to the page:
 * programs that read feeds drop the drawings, and a reader who follows many titles wants to choose.
 * `web` is the address of the page; `pdf` that of the full issue, or undefined when it is for readers only.
 */
export function drawFeedContent(typed: IssueTree, { web, pdf }: { web: string; pdf: string | undefined }): string {
  const tree = treeForAll(typed);
  const voice = voiceOf(tree);
  const setting: Setting = { ...voice, address: (target) => onWeb(web, target) };
  const { words } = voice;
  const opening = tree.lead.filter((block) => block.t === 'para').map((block) => html`<p>${inline(block.c, setting)}</p>\n`);
  const sections = tree.sections.map(
    ({ id, title, items }) => html`<h2>${led(web, id, title, setting)}</h2>
${items.length > 0 && html`<ul>${items.map((item) => html`<li>${led(web, item.id, item.headline, { ...setting, ...voiceOfItem(tree, item) })}</li>`)}</ul>\n`}`,
  );
  const ways = html`<p><a href="${web}">${words.readOnWeb}</a></p>
<p>${pdf === undefined ? said(words.forReaders, setting) : html`<a href="${pdf}">${words.download} (${words.pdf})</a>`}</p>`;
  return html`<div lang="${tree.language}" dir="${tree.direction}">
${opening}${sections}${ways}
</div>`.toString();
}

/** A heading that leads to its place on the page, in its own language where it has one. */
function led(web: string, id: string, words: readonly Inline[], { language, direction }: Setting): Html {
  return html`<a href="${`${web}#${encodeURIComponent(id)}`}" lang="${language}" dir="${direction}">${said(plain(words), { direction })}</a>`;
}

function onWeb(web: string, target: Target): string | undefined {
  return target.kind === 'outside' ? target.href : target.kind === 'inside' ? `${web}#${encodeURIComponent(target.id)}` : undefined;
}

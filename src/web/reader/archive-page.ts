/** The archive of a publication: every issue under its year, with what it is about and its PDF. */
import { type Html, html } from '../../html.ts';
import type { Words } from '../../model/words/catalogue.ts';
import type { Archive, ListedIssue } from './archives.ts';
import type { ReaderPage } from './page.ts';

/** Draws it. `baseUrl` is where readers reach us: links for programs are whole addresses. */
export function archivePage(words: Words, archive: Archive, baseUrl: string): Omit<ReaderPage, 'assets'> {
  const { publication, issues } = archive;
  const { name, language, slug, postalAddress } = publication;
  const home = `${baseUrl}/${slug}`;
  const years = [...Map.groupBy(issues, ({ month }) => month.slice(0, 4))];
  const jump =
    years.length > 1 &&
    html`<nav class="jump" aria-label="${words.text('archive.years')}">${years.map(([year]) => html`<a href="#${year}">${spell(words, year)}</a>`)}</nav>`;
  const list = years.map(
    ([
      year,
      of,
    ]) => html`<section class="year" id="${year}" aria-labelledby="of-${year}"><h2 id="of-${year}">${spell(words, year)}</h2><ol>${of.map((issue) => entry(words, archive, issue))}
</ol></section>\n`,
  );
  const body =
    issues.length === 0
      ? html`<h1>${words.text('front.empty')}</h1><p class="lede">${words.text('front.empty.lede')}</p>`
      : html`<div class="head"><h1>${words.text('archive.title')}</h1>${jump}</div>\n${list}`;
  return {
    words,
    title: words.text('archive.title'),
    body,
    publication: { name, language, slug, here: 'archive' },
    look: 'archive',
    head: html`<link rel="canonical" href="${home}">
<link rel="alternate" type="application/atom+xml" title="${name}" href="${home}/feed.atom">
<link rel="alternate" type="application/feed+json" title="${name}" href="${home}/feed.json">`,
    foot: html`<span><bdi>${postalAddress}</bdi></span><a href="/${slug}/feed.atom">${words.text('archive.feed')}</a>`,
  };
}

function entry(words: Words, { publication }: Archive, { number, title, summary, month, language }: ListedIssue): Html {
  const path = `/${publication.slug}/${encodeURIComponent(number)}`;
  const forReaders = publication.pdf === 'readers' && html`<span class="small"> ${words.text('pdf.only')}</span>`;
  return html`
<li><span><time datetime="${month}">${monthOf(words, month)}</time></span><h3 dir="auto" lang="${language}"><a href="${path}">${title}</a></h3><span><a href="${path}.pdf" aria-label="${words.text('front.pdf', { publication: publication.name, number })}">PDF</a>${forReaders}</span>${summary && html`<p dir="auto" lang="${language}">${summary}</p>`}</li>`;
}

/** A year in the digits of the language, without the mark of an era that some languages add to dates. */
function spell({ language }: Words, year: string): string {
  return new Intl.NumberFormat(language, { useGrouping: false }).format(Number(year));
}

/** `Nov` */
function monthOf({ language }: Words, month: string): string {
  const form = new Intl.DateTimeFormat(language, { calendar: 'gregory', timeZone: 'UTC', month: 'short' });
  return form.format(new Date(`${month}-01T00:00Z`));
}

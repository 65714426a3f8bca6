/** The front page: what has come out, newest first. */
import express, { type Router } from 'express';
import { type Html, html } from '../../html.ts';
import type { Words } from '../../model/words/catalogue.ts';
import type { Db } from '../../store/open.ts';
import { listPublications } from '../../store/publications.ts';
import { listPublished } from '../../store/published.ts';
import type { Assets } from '../assets.ts';
import { whyNotHere } from '../console/gate.ts';
import { sendPage } from '../packed.ts';
import { readerPage } from './page.ts';

const shown = 24;

/** Serves `/`. Whoever sits at this machine is shown the way to the console. */
export function frontRoutes({ db, rehearsal, assets, words }: { db: Db; rehearsal: boolean; assets: Assets; words: Words }): Router {
  const router = express.Router();
  router.get('/', (request, response) => {
    const issues = listPublished(db, shown, rehearsal);
    const desk = whyNotHere(request) === undefined && html`<p><a href="/console">Open the console</a></p>`;
    const body =
      issues.length === 0
        ? html`<h1>${words.text('front.empty')}</h1><p class="lede">${words.text('front.empty.lede')}</p>${desk}`
        : html`<h1>${words.text('front.title')}</h1>
<ol class="list">${issues.map((issue) => entry(words, issue))}
</ol>${desk}`;
    const [publication, ...others] = listPublications(db);
    const masthead = others.length === 0 ? publication : undefined; // a house with one publication is that publication's
    response.set('Cache-Control', 'no-cache');
    sendPage(request, response, readerPage({ assets, words, title: words.text('front.title'), body, publication: masthead }));
  });
  return router;
}

function entry(words: Words, { slug, publication, number, subject }: ReturnType<typeof listPublished>[number]): Html {
  const path = `/${slug}/${encodeURIComponent(number)}`;
  const name = `${publication}: `; // most subjects begin with it; the line above says it already
  const title = subject.startsWith(name) ? subject.slice(name.length) : subject;
  return html`
<li><p class="muted small"><bdi>${publication}</bdi> · ${number} · <a href="${path}.pdf" aria-label="${words.text('front.pdf', { publication, number })}">PDF</a></p>
<h2 dir="auto"><a href="${path}">${title}</a></h2></li>`;
}

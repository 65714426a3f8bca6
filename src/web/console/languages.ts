/** The languages of the readers' pages: how far each is reviewed, and which are offered. */
import { type Html, html } from '../../html.ts';
import { guardedAreas, type Languages, type ReviewState } from '../../model/words/catalogue.ts';
import type { Desk } from './desk.ts';
import { number } from './page.ts';

/** Serves `/console/languages`. */
export function languageRoutes(desk: Desk, { languages }: { languages: Languages }): void {
  desk.get('/console/languages', 'viewer', (_request, response) => {
    const waiting = languages.states.filter(({ offered }) => !offered).map(({ name }) => name);
    const body = html`<div class="head"><h1>Languages of the readers’ pages</h1>
<p class="muted">A language is offered once somebody who reads it has reviewed every text of ${guardedAreas.join(', ')}: a wrong word there binds or loses a reader.</p></div>
${waiting.length > 0 && html`<p class="note">${waiting.map((name, i) => html`${i > 0 && ', '}<bdi>${name}</bdi>`)}: not reviewed yet, so readers of ${waiting.length > 1 ? 'these languages' : 'this language'} get English pages and notices.</p>`}
<div class="scroll" tabindex="0" role="region" aria-label="Languages"><table class="list"><thead><tr><th scope="col">Language</th><th scope="col">Offered</th><th scope="col">Texts that must be reviewed</th><th scope="col">All texts</th></tr></thead>
<tbody><tr><th scope="row">English</th><td>yes</td><td colspan="2">the language they are written in</td></tr>${languages.states.map(row)}</tbody></table></div>`;
    desk.show(response, { title: 'Languages', here: { place: 'languages', exact: true }, body });
  });
}

function row({ language, name, offered, guarded, all }: ReviewState): Html {
  const of = ({ reviewed, texts }: ReviewState['all']) => `${number(reviewed)} of ${number(texts)}`;
  return html`<tr><th scope="row"><bdi lang="${language}">${name}</bdi></th><td>${offered ? 'yes' : 'no'}</td><td>${of(guarded)}</td><td>${of(all)}</td></tr>`;
}

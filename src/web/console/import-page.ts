/** Drawings of imports: the form, the columns to choose, what a trial found, progress, and imports that are over with the way to take one back. */
import { attrs, type Html, html } from '../../html.ts';
import { maskAddress } from '../../model/address.ts';
import type { Import } from '../../store/imports.ts';
import type { Publication } from '../../store/publications.ts';
import type { Arriving } from './import-desk.ts';
import { counted, moment, number } from './page.ts';
import { publicationChoice } from './reader-list-page.ts';

const back = html`<p class="back"><a href="/console/readers">Readers</a> · <a href="/console/readers/imports">Imports so far</a></p>`;
export const arrivingPath = ({ token }: Pick<Arriving, 'token'>): string => `/console/readers/import/${token}`;

export interface ImportTyped {
  publication: string;
  words: string;
}

/** The form that takes a file. */
export function importForm(publications: readonly Publication[], typed: ImportTyped, problem?: string): Html {
  const chosen = publications.find(({ slug }) => slug === typed.publication);
  return html`${back}<div class="head"><h1>Import a list</h1><p class="muted">A CSV file with one reader a row. You say what its columns are, see what would happen, and only then say yes. Only a few? <a href="/console/readers/add${chosen === undefined ? '' : `?publication=${encodeURIComponent(chosen.slug)}`}">Add them one by one</a>.</p></div>
<form class="sheet" method="post" action="/console/readers/import" enctype="multipart/form-data">${problem !== undefined && html`<p class="err" id="wrong" role="alert">${problem}</p>`}
${publicationChoice(publications, chosen)}
<label>File <small>CSV, commas, semicolons or tabs</small> <input class="input" type="file" name="file" accept=".csv,.tsv,.txt,text/csv" required${attrs({ 'aria-describedby': problem !== undefined && 'wrong' })}></label>
<label>What they agreed to <small>where and when, in some words; kept for good with each of them</small> <textarea class="input" name="words" rows="2" required dir="auto">${typed.words}</textarea></label>
<div class="row"><button class="btn go">Look at the file</button></div></form>`;
}

/** One list on its way in. */
export function arrivingBody(arriving: Arriving): Html {
  const { name, publication, step, problem } = arriving;
  const part = { choosing: choosing, trying: running, tried: tried, importing: running, imported: running }[step];
  return html`${back}<div class="head"><h1><bdi>${name}</bdi></h1><p class="muted">For <bdi>${publication.name}</bdi>. Nothing is added until you say so.</p></div>
${problem !== undefined && html`<p class="err" role="alert">${problem}</p>`}${part(arriving)}`;
}

function choosing(arriving: Arriving): Html {
  const { titles, rows, columns } = arriving;
  const choice = (field: 'email' | 'name' | 'language', label: string): Html => {
    const at = columns?.[field];
    return html`<label>${label} <select class="input" name="${field}"${attrs({ required: field === 'email' })}><option value="">${field === 'email' ? 'Choose one' : 'None'}</option>${titles.map(
      (title, index) =>
        html`<option value="${index}"${attrs({ selected: index === at })}>${title.trim() === '' ? `Column ${index + 1}` : title}</option>`,
    )}</select></label>`;
  };
  return html`<div class="scroll" tabindex="0" role="region" aria-label="The first rows"><table class="numbers"><thead><tr>${titles.map((title) => html`<th scope="col"><bdi>${title}</bdi></th>`)}</tr></thead>
<tbody>${rows.map((cells) => html`<tr>${titles.map((_, i) => html`<td><bdi>${shownCell(cells[i] ?? '')}</bdi></td>`)}</tr>`)}</tbody></table></div>
<form class="filters spaced" method="post" action="${arrivingPath(arriving)}/try">${choice('email', 'Which column is the address?')}${choice('name', 'The name?')}${choice('language', 'The language?')}<button class="btn go">Try it out</button></form>
<p class="muted">Other columns are kept with the reader. A column “status” is heeded: who has left or came back is not imported.</p><div class="spaced">${drop(arriving)}</div>`;
}

const shownCell = (cell: string): string => (cell.includes('@') ? maskAddress(cell.trim()) : cell.slice(0, 60));

function drop(arriving: Arriving): Html {
  return html`<form method="post" action="${arrivingPath(arriving)}/drop"><button class="btn">Throw the file away</button></form>`;
}

function running({ step, progress }: Arriving): Html {
  const { done = 0, of = 0, step: part = 'reading' } = progress ?? {};
  const share = of === 0 ? 0 : Math.min(1, done / of);
  const told = step === 'trying' ? 'Trying it out. Nothing is changed.' : 'Adding them. You can close this page; it carries on.';
  const where = part === 'reading' ? `${Math.round(share * 100)} % of the file read` : `${number(done)} of ${number(of)} people`;
  return html`<section class="preview wide" aria-label="Progress"><p class="lede">${told}</p>
<svg class="meter" viewBox="0 0 1000 20" preserveAspectRatio="none" role="img" aria-label="${where}"><rect class="waiting" width="1000" height="20"/><rect class="accepted" width="${Math.round(share * 1000)}" height="20"/></svg><p class="muted" role="status">${where}</p></section>`;
}

/** What is told of each count of a report: how many of them, and what becomes of them. */
const kinds = [
  ['added', 'new here'],
  ['subscribed', 'known from another publication'],
  ['unchanged', 'here already'],
  ['departed', 'left before, and stay so'],
  ['suppressed', 'must not be mailed'],
  ['duplicate', 'found further up in the file'],
  ['rejected', 'with a problem'],
] as const;

/** `2 new here`, `1 row with a problem`. */
const toldOf = (kind: (typeof kinds)[number][0], words: string, count: number): Html =>
  kind === 'rejected' ? html`${counted(count, 'row')} ${words}` : html`<b>${number(count)}</b> ${words}`;

function tried(arriving: Arriving): Html {
  const { report } = arriving;
  if (report === undefined) return choosing(arriving);
  const fresh = report.added + report.subscribed;
  const examples = kinds.flatMap(([kind, words]) => {
    const shown = report.examples[kind] ?? [];
    return report[kind] > 0 && shown.length > 0 ? [{ kind, words, shown, count: report[kind] }] : [];
  });
  return html`<section class="preview wide" aria-labelledby="would"><h2 id="would">${fresh === 0 ? 'It would add nobody' : `It would add ${counted(fresh, 'reader')}`}</h2>
<ul class="counts">${kinds.filter(([kind]) => report[kind] > 0).map(([kind, words]) => html`<li>${kind === 'rejected' ? html`<mark>${toldOf(kind, words, report[kind])}</mark>` : toldOf(kind, words, report[kind])}</li>`)}</ul>
${(report.leftOut.name > 0 || report.leftOut.language > 0) && html`<p class="muted">Of these, ${number(report.leftOut.name)} without a name that was too long for one, ${number(report.leftOut.language)} without a language that is none.</p>`}
<div class="row">${fresh > 0 && html`<form method="post" action="${arrivingPath(arriving)}/run"><button class="btn go">Add ${counted(fresh, 'reader')}</button></form>`}
${report.rejectedFile !== undefined && html`<a class="btn" href="${arrivingPath(arriving)}/rejected">The rows with a problem (CSV)</a>`}<form method="post" action="${arrivingPath(arriving)}/again"><button class="btn">Choose the columns again</button></form>${drop(arriving)}</div></section>
${examples.map(({ kind, words, shown, count }) => html`<details class="examples"><summary>${kind === 'rejected' ? counted(count, 'row') : number(count)} ${words}</summary><ul class="lines">${shown.map((each) => html`<li><bdi dir="ltr">${kind === 'rejected' ? each : maskAddress(each)}</bdi></li>`)}</ul>${count > shown.length && html`<p class="muted">and ${number(count - shown.length)} more</p>`}</details>`)}`;
}

const stateWords: Record<Import['state'], { label: string; look: string }> = {
  staging: { label: 'Being read', look: 'half' },
  merging: { label: 'Being added', look: 'half' },
  done: { label: 'Done', look: 'on' },
  'taken-back': { label: 'Nothing was added', look: 'off' },
  'cut-short': { label: 'Cut short', look: 'bad' },
  undoing: { label: 'Being taken back', look: 'half' },
  undone: { label: 'Taken back', look: 'off' },
};

/** All imports so far. */
export function importList(rows: readonly Import[], names: ReadonlyMap<number, string>, zone: string): Html {
  const row = ({ id, file, publicationId, state, added, subscribed, startedAt }: Import): Html =>
    html`<tr><th scope="row"><a href="/console/readers/imports/${id}"><bdi>${file}</bdi></a><small><bdi>${names.get(publicationId) ?? ''}</bdi></small></th><td><span class="tag ${stateWords[state].look}">${stateWords[state].label}</span></td><td class="n" data-label="added">${number(added + subscribed)}</td><td class="when">${moment(startedAt, zone)}</td></tr>`;
  return html`<p class="back"><a href="/console/readers">Readers</a></p><div class="head"><div><h1>Imports so far</h1><p class="muted">Each can be taken back as a whole.</p></div><a class="btn go" href="/console/readers/import">Import a list</a></div>
${rows.length === 0 ? html`<p class="muted">None yet.</p>` : html`<table class="list sends"><thead><tr><th scope="col">File</th><th scope="col">State</th><th scope="col" class="n">Added</th><th scope="col">When</th></tr></thead><tbody>${rows.map(row)}</tbody></table>`}`;
}

/** One import that was begun. */
export function importBody(row: Import, publication: string, zone: string, mayChange: boolean, next: Html | false): Html {
  const { id, file, state, consent, startedAt, undone, kept } = row;
  const fresh = row.added + row.subscribed;
  const label = { ...stateWords[state] };
  return html`${back}<div class="head"><div><h1><bdi>${file}</bdi></h1><p class="muted">Import ${id} for <bdi>${publication}</bdi>, ${moment(startedAt, zone)}. <span class="tag ${label.look}">${label.label}</span></p></div></div>
<section class="preview wide" aria-labelledby="did"><h2 id="did">It added ${counted(fresh, 'reader')}</h2>
<ul class="counts">${kinds.filter(([kind]) => row[kind] > 0).map(([kind, words]) => html`<li>${toldOf(kind, words, row[kind])}</li>`)}</ul><p class="muted">They agreed: “<bdi>${consent}</bdi>”</p>${next && html`<p>${next}</p>`}</section>
${(state === 'undoing' || state === 'undone') && html`<section class="part" aria-labelledby="undone"><h2 id="undone">${state === 'undone' ? 'It was taken back' : 'It is being taken back'}</h2><p role="status">${counted(undone, 'reader')} taken back, ${number(kept)} left alone because they have done something since.</p></section>`}
${
  mayChange &&
  (state === 'done' || state === 'cut-short') &&
  fresh > 0 &&
  html`<section class="part" aria-labelledby="undo"><h2 id="undo">Take the whole import back</h2>
<p>Whoever it brought and who has done nothing since is taken off again. Who was sent nothing meanwhile is forgotten, as if never added; who was sent an issue leaves, so that the links in it go on working. Who has confirmed, left, paused or answered since stays as they are. Nobody is barred: the same list can be imported again.</p>
<form method="post" action="/console/readers/imports/${id}/undo" class="spaced"><button class="btn bad">Take it back</button></form></section>`
}`;
}

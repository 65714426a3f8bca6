/**
 * The words of an issue without its pictures, for the light mail and the light page: one flat run of headings and blocks. A figure is its words, a chart its
 * numbers as a table, or its words where the table would be larger than a screen; both lead to the picture on the full page.
 */

import { type Html, html } from '../html.ts';
import type { Block, Chart, Figure, IssueTree, Section } from '../model/issue.ts';
import type { Addresses } from './addresses.ts';
import { gridOf } from './chart-data.ts';
import { caption, inline, type Setting, said, unlinked } from './markup.ts';
import { blockPrinter, type Placed } from './page-blocks.ts';
import { voiceOfItem } from './voice.ts';
import type { Words } from './words.ts';

export interface LightParts {
  tree: IssueTree;
  addresses: Addresses;
  words: Words;
  pdf: { pages: number; bytes: number };
  /** In the mail, places carry no ids: its links lead to the page. And a table may be no wider than a telephone, for a mail cannot be moved sideways. */
  medium: 'mail' | 'page';
  /** Charts, by id, that are told in words although their table would be small. */
  inWords?: ReadonlySet<string>;
}

const anchor = ({ medium }: LightParts, id: string): Html | null => (medium === 'page' ? html` id="${id}"` : null);

/** The lead and the sections. */
export function lightContent(parts: LightParts, setting: Setting): Html {
  return html`${printer(parts, setting)(parts.tree.lead, 2)}${parts.tree.sections.map((section) => sectionOf(parts, setting, section))}`;
}

function sectionOf(parts: LightParts, setting: Setting, { id, title, lead, items }: Section): Html {
  const show = printer(parts, setting);
  const contents = items.map((item) => {
    const foreign = item.language !== undefined;
    const own = foreign ? { ...setting, ...voiceOfItem(parts.tree, item) } : setting;
    const article = html`<h3${anchor(parts, item.id)}>${inline(item.headline, own)}</h3>\n${printer(parts, own)(item.blocks, 4)}`;
    return foreign ? html`<div class="o" lang="${own.language}" dir="${own.direction}">${article}</div>\n` : article;
  });
  return html`<h2${anchor(parts, id)}>${inline(title, setting)}</h2>\n${show(lead, 3)}${contents}`;
}

const printer = (parts: LightParts, setting: Setting): ((blocks: readonly Block[], level: number) => Html[]) =>
  blockPrinter(setting, placedIn(parts, setting));

/** How what is no text stands among the text. */
function placedIn(parts: LightParts, setting: Setting): Placed {
  const { tree, addresses, pdf } = parts;
  const { words } = setting;
  const named = (f: Chart | Figure): Html => html`<a href="${`${addresses.web}#${f.id}`}">${words.figure}</a>: ${caption(f, setting)}`;
  const told = (f: Chart | Figure): Html => html`<p${anchor(parts, f.id)} class="f">${named(f)}<br>${said(f.alt, setting)}</p>`;
  return {
    figure: told,
    chart: (c) => {
      const table = parts.inWords?.has(c.id) ? undefined : tableOf(c, most.letters[parts.medium]);
      return table === undefined ? told(c) : html`<p${anchor(parts, c.id)} class="f">${named(c)}</p>\n${movable(table, words)}`;
    },
    toc: () =>
      html`<p class="l">${words.contents}</p><ul>${tree.sections.map((s) => html`<li>${toPlace(setting, s.id, inline(s.title, unlinked(setting)))}</li>`)}</ul>`,
    download: ({ c }) =>
      html`<p><a href="${addresses.pdf}">${inline(c, unlinked(setting))}</a> <span class="u">${said(words.facts(pdf), setting)}</span></p>`,
  };
}

function toPlace({ address }: Setting, id: string, label: Html[]): Html {
  const to = address({ kind: 'inside', id });
  return to === undefined ? html`${label}` : html`<a href="${to}">${label}</a>`;
}

/** What makes a table small; more than that is told in words. Letters are those of the longest word in each column, and one between two: 41 of the widest faces fit on a telephone. */
const most = { letters: { mail: 41, page: 80 }, rows: 20 };

interface Table {
  /** Names above the columns; the first stands above the names of the rows. */
  head: string[];
  rows: string[][];
  /** What the numbers count, where the names above the columns do not say it. */
  counts?: string;
}

/** A chart's numbers as people would set them: one row for each of its rows, a column for each of its columns. Undefined where that would be too large. */
function tableOf(chart: Chart, letters: number): Table | undefined {
  const small = (table: Table) => (table.rows.length <= most.rows && lettersAcross(table) <= letters ? table : undefined);
  const { rowTitle, columnTitle, valueTitle, rows, columns, cells } = gridOf(chart);
  const shown = new Map(cells.map(({ row, column, shown }) => [JSON.stringify([row, column]), shown]));
  const numberAt = (row: string, column: string): string => shown.get(JSON.stringify([row, column])) ?? '';
  if (chart.preset === 'bars') return small({ head: [rowTitle, valueTitle], rows: rows.map((row) => [row, numberAt(row, '')]) });
  const upright = {
    head: [rowTitle, ...columns],
    rows: rows.map((row) => [row, ...columns.map((column) => numberAt(row, column))]),
    counts: valueTitle,
  };
  const turned = {
    head: [columnTitle, ...rows],
    rows: columns.map((column) => [column, ...rows.map((row) => numberAt(row, column))]),
    counts: valueTitle,
  };
  return small(upright) ?? small(turned);
}

/** Whether a chart's numbers are few enough for a table in the light mail. */
export const hasTable = (chart: Chart): boolean => tableOf(chart, most.letters.mail) !== undefined;

function lettersAcross({ head, rows }: Table): number {
  const longest = (cell: string): number => Math.max(...cell.split(/[\s-]/).map((word) => [...word].length));
  return head.reduce((sum, name, i) => sum + 1 + Math.max(longest(name), ...rows.map((row) => longest(row[i] ?? ''))), 0);
}

/** A table that may be wider than the screen moves by itself, and by the keyboard. */
function movable(table: Table, words: Words): Html {
  const printed = printTable(table);
  if (lettersAcross(table) <= most.letters.mail) return printed;
  return html`<div class="s" role="group" tabindex="0" aria-label="${words.dataTable}">${printed}</div>`;
}

function printTable({ head: [corner = '', ...names], rows, counts }: Table): Html {
  const above =
    counts !== undefined &&
    html`<tr><th rowspan="2" scope="col">${corner}</th><th colspan="${names.length}" scope="colgroup">${counts}</th></tr>`;
  return html`<table><thead>${above}<tr>${counts === undefined && html`<th scope="col">${corner}</th>`}${names.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows.map(([name = '', ...numbers]) => html`<tr><th scope="row">${name}</th>${numbers.map((number) => html`<td>${number}</td>`)}</tr>`)}</tbody></table>`;
}

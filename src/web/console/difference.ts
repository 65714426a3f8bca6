/** What two texts differ in, line by line, with what stayed around it. */
import { diffLines } from 'diff';
import { type Html, html } from '../../html.ts';

/** Lines around a change that are shown. */
const around = 2;
const mostLines = 600;
/** Where no short way from one text to the other is found, they count as different altogether: looking longer would hold serve. */
const mostEdits = 1500;

interface Line {
  kind: 'same' | 'gone' | 'new';
  text: string;
}

/** A table of what changed from one text to the other; `before` and `after` name them. Says so when nothing did. */
export function differenceOf(from: string, to: string, { before, after }: { before: string; after: string }): Html {
  if (from === to) return html`<p class="muted">The two are the same.</p>`;
  const lines = linesOf(from, to);
  const near = lines.map((_, at) => lines.slice(Math.max(0, at - around), at + around + 1).some(({ kind }) => kind !== 'same'));
  const shown: (Line | 'gap')[] = [];
  for (const [at, line] of lines.entries()) {
    if (near[at]) shown.push(line);
    else if (shown.at(-1) !== 'gap' && shown.length > 0) shown.push('gap');
  }
  const cut = shown.slice(0, mostLines);
  return html`<div class="difference" role="group" aria-label="What changed from ${before} to ${after}"><p class="legend"><del>${before}</del> <ins>${after}</ins></p>
${cut.map((line) => (line === 'gap' ? html`<hr>` : line.kind === 'gone' ? html`<p dir="auto"><del>${line.text || ' '}</del></p>` : line.kind === 'new' ? html`<p dir="auto"><ins>${line.text || ' '}</ins></p>` : html`<p dir="auto">${line.text || ' '}</p>`))}
${shown.length > cut.length && html`<p class="muted">And more.</p>`}</div>`;
}

function linesOf(from: string, to: string): Line[] {
  const parts = diffLines(from, to, { maxEditLength: mostEdits }) ?? [
    { value: from, removed: true, added: false },
    { value: to, removed: false, added: true },
  ];
  return parts.flatMap(({ value, added, removed }) => {
    const kind = added ? 'new' : removed ? 'gone' : 'same';
    return value
      .replace(/\n$/, '')
      .split('\n')
      .map((text): Line => ({ kind, text }));
  });
}

/**
 * A look at the February issue (the sample where that does not lie beside the project) after each of a series of edits, over HTTP from the answer of the page's
 * question to the drawn mail, beside the renderers' own time for the same text, warm; and how long anything holds the server's event loop meanwhile.
 */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { readIssue } from '../../src/issue/issue.ts';
import { drawIssue } from '../../src/render/drawing.ts';
import { admitPicture } from '../../src/render/picture.ts';
import { median } from '../support/bench.ts';
import { bringIssue, own } from '../support/issue-on-desk.ts';
import { openSite, type Site } from '../web/site.ts';

const edits = 15;
const bound = 2;
const heldBoundMs = 50;
const february = resolve(import.meta.dirname, '../../../shared/seed/durand-dispatch-2025-02.md');
const file = existsSync(february) ? february : resolve(import.meta.dirname, '../../emails/sample/issue.md');

export async function bench(print: (line: string) => void): Promise<boolean> {
  const source = readFileSync(file, 'utf8');
  const edited = (edit: number): string => `${source}\nEdit ${edit}.\n`;
  const site = await openSite();
  try {
    const path = await bringIssue(site.url, file, source);
    const looks: number[] = [];
    const held = monitorEventLoopDelay({ resolution: 1 });
    for (let edit = -3; edit < edits; edit += 1) {
      if (edit === 0) held.enable();
      const begun = performance.now();
      const key = await look(site, path, edited(edit));
      const mail = await (await fetch(`${site.url}${path}/preview/${key}/email`)).text();
      if (!mail.includes(`Edit ${edit}.`)) throw new Error('the look shows another text');
      if (edit >= 0) looks.push(performance.now() - begun);
    }
    held.disable();
    const theirs = await renderersAlone(edited);
    const ratio = median(looks) / median(theirs);
    const longest = (held.max - 1e6) / 1e6; // of which one is the clock's own
    print(`${file.endsWith('issue.md') ? 'the sample' : 'the February issue'}, ${edits} edits, medians`);
    print(`a look after an edit   ${median(looks).toFixed(0)} ms`);
    print(`the renderers alone    ${median(theirs).toFixed(0)} ms (mail, text, page and PDF)`);
    print(`ratio                  ${ratio.toFixed(2)}    (bound ${bound})`);
    print(`event loop held        ${longest.toFixed(0)} ms at most (bound ${heldBoundMs})`);
    return ratio <= bound && longest <= heldBoundMs;
  } finally {
    await site[Symbol.asyncDispose]();
  }
}

async function look(site: Site, path: string, source: string): Promise<string> {
  const headers = { ...own, 'content-type': 'text/plain', accept: 'application/json' };
  const answer = (await (await fetch(`${site.url}${path}/preview`, { method: 'POST', headers, body: source })).json()) as {
    key: string;
    drawn: boolean;
  };
  if (!answer.drawn) throw new Error('the issue cannot be drawn');
  return answer.key;
}

/** The same drawings in this process, with nothing around them. */
async function renderersAlone(edited: (edit: number) => string): Promise<number[]> {
  const figures = new Map<string, Uint8Array>();
  const times: number[] = [];
  const masthead = {
    slug: 'bench',
    name: 'The Bench Review',
    postalAddress: '',
    baseUrl: 'https://news.bench.example',
    pictureBase: '/a/',
  };
  for (let edit = -3; edit < edits; edit += 1) {
    const { tree } = await readIssue(edited(edit), file, async (bytes) => {
      const picture = await admitPicture(bytes);
      if ('name' in picture) figures.set(picture.name, picture.bytes);
      return picture;
    });
    if (tree === undefined) throw new Error(`${file} cannot be read`);
    const begun = performance.now();
    await drawIssue(tree, masthead, figures);
    if (edit >= 0) times.push(performance.now() - begun);
  }
  return times;
}

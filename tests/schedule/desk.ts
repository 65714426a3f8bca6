/** An issue on the desk for tests: a real store, a real parser, drawings by a port that are quick and differ with the text. */
import { onTestFinished } from 'vitest';
import { openParser } from '../../src/issue/issue.ts';
import { openLog } from '../../src/log.ts';
import { type Drawing, leaveTokenPlaceholder } from '../../src/model/edition.ts';
import type { EditionDeps } from '../../src/schedule/approve.ts';
import { beginText, keepText } from '../../src/schedule/writing.ts';
import { closeStore, openStore } from '../../src/store/open.ts';
import { changePublication } from '../../src/store/publications.ts';
import { samplePublication } from '../support/store.ts';

const monthOf = (number: string): string =>
  new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${number}-15T00:00Z`));

export const text = (words = 'One.', { number = '2026-12', link = 'https://example.com/' } = {}): string => `---
publication: The Tidewater Review
title: "${monthOf(number)}"
period: ${number}
lang: en
preheader: Tides, ferries and lamps, in a sentence that is long enough to be shown.
---

${words}

## News

### A ferry

It [sails](${link}) again.
`;

/** One for all tests of a process: its thread keeps nothing alive and ends by itself. */
const parser = openParser();

const part = (email: string) => ({ email, folds: [] });

/** Opens a desk at an instant, with one issue that `person 1` wrote. */
export async function openDeskRoom({ at = '2026-11-22T06:00Z', source = text(), slot = 'first tuesday 09:00' as string | null } = {}) {
  const db = openStore(':memory:');
  onTestFinished(() => closeStore(db));
  const clock = { now: Date.parse(at) };
  const now = () => clock.now;
  const publication = changePublication(db, samplePublication(db).id, { slot, zone: 'Asia/Karachi' });
  db.$client.exec(`UPDATE publications SET created_at = ${clock.now}`);
  const draw: EditionDeps['draw'] = async (tree, masthead): Promise<Drawing> => {
    const email = `<p>${masthead.name} ${JSON.stringify(tree.lead)}${leaveTokenPlaceholder}</p>`;
    const drawn = {
      subject: `${tree.publication}: ${tree.title}`,
      email,
      folds: [],
      text: `${tree.title} ${leaveTokenPlaceholder}`,
      page: 'p',
    };
    return { ...drawn, light: { ...part(email), page: 'l' }, pdf: Buffer.from('%PDF'), pdfPages: 1, pictures: [] };
  };
  const lines: string[] = [];
  const log = openLog({ level: 'info', write: (line) => lines.push(line) });
  const refuse = async () => ({ problem: 'no files here', remedy: 'leave them out' });
  const deps = { db, parser, draw, studio: { admitPdf: refuse, admitPicture: refuse }, baseUrl: 'https://news.example.org', now, log };
  const issue = await beginText(deps, { publication, source, actor: 'person 1' });
  const write = (words: string, actor = 'person 1') => keepText(deps, { issueId: issue.id, source: words, tag: undefined, actor });
  return { db, deps, clock, publication, issue, write, lines };
}

/** The text a new issue begins with: the sections of the last one without what stood in them, and the front matter of the month that comes. */
import type { Block, Inline, IssueTree, Section } from '../model/issue.ts';
import { treeFormat } from '../model/issue.ts';
import { directionOf } from '../model/language.ts';
import { printIssue } from './print.ts';

export interface NextIssue {
  /** Name of the publication, as printed. */
  publication: string;
  /** BCP 47 */
  language: string;
  /** The month it is about, `2026-12`. */
  period: string;
}

/** What mail programs show after the subject; the mark stops a send until somebody has written it. */
const summary = 'TODO: what is in this issue, in a sentence of 40 to 130 letters.';

const words = (v: string): Inline => ({ t: 'text', v });
const para = (v: string): Block => ({ t: 'para', c: [words(v)] });

/** Who has no issue to go by sees in the first one how a section, an item and a link are written. */
const firstSection: Section = {
  id: 'news',
  title: [words('News')],
  lead: [],
  items: [
    {
      id: 'first',
      headline: [words('TODO: a headline')],
      blocks: [
        {
          t: 'para',
          c: [
            words('TODO: what happened. Words become '),
            { t: 'link', href: 'https://example.org/', c: [words('a link')] },
            words(' like this.'),
          ],
        },
      ],
    },
  ],
};

/** The text of the next issue. `last` gives sections, table of contents and the way to the PDF; without one there is a section to begin with. */
export function skeletonOf(last: IssueTree | undefined, { publication, language, period }: NextIssue): string {
  const number = last === undefined || last.number === last.period ? period : numberAfter(last.number, period);
  const tongue = last?.language ?? language;
  const front = {
    tree: treeFormat as typeof treeFormat,
    publication,
    number,
    period,
    title: monthName(period, tongue),
    summary,
    language: tongue,
    direction: last?.direction ?? directionOf(tongue),
  };
  if (last === undefined)
    return printIssue({ ...front, lead: [para('TODO: the opening, in a few sentences.')], sections: [firstSection] }).source;
  const sections = last.sections.map(({ id, title }) => ({ id, title, lead: [], items: [] }));
  return printIssue({ ...front, lead: last.lead.flatMap(kept), sections }).source;
}

/** Of the opening, what every issue has: the table of contents and the way to the PDF, without the PDF of the last one. */
function kept(block: Block): Block[] {
  if (block.t === 'toc') return [block];
  return block.t === 'download' ? [{ t: 'download', c: block.c }] : [];
}

/** 12 → 13; a number that does not count gives way to the month. */
function numberAfter(number: string, period: string): string {
  return /^\d{1,9}$/.test(number) ? String(Number(number) + 1) : period;
}

/** The month after one, `2026-12` → `2027-01`. */
export function monthAfter(period: string): string {
  const [year = 0, month = 0] = period.split('-').map(Number);
  return new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 7);
}

/** `December 2026`, in the language of the issue. */
function monthName(period: string, language: string): string {
  const options = { month: 'long', year: 'numeric', timeZone: 'UTC', calendar: 'gregory', numberingSystem: 'latn' } as const;
  return new Intl.DateTimeFormat(language, options).format(new Date(`${period}-15T00:00Z`));
}

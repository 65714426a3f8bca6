/** Running text: the grammar's phrases into the issue tree's, and every address through the allow-list. */

import type { Nodes, PhrasingContent } from 'mdast';
import { cleanLine, cleanText, objectMark } from '../model/clean.ts';
import { type Inline, plain } from '../model/issue.ts';
import { isMailAddress, isTelephone, isWebAddress } from '../model/issue-link.ts';
import { holdsName, nameMistakes, unknownPlaces } from '../model/reader-name.ts';
import { type Place, quoted, type Report } from './findings.ts';
import { isShortened, printsAsTyped, promisesFile, proofread } from './proofreading.ts';

/** What the reading of one issue has at hand and gathers on its way. */
export interface Reading {
  report: Report;
  /** Links to a place within the issue (`#id`), to be looked up when all ids are known. */
  inward: { id: string; place: Place }[];
}

/** Emphasis within emphasis, links included. */
const deepest = 8;

export function placeOf(node: Nodes): Place {
  const { line, column } = node.position?.start ?? { line: 1, column: 1 };
  return { line, column };
}

/**
 * Notes each backslash before a sign of the writing conventions (a colon, semicolon, comma or stop of any script) with an object mark, which the grammar
 * takes for a sign like any other: "Implications\\: none" is a paragraph like others. No place moves.
 */
export function markEscapes(line: string): string {
  return line.replace(/\\([\s\S])/g, (pair, sign: string) => (/[:：;；؛,،.۔。]/.test(sign) ? objectMark + sign : pair));
}

/**
 * Phrases of the grammar as running text, still to be made tidy: with object marks where a backslash stood before a sign. What has no place in an issue is
 * reported; words are never dropped in silence.
 */
export function readInline(reading: Reading, nodes: readonly PhrasingContent[], depth = 0): Inline[] {
  const { report } = reading;
  return nodes.flatMap((node): Inline[] => {
    switch (node.type) {
      case 'text':
        return readText(reading, node.value, placeOf(node));
      case 'break':
        return [{ t: 'br' }];
      case 'emphasis':
      case 'strong':
      case 'link': {
        if (depth >= deepest) {
          report(
            'error',
            'structure',
            placeOf(node),
            `Emphasis is nested more than ${deepest} deep`,
            'Mark a word once; put "\\" before a mark that is meant as typed.',
          );
          return [];
        }
        const c = readInline(reading, node.children, depth + 1);
        if (node.type !== 'link') return [{ t: node.type === 'strong' ? 'strong' : 'em', c }];
        const href = readAddress(reading, node.url, placeOf(node), plain(c));
        return [{ t: 'link', href, c }];
      }
      case 'image':
      case 'imageReference':
        report(
          'error',
          'structure',
          placeOf(node),
          'A picture cannot stand inside a line',
          'Give it a block: :::figure{src="picture.png"} with Source: and Alt: lines.',
        );
        return [];
      default:
        return 'value' in node ? readText(reading, node.value, placeOf(node)) : [];
    }
  });
}

/** Plain words; a line end within a paragraph is a space. */
function readText({ report }: Reading, value: string, start: Place): Inline[] {
  /** The place of a match: exact on the first line, the line alone on those below. */
  const within = (index: number): Place => {
    const before = value.slice(0, index).split('\n');
    return before.length === 1
      ? { line: start.line, column: start.column + index }
      : { line: start.line + before.length - 1, column: (before.at(-1)?.length ?? 0) + 1 };
  };
  const comment = value.indexOf('<!--');
  if (comment >= 0) report('warning', 'html', within(comment), 'A comment is printed for everyone to read', 'Take it out.');
  const tag = value.search(/<\/?[a-z][a-z0-9-]*(?:\s[^<>]*)?\/?>/i);
  if (tag >= 0) report('info', 'html', within(tag), 'HTML tags are printed as typed', 'Use *emphasis*, **strong** and the blocks instead.');
  const reference = value.search(/\]\[[^\]\n]*\]|^[ \t]*\[[^\]\n]+\]:\s/m);
  if (reference >= 0)
    report(
      'warning',
      'links',
      within(reference),
      'A link by reference is printed as typed',
      'Write the address beside the words: [words](https://…).',
    );
  proofread(report, value, within);
  const typed = printsAsTyped(value);
  if (typed >= 0)
    report(
      'warning',
      'structure',
      within(typed),
      'A table or code is printed as typed',
      'Make a :::chart of its numbers, or write it as a list.',
    );
  const promised = promisesFile(value);
  if (promised >= 0)
    report(
      'warning',
      'attachment',
      within(promised),
      'The words promise an attached file, and the mail has none',
      'Link to the file; the whole issue is behind ::download[…].',
    );
  for (const { index, words } of nameMistakes(value))
    report(
      'error',
      'name',
      within(index),
      `${quoted(words)} does not say what readers without a name are called`,
      'Write {{name|reader}}: after the bar what they read instead, at most 100 letters without marks.',
    );
  for (const { index, 0: words } of value.matchAll(unknownPlaces))
    report(
      'warning',
      'name',
      within(index),
      `${quoted(words)} is printed as typed`,
      "The reader's name is {{name|reader}}; there is nothing else of theirs.",
    );
  const v = value.split(objectMark).map(cleanText).join(objectMark).replaceAll('\n', ' ');
  return v === '' ? [] : [{ t: 'text', v }];
}

/**
 * The address of a link, as it goes into the tree: http, https, mailto, tel, or `#id` within the issue.
 * `#` alone is a placeholder, which prints as plain text and stops a real send; it also stands in for what is refused.
 */
export function readAddress({ report, inward }: Reading, typed: string, place: Place, words: string): string {
  const address = cleanLine(typed);
  const error = (problem: string, remedy: string): string => {
    report('error', 'links', place, problem, remedy);
    return '#';
  };
  if (words.trim() === '') return error('A link has no words', 'Write [words](address).');
  if (address === '#') {
    report(
      'stop',
      'links',
      place,
      `The link ${quoted(words)} has no address yet`,
      'Fill in the address; until then it prints as plain text.',
    );
    return '#';
  }
  if (address === '') return error(`The link ${quoted(words)} has no address`, 'Write [words](https://…), or # while it is not known.');
  if (address.startsWith('#')) {
    const id = decoded(address.slice(1));
    inward.push({ id, place });
    return `#${id}`;
  }
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(address)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    const host = /^(?:\/\/)?([\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+(?:[/?#].*)?)$/u.exec(address)?.[1];
    return error(
      `The address ${quoted(address)} is relative; in a mail it leads nowhere`,
      host ? `Did you mean https://${host}?` : 'Write it whole, beginning with https://.',
    );
  }
  // Only what would end the attribute or the line is encoded; the rest stays as the editor copied it.
  const safe = address.replace(/[\s<>"]/g, encodeURIComponent);
  if (scheme === 'http' || scheme === 'https') {
    if (!isWebAddress(safe)) return error(`The address ${quoted(address)} is malformed`, 'Write it as https://host/path.');
    if (isShortened(safe))
      report(
        'warning',
        'shorteners',
        place,
        `${quoted(address)} hides where it leads, and filters distrust it`,
        'Link to the page itself.',
      );
    return safe;
  }
  if (scheme === 'mailto')
    return isMailAddress(safe) ? safe : error(`The address ${quoted(address)} is malformed`, 'Write it as mailto:name@host.');
  if (scheme === 'tel')
    return isTelephone(safe) ? safe : error(`The address ${quoted(address)} is malformed`, 'Write it as tel:+15550100, without spaces.');
  return error(`Links may not begin with "${scheme}:"`, 'Use https:, http:, mailto: or tel:.');
}

/** Says so when the reader's name stands where everybody reads the same: in headings, titles, captions. */
export function refuseName(report: Report, place: Place, words: string): void {
  if (!holdsName(words)) return;
  report(
    'error',
    'name',
    place,
    "The reader's name stands where all readers get the same words",
    'It can stand in a paragraph, a list or a quote of the text.',
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text).normalize('NFC');
  } catch {
    return text;
  }
}

/** Where inputs come from: real issues and what happens to them, pieces that mean something to the grammar, and payloads. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { leaveTokenPlaceholder } from '../../src/model/edition.ts';
import { issueOf } from '../issue/sources.ts';
import { everyHostileText, hostileAddresses } from '../support/payloads.ts';

const project = join(import.meta.dirname, '../..');
/** The sample, the fixtures, and the issue that Galley was first made for, where it lies beside the project. */
const corpus = [
  ...globSync('{emails/sample/issue.md,tests/fixtures/issues/*/issue.md}', { cwd: project }).toSorted(),
  ...['../shared/seed/durand-dispatch-2025-02.md'].filter((file) => existsSync(join(project, file))),
].map((file) => readFileSync(join(project, file), 'utf8'));

/** Faultless front matter. */
export const front = issueOf('');

const marks =
  '\n|\n\n|## |### |#### |##### |- |* |1. |7) |> |  |    |\t|*|**|_|__|[|](|)|](#)|](#news)|](https://a.example)|![|\\|`|```|~~~|---\n|***\n||| --- ||<b>|<!--|&amp;|&#x200b;|&#0;|\r\n|\r'
    .split('|')
    .concat(
      '|',
      '\u0000',
      '\u202e',
      '\u2028',
      '\u00a0',
      '\u200c',
      '\ud800',
      '\ufeff',
      '{#a}',
      '{lang=ps}',
      '{#b lang=ur}',
      '{',
      '}',
      '"',
      '“',
      ':',
      ';',
      '؛',
      '，',
    );
const blocks = [
  '::toc\n',
  '::more\n',
  '::download[x]\n',
  ':::chart{data="a.csv" preset="heat-map"}\n',
  ':::chart{#c data="a.csv" preset="bars"}\nCaption\n\nSource: s\n\nNote: n\n\nAlt: a\n:::\n',
  ':::figure{src="b.png"}\nCaption\n\nSource: s\n\nAlt: a\n:::\n',
  ':::reading\n- [T](https://a.example), A, *O*, 28 February 2025, D\n:::\n',
  ':::sources\n- [T](#)\n:::\n',
  ':::papers\n',
  ':::\n',
  '::::\n',
  ':::x{a=b}\n',
  'Source: s\n',
  'Alt: a\n',
  'Implications: a; b: c; d.\n\n',
  '**Implications:** lead:\n\n- a\n- b\n\n',
  'پایلې: یو؛ دوه\n\n',
];

/** Text that means something to the grammar or to a renderer, and some that means nothing. */
export const pieces: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...marks),
  fc.constantFrom(...blocks),
  fc.constantFrom(...everyHostileText.map(([, text]) => text)),
  fc.constantFrom(...hostileAddresses.flatMap((address) => [address, `[w](${address})`, `[w](<${address}>)`])),
  fc.constantFrom(
    'word',
    'words of some length ',
    'خبر',
    'سرچینه',
    leaveTokenPlaceholder,
    leaveTokenPlaceholder.slice(0, 20),
    leaveTokenPlaceholder.slice(20),
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
);

/** One change to a text. `at` and `length` are shares of it, in 65,536ths, so that they fit any text. */
type Edit = { at: number; atLine: boolean } & ({ put: string; times: number } | { cut: number } | { copy: number; length: number });

const share = fc.nat({ max: 0xffff });
const place = { at: share, atLine: fc.boolean() };
const edits: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ ...place, put: pieces, times: fc.constant(1) }) },
  { weight: 1, arbitrary: fc.record({ ...place, put: pieces, times: fc.nat({ max: 1500 }) }) },
  { weight: 2, arbitrary: fc.record({ ...place, cut: fc.nat({ max: 0x3fff }) }) },
  { weight: 2, arbitrary: fc.record({ ...place, copy: share, length: fc.nat({ max: 0x0fff }) }) },
);

function edited(text: string, edit: Edit): string {
  const scaled = (part: number) => Math.floor((part * text.length) / 0x10000);
  const at = edit.atLine ? text.lastIndexOf('\n', scaled(edit.at)) + 1 : scaled(edit.at);
  if ('cut' in edit) return text.slice(0, at) + text.slice(at + scaled(edit.cut));
  const put = 'put' in edit ? edit.put.repeat(edit.times) : text.slice(scaled(edit.copy), scaled(edit.copy) + scaled(edit.length));
  return (text.slice(0, at) + put + text.slice(at)).slice(0, 400_000);
}

/** A stretch of a real issue below faultless front matter, or the whole of it. */
const stretches = fc
  .record({ source: fc.constantFrom(...corpus), from: share, lines: fc.integer({ min: 1, max: 60 }), whole: fc.nat({ max: 9 }) })
  .map(({ source, from, lines, whole }) => {
    if (whole === 0) return source;
    const all = source.split('\n');
    const first = Math.floor((from * all.length) / 0x10000);
    return `${front}\n${all.slice(first, first + lines).join('\n')}\n`;
  });

/** Sources as an editor's slip, a bad paste or ill will would make them. */
export const sources: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(stretches, fc.array(edits, { maxLength: 10 })).map(([text, each]) => each.reduce(edited, text)) },
  { weight: 3, arbitrary: fc.array(pieces, { maxLength: 60 }).map((each) => front + each.join('')) },
  { weight: 1, arbitrary: fc.array(pieces, { maxLength: 30 }).map((each) => each.join('')) },
);

/** Words for one place: a payload, or several pieces side by side, on one line. */
export const hostileWords: fc.Arbitrary<string> = fc
  .oneof(
    fc.constantFrom(...everyHostileText.map(([, text]) => text)),
    fc.array(pieces, { minLength: 1, maxLength: 5 }).map((each) => each.join('')),
  )
  .map((text) => text.slice(0, 90));

/** Addresses that lie. */
export const lyingAddresses: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...hostileAddresses),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(...hostileAddresses, 'javascript', ':', '//', '&#', '\t', ' ', '\u0000', '\u00a0', '\\', '%', '@', '?', '#'),
        fc.string({ unit: 'binary', maxLength: 4 }),
      ),
      { maxLength: 5 },
    )
    .map((each) => each.join('')),
  fc
    .tuple(fc.constantFrom(...hostileAddresses), fc.array(edits, { maxLength: 3 }))
    .map(([text, each]) => each.reduce(edited, text).slice(0, 300)),
);

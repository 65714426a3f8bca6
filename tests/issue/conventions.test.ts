/** The writing conventions: implications and references, as editors type them. */

import { describe, expect, test } from 'vitest';
import { plain } from '../../src/model/issue.ts';
import { blocksIn, issueWith, parseBody, text, treeOf } from './sources.ts';

/** The only block of a body as [label, lead, ...pieces]; undefined when it is no implications. */
function implications(body: string): string[] | undefined {
  const blocks = blocksIn(body);
  const [block] = blocks;
  return blocks.length === 1 && block?.t === 'implications' ? [block.label, plain(block.lead), ...block.list.map(plain)] : undefined;
}

describe('implications', () => {
  test.each([
    ['a plain list', 'Implications: One; Two; Three.', ['Implications', '', 'One', 'Two', 'Three']],
    ['a list with a lead-in', 'Implications: Raises risks regarding: one; two.', ['Implications', 'Raises risks regarding:', 'one', 'two']],
    ['prose', 'Implications: One thing leads to another. It ends.', ['Implications', 'One thing leads to another. It ends.']],
    ['prose with a colon in it', 'Implications: One thing: another.', ['Implications', 'One thing: another.']],
    ['a bullet list below', 'Implications: Three things:\n\n- One.\n- Two', ['Implications', 'Three things:', 'One.', 'Two']],
    ['a bullet list and no lead-in', 'Implications:\n- One\n- Two', ['Implications', '', 'One', 'Two']],
    ['a bold label, colon inside', '**Implications:** One; Two', ['Implications', '', 'One', 'Two']],
    ['a bold label, colon outside', '**Implications**: One; Two', ['Implications', '', 'One', 'Two']],
    ['another label', 'Why it matters: One; Two', ['Why it matters', '', 'One', 'Two']],
    ['Pashto', 'پایلې: لومړی; دویم.', ['پایلې', '', 'لومړی', 'دویم']],
    ['Dari with its own semicolon', 'پیامدها: یک؛ دو.', ['پیامدها', '', 'یک', 'دو']],
    ['Urdu with its own full stop', 'مضمرات: ایک؛ دو۔', ['مضمرات', '', 'ایک', 'دو']],
    ['a semicolon in brackets', 'Implications: One (a; b); Two', ['Implications', '', 'One (a; b)', 'Two']],
    ['numbered by hand', 'Implications: a) one; b) two', ['Implications', '', 'a) one', 'b) two']],
    ['a bracket that never closes', 'Implications: One (a; Two', ['Implications', '', 'One (a', 'Two']],
    ['a time of day', 'Implications: At 10:30 the boat leaves; Two', ['Implications', '', 'At 10:30 the boat leaves', 'Two']],
    ['a semicolon at the end', 'Implications: One; Two;', ['Implications', '', 'One', 'Two']],
    ['an abbreviation at the end', 'Implications: One; In the U.S.', ['Implications', '', 'One', 'In the U.S.']],
    ['a list that is not announced', 'Implications: Prose.', ['Implications', 'Prose.']],
  ])('%s', (_, body, expected) => {
    expect(implications(`${body}\n`)).toEqual(expected);
  });

  test.each(['The implications: none; nothing.', '**Implications** are few; very few.', 'Implications are few; very few.'])(
    '%s is a paragraph',
    (body) => {
      expect(implications(body)).toBeUndefined();
      expect(blocksIn(body)).toMatchObject([{ t: 'para' }]);
    },
  );

  test('links and marks stay in the piece they stand in', () => {
    const [block] = blocksIn('Implications: See: a [link; here](https://a.example); *two*.\n');
    expect(block).toEqual({
      t: 'implications',
      label: 'Implications',
      lead: [text('See:')],
      list: [[text('a '), { t: 'link', href: 'https://a.example', c: [text('link; here')] }], [{ t: 'em', c: [text('two')] }]],
    });
  });

  test('a list that no colon announces is a list of its own', () => {
    expect(blocksIn('Implications: Prose.\n\n- One\n').map(({ t }) => t)).toEqual(['implications', 'list']);
  });
});

describe('references', () => {
  const link = '[Title](https://a.example)';
  test.each([
    ['the title alone', '', {}],
    ['outlet and date', ', *RFE/RL Radio*, February 28, 2025', { outlet: 'RFE/RL Radio', date: 'February 28, 2025' }],
    [
      'authors',
      ', A. Bee and C. Dee, *Network*, February 23, 2025',
      { authors: 'A. Bee and C. Dee', outlet: 'Network', date: 'February 23, 2025' },
    ],
    [
      'details after the date',
      ', A. Bee, *Sentinel*, February 2025, Volume 18, Issue 2',
      { authors: 'A. Bee', outlet: 'Sentinel', date: 'February 2025', detail: 'Volume 18, Issue 2' },
    ],
    [
      'details before the date',
      ', *Sentinel*, Volume 18, May–June 2025',
      { outlet: 'Sentinel', date: 'May–June 2025', detail: 'Volume 18' },
    ],
    ['a date of another order', ', *Post*, 28 February 2025.', { outlet: 'Post', date: '28 February 2025' }],
    ['a date of ISO 8601', ', *Post*, 2025-02-28', { outlet: 'Post', date: '2025-02-28' }],
    ['a bare year', ', *Post*, 2025', { outlet: 'Post', date: '2025' }],
    ['by', ' by A. Bee, *Post*', { authors: 'A. Bee', outlet: 'Post' }],
    [
      'no outlet, but a date',
      ', A. Bee, C. Dee, March 3, 2026, p. 4',
      { authors: 'A. Bee, C. Dee', date: 'March 3, 2026', detail: 'p. 4' },
    ],
    ['neither outlet nor date', ', a podcast', { detail: 'a podcast' }],
    ['Pashto digits and commas', '، *ورځپاڼه*، فبروري ۲۰۲۵', { outlet: 'ورځپاڼه', date: 'فبروري ۲۰۲۵' }],
  ])('%s', (_, tail, expected) => {
    const [block] = blocksIn(`:::reading\n- ${link}${tail}\n:::\n`);
    expect(block).toEqual({ t: 'reading', items: [{ title: [text('Title')], href: 'https://a.example', ...expected }] });
  });

  test('papers are references too', () => {
    expect(blocksIn(`:::papers\n- [*A* b](https://a.example)\n- ${link}\n:::\n`)).toMatchObject([
      { t: 'papers', items: [{ title: [{ t: 'em' }, text(' b')] }, { href: 'https://a.example' }] },
    ]);
  });

  test('a reference that is refused leaves the others', () => {
    const { tree } = parseBody(`:::papers\n- words\n- ${link}\n:::\n`);
    expect(tree?.lead).toMatchObject([{ t: 'papers', items: [{ href: 'https://a.example' }] }]);
  });
});

describe('an item', () => {
  const itemsOf = (heading: string) => parseBody(`## Part\n\n${heading}\n\nWords.\n`);

  test.each([
    ['### شهر و بندر {#port lang=fa-AF}', { id: 'port', language: 'fa-AF' }],
    ['### شهر {lang=fa}', { id: 'شهر', language: 'fa' }],
    ['### The port {#port}', { id: 'port' }],
  ])('says its language behind its headline: %s', (heading, item) => {
    const { tree, findings } = itemsOf(heading);
    expect(findings).toEqual([]);
    expect(tree?.sections[0]?.items[0]).toMatchObject(item);
    expect(tree?.sections[0]?.items[0]?.headline).toEqual([text(heading.slice(4).replace(/ \{.*/, ''))]);
    expect(tree?.sections[0]?.items[0]?.language).toBe('language' in item ? item.language : undefined);
  });

  test('in the language of the issue keeps none of its own', () => {
    expect(itemsOf('### The port {lang=en}').tree?.sections[0]?.items[0]).not.toHaveProperty('language');
  });

  test('with a tag that is none, and a section with one, are errors that say what would be right', () => {
    expect(itemsOf('### The port {lang=persian}').findings).toMatchObject([
      { severity: 'error', problem: '"persian" is not a language tag of BCP 47' },
    ]);
    expect(parseBody('## Part {lang=fa}\n\nWords.\n').findings).toMatchObject([
      { severity: 'error', problem: 'Only an item (###) has a language of its own' },
    ]);
  });

  test('keeps its sources as references', () => {
    expect(blocksIn(':::sources\n- [Title](https://a.example)\n:::\n')).toMatchObject([{ t: 'sources', items: [{}] }]);
  });
});

test('the period is kept beside a number', () => {
  const source = issueWith(
    'publication: A\ntitle: B\nnumber: 12\nperiod: 2026-11\npreheader: A line that is long enough to be no cause for advice.',
  );
  expect(treeOf(source)).toMatchObject({ number: '12', period: '2026-11' });
});

/** Issue trees for the drawing tests: one with every kind of block, and small ones. All names and numbers are invented. */
import type { Masthead } from '../../src/model/edition.ts';
import type { Chart, Figure, Inline, IssueTree } from '../../src/model/issue.ts';

export const masthead: Masthead = {
  slug: 'tides',
  name: 'Tide Tables',
  postalAddress: 'Harbour Office, 1 Quay Street, 00000 Example',
  baseUrl: 'https://letters.example.org',
  pictureBase: 'https://letters.example.org/a/',
};

export const words = (v: string): Inline[] => [{ t: 'text', v }];

export const bars: Chart = {
  t: 'chart',
  id: 'lamps-by-pier',
  preset: 'grouped-bars',
  data: {
    columns: ['pier', 'month', 'lamps'],
    rows: [
      ['North pier', 'May', '70'],
      ['North pier', 'June', '1,050'],
      ['South mole', 'May', '42'],
      ['South mole', 'June', '0'],
    ],
  },
  caption: words('Lamps lit by pier, May and June'),
  source: 'Harbour ledger',
  note: 'Counted on two evenings only.',
  alt: 'Grouped bars: lamps lit on two piers in May and June.',
};

/** A chart of each further preset. */
export const furtherCharts: readonly Chart[] = [
  {
    ...bars,
    id: 'lamps-in-all',
    preset: 'bars',
    data: {
      columns: ['pier', 'lamps'],
      rows: [
        ['North pier', '1,120'],
        ['South mole', '42'],
        ['Ferry quay', '0'],
      ],
    },
  },
  {
    ...bars,
    id: 'lamps-by-kind',
    preset: 'stacked-bars',
    data: {
      columns: ['pier', 'kind', 'lamps'],
      rows: [
        ['North pier', 'Oil', '70'],
        ['North pier', 'Gas', '50'],
        ['South mole', 'Oil', '42'],
        ['South mole', 'Gas', '1'],
      ],
    },
  },
  {
    ...bars,
    id: 'lamps-by-month',
    preset: 'line',
    data: {
      columns: ['month', 'pier', 'lamps'],
      rows: [
        ['May', 'North pier', '70'],
        ['June', 'North pier', '90'],
        ['July', 'North pier', '1,050'],
        ['May', 'South mole', '42'],
        ['July', 'South mole', '-3'],
      ],
    },
  },
];

export const map: Chart = {
  t: 'chart',
  id: 'gulls-by-roof',
  preset: 'heat-map',
  data: {
    columns: ['hour', 'roof', 'gulls'],
    rows: [
      ['Dawn', 'Fish market hall', '108'],
      ['Dawn', 'Chapel', '7'],
      ['Dusk', 'Fish market hall', '0'],
      ['Dusk', 'Chapel', '39'],
    ],
  },
  caption: words('Gulls by hour and roof'),
  source: 'Rooftop survey',
  note: 'Illustrative numbers.',
  alt: 'Heat map: gulls on two roofs at dawn and dusk.',
};

/** A tree with every block, every inline and both kinds of link in it. `figure` is left out unless its stored name is given. */
export function fullTree(asset?: string): IssueTree {
  const figure: Figure[] = asset
    ? [
        {
          t: 'figure',
          id: 'quay-plan',
          asset,
          width: 40,
          height: 20,
          caption: words('Plan of the quay'),
          source: 'Own drawing',
          note: 'Not to scale.',
          alt: 'A plan of the quay from above.',
        },
      ]
    : [];
  return {
    tree: 2,
    publication: 'Tide Tables',
    number: '2031-06',
    title: 'June 2031',
    summary: 'Lamps return to the piers and gulls to the roofs.',
    language: 'en',
    direction: 'ltr',
    lead: [
      {
        t: 'para',
        c: [
          ...words('Welcome to the harbour. We read "logs" and '),
          { t: 'em', c: words('listen') },
          ...words(' and '),
          { t: 'strong', c: words('count') },
          { t: 'br' },
          ...words('from 2029-2031.'),
        ],
      },
      { t: 'toc' },
      { t: 'download', c: words('Download the whole number') },
    ],
    sections: [
      {
        id: 'on-the-water',
        title: words('On the Water'),
        lead: [
          { t: 'heading', id: 'before', c: words('Before we begin') },
          { t: 'para', c: words('A section may open with a paragraph.') },
        ],
        items: [
          {
            id: 'lamps',
            headline: words('Lamps & Lanterns Return'),
            blocks: [
              {
                t: 'para',
                c: [
                  ...words('The council '),
                  { t: 'link', href: 'https://council.example/minutes?page=1&item=2', c: words('voted for lamps') },
                  ...words(', after '),
                  { t: 'link', href: '#', c: words('a petition still to be linked') },
                  ...words(' and '),
                  { t: 'link', href: '#gulls', c: words('a note on gulls') },
                  ...words('.'),
                ],
              },
              {
                t: 'implications',
                label: 'Implications',
                lead: words('Three things follow:'),
                list: [words('Boats return later'), words('Moths gather'), words('The ledger grows')],
              },
              bars,
              map,
              ...figure,
              {
                t: 'list',
                ordered: true,
                start: 3,
                items: [
                  [{ t: 'para', c: words('Third thing') }],
                  [
                    { t: 'para', c: words('Fourth thing') },
                    { t: 'list', ordered: false, start: 1, items: [[{ t: 'para', c: words('Nested thing') }]] },
                  ],
                ],
              },
              { t: 'quote', c: [{ t: 'para', c: words('A lamp is a promise.') }] },
              { t: 'rule' },
              { t: 'more' },
            ],
          },
          {
            id: 'gulls',
            headline: words('Gulls on the Roofs'),
            blocks: [
              { t: 'heading', id: 'method', c: words('How we counted') },
              { t: 'para', c: words('Twice, with a telescope.') },
              { t: 'papers', items: [{ title: words('On the Patience of Gulls'), href: '#' }] },
            ],
          },
        ],
      },
      {
        id: 'reading',
        title: words('Further Reading'),
        lead: [
          {
            t: 'reading',
            items: [
              {
                title: words('A Short History of Piers'),
                href: 'https://piers.example/history',
                authors: 'Ada Quay and Ben Mole',
                outlet: 'Harbour Quarterly',
                date: 'May 2031',
                detail: 'Volume 8',
              },
              { title: words('Fog'), href: '#' },
            ],
          },
        ],
        items: [],
      },
    ],
  };
}

/** A small right-to-left tree with a chart. */
export function rightToLeftTree(): IssueTree {
  return {
    tree: 2,
    publication: 'بندرگاہ نامہ',
    number: '2031-06',
    title: 'جون ۲۰۳۱',
    summary: 'چراغ اور پرندے، ایک نمونہ۔',
    language: 'ur',
    direction: 'rtl',
    lead: [
      { t: 'para', c: words('یہ صفحہ صرف نمونہ ہے، انگریزی الفاظ جیسے Harbour Office (HO) اور اعداد 1,600 یا ۱۶۰۰ کے ساتھ۔') },
      { t: 'toc' },
    ],
    sections: [
      {
        id: 'khabrein',
        title: words('خبروں میں'),
        lead: [],
        items: [
          {
            id: 'chiragh',
            headline: words('چراغ واپس آئے'),
            blocks: [
              { t: 'implications', label: 'مضمرات', lead: [], list: [words('کشتیاں دیر سے آئیں گی'), words('نقشہ Harbour Map بدلے گا')] },
              {
                ...bars,
                data: {
                  columns: ['گھاٹ', 'مہینہ', 'چراغ'],
                  rows: [
                    ['شمالی گھاٹ', 'مئی', '۷۰'],
                    ['جنوبی گھاٹ', 'مئی', '42'],
                  ],
                },
                caption: words('گھاٹ کے چراغ'),
                source: 'دفتر',
                note: 'نمونہ اعداد۔',
                alt: 'دو گھاٹوں کے چراغ۔',
              },
            ],
          },
        ],
      },
    ],
  };
}

/** Every word of a tree that a reader should find: running text, headings, references, captions, sources, notes; without the labels of blocks that print elsewhere. */
export function wordsOf(tree: IssueTree): string[] {
  const out: string[] = [tree.publication, tree.title];
  const skipped = new Set(['t', 'id', 'href', 'asset', 'preset', 'data', 'alt', 'language', 'direction', 'number']);
  const walk = (value: unknown, key: string): void => {
    if (skipped.has(key)) return;
    if (typeof value === 'string') out.push(value);
    else if (Array.isArray(value)) for (const part of value) walk(part, key === 'c' ? '' : key);
    else if (value && typeof value === 'object') for (const [name, part] of Object.entries(value)) walk(part, name);
  };
  walk(tree.lead, 'lead');
  walk(tree.sections, 'sections');
  return out.flatMap(tokens);
}

/** Words without punctuation, in one spelling of quotes. */
export function tokens(text: string): string[] {
  return (
    text
      .replace(/[‘’']/g, "'")
      .match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}']*/gu)
      ?.map((word) => word.replace(/'$/, '')) ?? []
  );
}

/** The words a reader of HTML sees: style, hidden parts of the head and tags taken out, signs decoded. */
export function readHtml(markup: string): string {
  return markup
    .replace(/<!--[\s\S]*?-->/g, ' ')
    .replace(/<(style|head|svg)\b[\s\S]*?<\/\1>/g, ' ')
    .replace(/<\/?(?:em|strong|b|i|a|span)\b[^>]*>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(
      /&(lt|gt|quot|#39|nbsp|amp);/g,
      (_, name: string) => ({ lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ', amp: '&' })[name] ?? '',
    );
}

/** The tags of HTML in order with the names of their attributes: what hostile text must not change. */
export function skeleton(markup: string): string[] {
  return [...markup.matchAll(/<(\/?[a-z][^\s/>]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/gi)].map(
    ([, name = '', rest = '']) => `${name} ${[...rest.replace(/"[^"]*"|'[^']*'/g, '').matchAll(/[^\s=/]+/g)].join(' ')}`,
  );
}

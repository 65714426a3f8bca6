/** Page and mail of each golden issue against the HTML standard, by html-validate's recommended rules. */
import { HtmlValidate, type RuleConfig } from 'html-validate';
import { beforeAll, expect, test } from 'vitest';
import { drawnIssue, drawnIssues } from './drawn.ts';
import { goldenIssues } from './issues.ts';

beforeAll(drawnIssues, 120_000);

interface Waiver {
  rule: string;
  why: string;
}

/** Rules that the page need not keep. */
const ofPages: readonly Waiver[] = [{ rule: 'doctype-style', why: 'a matter of taste: the standard reads both cases' }];

/** Rules that the mail cannot keep: mail programs are not browsers. */
const ofMails: readonly Waiver[] = [
  { rule: 'doctype-style', why: 'MJML writes it' },
  { rule: 'no-conditional-comment', why: 'Outlook on Windows lays columns out by them' },
  { rule: 'no-inline-style', why: 'some mail programs drop the head, so styles stand at the elements' },
  { rule: 'no-deprecated-attr', why: 'align, width and cellpadding are what Outlook on Windows reads' },
  { rule: 'attribute-allowed-values', why: 'MJML writes height="auto" at pictures' },
  { rule: 'presentation-role-style', why: 'MJML writes role="presentation", which screen readers know longer than "none"' },
  { rule: 'prefer-native-element', why: 'MJML writes role="article" at a div; mail programs drop elements of HTML 5' },
  { rule: 'prefer-tbody', why: 'browsers add it; it would cost bytes in every table' },
];

const checker = (waivers: readonly Waiver[]) =>
  new HtmlValidate({
    extends: ['html-validate:recommended'],
    rules: Object.fromEntries(waivers.map(({ rule }): [string, RuleConfig[string]] => [rule, 'off'])),
  });

/** What is wrong with a document, one line each. */
async function faults(document: string, waivers: readonly Waiver[]): Promise<string[]> {
  const { results } = await checker(waivers).validateString(document);
  return results.flatMap(({ messages }) => messages.map(({ line, column, ruleId, message }) => `${line}:${column} ${ruleId}: ${message}`));
}

test.each(goldenIssues)('$name: the page is sound HTML', async ({ name }) => {
  expect(await faults((await drawnIssue(name)).drawing.page, ofPages)).toEqual([]);
});

test.each(goldenIssues)('$name: the mail is sound HTML, but for what mail programs ask', async ({ name }) => {
  expect(await faults((await drawnIssue(name)).drawing.email, ofMails)).toEqual([]);
});

test.each(goldenIssues)(
  '$name: the light page and the light mail are sound HTML, the mail but for what mail programs ask',
  async ({ name }) => {
    const { light } = (await drawnIssue(name)).drawing;
    expect(await faults(light.page, ofPages)).toEqual([]);
    expect(await faults(light.email, ofMails)).toEqual([]);
  },
);

test('an element in the wrong place, an id given twice and a picture without words would be seen', async () => {
  const { drawing } = await drawnIssue('english');
  const broken = drawing.page.replace('<main ', '<p><div id="content"></div></p><img src="a.png"><main ');
  const rules = (await faults(broken, ofPages)).map((line) => line.split(' ')[1]);
  expect(rules).toEqual(expect.arrayContaining(['close-order:', 'no-dup-id:', 'wcag/h37:']));
});

test('no rule is waived that nothing breaks', async () => {
  for (const [waivers, part] of [
    [ofPages, 'page'],
    [ofMails, 'email'],
  ] as const) {
    const found = (await Promise.all((await drawnIssues()).map(({ drawing }) => faults(drawing[part], [])))).flat();
    expect(
      waivers.filter(({ rule }) => !found.some((line) => line.includes(` ${rule}: `))).map(({ rule }) => rule),
      part,
    ).toEqual([]);
  }
});

/** Templates of mails: a file and its code fit each other, or nothing starts. */
import { expect, test } from 'vitest';
import { html } from '../../src/html.ts';
import { openTemplate, readTemplate } from '../../src/render/template.ts';

test('slots are filled, as often as they stand there; what is filled in is text unless it was made as markup', () => {
  const print = readTemplate('t', '<!-- for people -->\n<p title="{{name}}">{{name}}: {{body}}</p>', ['name', 'body']);
  expect(String(print({ name: '<b>"A"&', body: html`<i>x</i>` }))).toBe(
    '<p title="&lt;b&gt;&quot;A&quot;&amp;">&lt;b&gt;&quot;A&quot;&amp;: <i>x</i></p>',
  );
});

test('an address in a slot passes the list of schemes', () => {
  const print = readTemplate('t', '<mj-button href="{{to}}">x</mj-button>', ['to']);
  expect(String(print({ to: 'javascript:alert(1)' }))).toContain('href="#"');
});

test.each([
  ['a slot that nothing fills', '<p>{{a}}{{c}}</p>', /nothing fills \{\{c\}\}; the slots are a, b/],
  ['a slot that is missing', '<p>{{a}}</p>', /there is no \{\{b\}\}/],
  ['a slot that is not written as one', '<p>{{a}}{{b}}{{ a }}</p>', /a slot is written \{\{name\}\}/],
  ['a slot where no escaping is safe', '<p>{{a}}</p><p title={{b}}>', /attribute without quotes/],
  ['a slot in a style', '<p>{{a}}</p><style>{{b}}</style>', /inside <style>/],
  ['a slot in a handler', '<p>{{a}}</p><p onclick="{{b}}">', /handler onclick/],
])('%s ends the program when the template is read', (_, source, words) => {
  expect(() => readTemplate('t.mjml', source, ['a', 'b'])).toThrow(words);
});

test('a template that is not there is an error of its own', () => {
  expect(() => openTemplate('nowhere.mjml', [])).toThrow(/ENOENT/);
});

test('the templates of mails and notices fit their code: loading it reads them', async () => {
  await expect(import('../../src/render/email.ts')).resolves.toBeDefined();
  await expect(import('../../src/render/notice.ts')).resolves.toBeDefined();
});

/** Rules of the template tag: text stays text, wherever it is put. */
import { expect, test } from 'vitest';
import { attrs, html, raw, url } from '../src/html.ts';

const hostile = `"'><script>alert(1)</script>&amp;`;

test('strings are escaped in text, lists are joined, nothing prints for null, undefined and booleans', () => {
  expect(html`<p>${hostile}</p>`.toString()).toBe(`<p>&quot;'&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;</p>`);
  expect(html`<ul>${['a', html`<b>b</b>`, 3, null, undefined, true, false]}</ul>`.toString()).toBe('<ul>a<b>b</b>3</ul>');
});

test('quotes are escaped in attributes, also in markup made elsewhere', () => {
  expect(html`<p title="${hostile}">`.toString()).toBe('<p title="&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;">');
  expect(html`<p title='${html`${`" onclick="x`}`}'>`.toString()).toBe(`<p title='&quot; onclick=&quot;x'>`);
});

test.each([
  ['javascript:alert(1)', '#'],
  [' \u0001JaVaScRiPt:alert(1)', '#'],
  ['java\nscript:alert(1)', '#'],
  ['data:text/html,x', '#'],
  ['//elsewhere.example', '#'],
  ['\\\\elsewhere.example', '#'],
  ['https://a.example/?b=c', 'https://a.example/?b=c'],
  ['mailto:a@b.example', 'mailto:a@b.example'],
  ['/a/b', '/a/b'],
  ['a/b.png', 'a/b.png'],
  ['#place', '#place'],
])('the address %j is printed as %j', (address, printed) => {
  expect(url(address)).toBe(printed);
  expect(html`<a href="${address}">x</a>`.toString()).toBe(`<a href="${printed}">x</a>`);
  expect(attrs({ href: address }).toString()).toBe(` href="${printed}"`);
});

test('an address is judged as a whole only where it begins', () => {
  expect(html`<a href="/search?q=${'javascript:x'}">x</a>`.toString()).toBe('<a href="/search?q=javascript:x">x</a>');
});

test('attributes are spread, bare for true and left out for false, null and undefined', () => {
  expect(html`<input${attrs({ name: 'a"b', required: true, disabled: false, value: null, size: 3 })}>`.toString()).toBe(
    '<input name="a&quot;b" required size="3">',
  );
  expect(() => attrs({ onclick: 'x' })).toThrow(/onclick/);
  expect(() => attrs({ 'a b': 'x' })).toThrow(/attribute/);
});

test('a hole where nothing is safe throws at the first use', () => {
  const x = 'x';
  expect(() => html`<a href=${x}>`).toThrow(/without quotes/);
  expect(() => html`<button onclick="${x}">`).toThrow(/onclick/);
  expect(() => html`<script>${x}</script>`).toThrow(/<script>/);
  expect(() => html`<style>p{color:${x}}</style>`).toThrow(/<style>/);
  expect(() => html`<!-- ${x} -->`).toThrow(/comment/);
  expect(() => html`<${x}>`).toThrow(/name of a tag/);
  expect(() => html`<p ${x}>`).toThrow(/only attrs/);
  expect(() => html`<p data-${x}="1">`).toThrow(/only attrs/);
});

test('text after a script, a comment or a quoted sign is text again', () => {
  expect(html`<script>if (a < b) c()</script><!-- > --><p title="a > b" class='c'>${'<'}</p>`.toString()).toBe(
    `<script>if (a < b) c()</script><!-- > --><p title="a > b" class='c'>&lt;</p>`,
  );
});

test('raw is printed as it is', () => {
  expect(html`<div>${raw('<i>x</i>')}</div>`.toString()).toBe('<div><i>x</i></div>');
});

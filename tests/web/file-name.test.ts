/** Names of downloads, as headers say them. */
import { expect, test } from 'vitest';
import { contentDisposition } from '../../src/web/reader/file-name.ts';

const names: [string, string, string][] = [
  ['The Tidewater Review 2026-11.pdf', 'The Tidewater Review 2026-11.pdf', 'The%20Tidewater%20Review%202026-11.pdf'],
  ['Él "Río"/Mar: 7.pdf', 'El Rio Mar 7.pdf', '%C3%89l%20R%C3%ADo%20Mar%207.pdf'],
  ['دریا 2026-11.pdf', '_ 2026-11.pdf', '%D8%AF%D8%B1%DB%8C%D8%A7%202026-11.pdf'],
  ["It's (new)*.pdf", "It's (new).pdf", 'It%27s%20%28new%29.pdf'],
  ['a\r\nSet-Cookie: x.pdf', 'a Set-Cookie x.pdf', 'a%20Set-Cookie%20x.pdf'],
  [`${'x'.repeat(300)}.pdf`, `${'x'.repeat(120)}.pdf`, `${'x'.repeat(120)}.pdf`],
  ['50% \ud800.pdf', '50 _.pdf', '50%20%EF%BF%BD.pdf'],
];

test.each(names)('%j is a name every system takes', (name, plain, encoded) => {
  expect(contentDisposition('inline', name)).toBe(`inline; filename="${plain}"; filename*=UTF-8''${encoded}`);
});

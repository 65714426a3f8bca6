/** A PDF that editors made themselves: what is taken, what is refused, and what it is doubted for. */

import { afterAll, describe, expect, test } from 'vitest';
import type { PdfSubject } from '../../src/model/edition.ts';
import type { IssueTree } from '../../src/model/issue.ts';
import { openDrawing } from '../../src/render/render.ts';
import { fullTree, rightToLeftTree } from './trees.ts';

const studio = openDrawing();
afterAll(() => studio.close());
const masthead = { slug: 's', name: 'n', postalAddress: '', baseUrl: 'http://localhost:3000', pictureBase: 'a/' };
const without = ({ lead, sections: _, ...tree }: IssueTree): IssueTree => ({
  ...tree,
  lead: lead.filter(({ t }) => t === 'para'),
  sections: [],
});

/** A PDF typeset from a tree, and what a reader would call it. */
async function typeset(tree: IssueTree): Promise<{ bytes: Uint8Array; pages: number; subject: PdfSubject }> {
  const { pdf, pdfPages } = await studio.draw(without(tree), masthead, new Map());
  const { publication, title, number, language } = tree;
  return { bytes: pdf, pages: pdfPages, subject: { publication, title, number, language } };
}

describe('taken', () => {
  test('with its pages, under the hash of its bytes, which stay as they are', async () => {
    const { bytes, pages, subject } = await typeset(fullTree());
    const answer = await studio.admitPdf(bytes, subject);
    expect(answer).toEqual({ name: expect.stringMatching(/^[0-9a-f]{64}\.pdf$/), pages, bytes: new Uint8Array(bytes) });
  });

  test('in a script from right to left', async () => {
    const { bytes, subject } = await typeset(rightToLeftTree());
    expect(await studio.admitPdf(bytes, subject)).not.toHaveProperty('doubt');
  });

  test('but doubted when it is of another month or another publication', async () => {
    const { bytes, subject } = await typeset(fullTree());
    expect(await studio.admitPdf(bytes, { ...subject, title: 'June 2044', number: '2044-06', period: '2044-06' })).toMatchObject({
      doubt: 'its first pages name neither "June 2044" nor the number 2044-06',
    });
    expect(await studio.admitPdf(bytes, { ...subject, publication: 'Mountain Post', title: 'June 2044' })).toMatchObject({
      doubt: 'its title and first pages do not name "Mountain Post"',
    });
  });
});

describe('refused', () => {
  test.each<[string, (bytes: Uint8Array) => Uint8Array, string]>([
    ['a picture', () => Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), 'this is not a PDF'],
    ['an empty file', () => new Uint8Array(), 'this is not a PDF'],
    ['one that is cut short', (bytes) => bytes.subarray(0, bytes.length / 2), 'the PDF is damaged or cut short'],
    [
      'one with its middle gone',
      (bytes) => Buffer.concat([bytes.subarray(0, 200), Buffer.from('%%EOF')]),
      'the PDF is damaged or cut short',
    ],
    ['one that is too large', (bytes) => Buffer.concat([bytes, Buffer.alloc(25 * 1024 * 1024)]), 'it is larger than 25 MB'],
  ])('%s', async (_, spoil, problem) => {
    const { bytes, subject } = await typeset(fullTree());
    expect(await studio.admitPdf(spoil(bytes), subject)).toEqual({ problem, remedy: expect.stringMatching(/^[a-z].*[^.]$/) });
  });

  test('one that is encrypted', async () => {
    expect(await studio.admitPdf(encryptedPdf(), { publication: 'A', title: 'B', number: '1', language: 'en' })).toMatchObject({
      problem: 'the PDF is encrypted',
    });
  });
});

/** One empty page, encrypted with a password nobody knows (standard handler, revision 2: PDF 1.7, 7.6.3). */
function encryptedPdf(): Uint8Array {
  const key = `<${'5a'.repeat(32)}>`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>',
    `<< /Filter /Standard /V 1 /R 2 /O ${key} /U ${key} /P -4 >>`,
  ];
  let text = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const at = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const table = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  const xref = `xref\n0 5\n0000000000 65535 f \n${table}trailer\n<< /Size 5 /Root 1 0 R /Encrypt 4 0 R /ID [<00> <00>] >>\n`;
  return Buffer.from(`${text}${xref}startxref\n${text.length}\n%%EOF\n`, 'latin1');
}

test('an issue with a PDF of its own goes out with those bytes, and mail and page name its size and pages', async () => {
  const { bytes, subject } = await typeset(fullTree());
  const admitted = await studio.admitPdf(bytes, subject);
  if ('problem' in admitted) throw new Error(admitted.problem);
  const pdf = { asset: admitted.name, bytes: bytes.length, pages: 77 };
  const tree: IssueTree = { ...without(fullTree()), lead: [{ t: 'download', c: [{ t: 'text', v: 'Download' }], pdf }] };
  const drawing = await studio.draw(tree, masthead, new Map([[admitted.name, bytes]]));
  expect(Buffer.compare(drawing.pdf, bytes)).toBe(0);
  expect(drawing.pdfPages).toBe(77);
  for (const part of [drawing.email, drawing.page]) expect(part).toContain('77');
  await expect(studio.draw(tree, masthead, new Map())).rejects.toThrow(`The PDF ${admitted.name} is not among the stored files`);
});

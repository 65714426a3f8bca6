import { eq } from 'drizzle-orm/sql';
import { expect, onTestFinished, test } from 'vitest';
import type { Drawing } from '../../src/model/edition.ts';
import { leaveTokenPlaceholder } from '../../src/model/edition.ts';
import { linkKey } from '../../src/model/measure.ts';
import { openDrawing } from '../../src/render/render.ts';
import { type EditionDeps, freezeEdition, getRevision, mastheadOf } from '../../src/schedule/approve.ts';
import { scheduleSend } from '../../src/schedule/schedule.ts';
import { findAsset, storeAsset } from '../../src/store/assets.ts';
import { getEdition } from '../../src/store/editions.ts';
import { saveRevision } from '../../src/store/issues.ts';
import { linksOfEdition } from '../../src/store/links.ts';
import { type Db, openStore } from '../../src/store/open.ts';
import { audit, editions, sends } from '../../src/store/schema.ts';
import { samplePublication, sampleTree, t0 } from '../support/store.ts';

function setUp(stops: { check: string; line: number; problem: string }[] = [], draw?: EditionDeps['draw']) {
  const db = openStore(':memory:');
  const publication = samplePublication(db);
  saveRevision(db, { publicationId: publication.id, tree: sampleTree, source: 'x', stops, hash: 'h', now: t0 });
  const studio = openDrawing();
  onTestFinished(() => studio.close());
  const deps: EditionDeps = { db, draw: draw ?? studio.draw, baseUrl: 'http://localhost:3000', now: () => t0 };
  const order = { publication, number: '2026-11', at: t0, rehearsal: false, waived: {}, actor: 'operator' };
  return { db, deps, order, publication };
}

/** As if the send had gone out. */
function over(db: Db, { id }: { id: number }): void {
  db.update(sends).set({ state: 'sent' }).where(eq(sends.id, id)).run();
}

const drawn =
  (email: string): EditionDeps['draw'] =>
  async () =>
    ({
      subject: 's',
      email: `${email}${leaveTokenPlaceholder}`,
      text: leaveTokenPlaceholder,
      page: 'p',
      pdf: Buffer.from('%PDF'),
      pdfPages: 1,
      folds: [],
      pictures: [],
      light: { email: `light ${leaveTokenPlaceholder}`, folds: [], page: 'light p' },
    }) satisfies Drawing;

test('a send freezes the edition it was approved with, once: a second send of the same revision is the same mail', async () => {
  const { db, deps, order } = setUp();
  const first = await scheduleSend(deps, order);
  over(db, first);
  const second = await scheduleSend(deps, order);
  expect([first.name, second.name]).toEqual(['tidewater/2026-11', 'tidewater/2026-11+2']);
  expect(second.editionId).toBe(first.editionId);
  const kept = db.select().from(editions).all();
  expect(kept.map(({ format }) => format).sort()).toEqual(['full', 'light']);
  for (const { email } of kept) expect(email).toContain(leaveTokenPlaceholder);
  const [full, light] = [kept.find(({ format }) => format === 'full'), kept.find(({ format }) => format === 'light')];
  expect(full?.id).toBe(first.editionId);
  expect([full?.pdf.subarray(0, 5).toString(), light?.pdf.length]).toEqual(['%PDF-', 0]); // the PDF is kept once
  expect(light?.plainText).toBe(full?.plainText);
});

test('an edition that was frozen before there were light ones stays as it is and gets its light one', async () => {
  const { db, deps, order } = setUp([], drawn('old'));
  const first = await scheduleSend(deps, order);
  over(db, first);
  db.delete(editions).where(eq(editions.format, 'light')).run();
  const second = await scheduleSend({ ...deps, draw: drawn('new') }, order);
  expect(second.editionId).toBe(first.editionId);
  const kept = db.select().from(editions).all();
  expect(kept.map(({ format, email }) => `${format} ${email.slice(0, 5)}`)).toEqual([
    `full old${leaveTokenPlaceholder.slice(0, 2)}`,
    'light light',
  ]);
});

test('a changed issue is a new edition, and what was sent before stays as it was', async () => {
  const { db, deps, order, publication } = setUp();
  const first = await scheduleSend(deps, order);
  over(db, first);
  const tree = { ...sampleTree, title: 'November 2026, corrected' };
  saveRevision(db, { publicationId: publication.id, tree, source: 'y', stops: [], hash: 'h2', now: t0 });
  const second = await scheduleSend(deps, order);
  expect(second.editionId).not.toBe(first.editionId);
  expect(
    db
      .select()
      .from(editions)
      .where(eq(editions.format, 'full'))
      .all()
      .map((edition) => edition.subject),
  ).toEqual(['The Tidewater Review: November 2026', 'The Tidewater Review: November 2026, corrected']);
});

test('a stop keeps an issue from a relay until each check has a written reason; a rehearsal goes', async () => {
  const { db, deps, order } = setUp([{ check: 'links', line: 12, problem: 'The link "x" has no address yet' }]);
  await expect(scheduleSend(deps, order)).rejects.toThrow(/line 12: The link "x".*\n.*--waive links=REASON/s);
  expect(db.select().from(sends).all()).toEqual([]);
  await scheduleSend(deps, { ...order, rehearsal: true });
  await scheduleSend(deps, { ...order, waived: { links: 'sources follow' } });
  expect(
    db
      .select()
      .from(audit)
      .all()
      .map((entry) => `${entry.actor} ${entry.action} ${entry.subject} ${entry.detail ?? ''}`.trim()),
  ).toContainEqual(
    expect.stringMatching(/^operator approve tidewater\/2026-11 revision 1, proof [0-9a-f]{64}; links waived: sources follow$/),
  );
});

test('a mail that Gmail would cut is stopped with its size, unless waived', async () => {
  const { deps, order } = setUp([], drawn('x'.repeat(100 * 1024)));
  await expect(scheduleSend(deps, order)).rejects.toThrow(/KB/);
  await expect(scheduleSend(deps, { ...order, waived: { size: 'readers know' } })).resolves.toMatchObject({ state: 'scheduled' });
});

test.each([
  [
    'that Gmail would cut',
    `${'x'.repeat(100 * 1024)}${leaveTokenPlaceholder}`,
    /The HTML of the light mail is 100\.0 KB.*--waive size=REASON/,
  ],
  ['without a way out', 'x', /no link to unsubscribe.*--waive unsubscribe=REASON/],
])('a light mail %s stops the send like a full one', async (_, email, said) => {
  const { deps, order } = setUp([], async (...args) => ({ ...(await drawn('x')(...args)), light: { email, folds: [], page: 'p' } }));
  await expect(scheduleSend(deps, order)).rejects.toThrow(said);
});

test('a drawing that fails schedules nothing', async () => {
  const { db, deps, order } = setUp([], async () => {
    throw new Error('the drawing process ended');
  });
  await expect(scheduleSend(deps, order)).rejects.toThrow('the drawing process ended');
  expect(db.select().from(sends).all()).toEqual([]);
});

test('an issue that is not there is named with the command that adds it', async () => {
  const { deps, order } = setUp();
  await expect(scheduleSend(deps, { ...order, number: '2027-01' })).rejects.toThrow(
    /No issue tidewater\/2027-01: add it with galley issue add/,
  );
});

test('the pictures of an edition are kept under the hash of their bytes', async () => {
  const bytes = Buffer.from('picture');
  const { db, deps, order } = setUp([], async (...args) => ({
    ...(await drawn('x')(...args)),
    pictures: [{ name: 'abc.png', type: 'image/png', width: 1, height: 1, bytes }],
  }));
  await scheduleSend(deps, order);
  expect(findAsset(db, 'abc.png')).toEqual({ type: 'image/png', bytes });
});

test('a send that is not over keeps a second one of its issue from mailing everybody twice; a rehearsal is no send', async () => {
  const { db, deps, order } = setUp();
  await scheduleSend(deps, { ...order, rehearsal: true });
  const first = await scheduleSend(deps, order);
  await expect(scheduleSend(deps, order)).rejects.toThrow(/tidewater\/2026-11 is scheduled and not over yet/);
  over(db, first);
  expect((await scheduleSend(deps, order)).name).toBe('tidewater/2026-11+2');
});

test('a rehearsal uses up no name: the first real send takes it over', async () => {
  const { db, deps, order } = setUp();
  over(db, await scheduleSend(deps, { ...order, rehearsal: true }));
  over(db, await scheduleSend(deps, { ...order, rehearsal: true }));
  await scheduleSend(deps, order);
  const names = db
    .select()
    .from(sends)
    .all()
    .map((send) => `${send.name} ${send.rehearsal ? 'rehearsed' : 'sent'}`);
  expect(names).toEqual(['tidewater/2026-11~3 rehearsed', 'tidewater/2026-11~2 rehearsed', 'tidewater/2026-11 sent']);
});

test('a real mail carries nothing of its rehearsal: another BASE_URL or another name is another edition', async () => {
  const { db, deps, order } = setUp();
  await scheduleSend(deps, { ...order, rehearsal: true });
  await scheduleSend({ ...deps, baseUrl: 'https://news.example.org' }, order);
  const [rehearsed, real] = db.select().from(editions).where(eq(editions.format, 'full')).all();
  expect(rehearsed?.email).toContain('http://localhost:3000/u/');
  for (const part of [real?.email, real?.plainText, real?.page]) expect(part).not.toContain('localhost');
  expect(real?.plainText).toContain(`https://news.example.org/u/${leaveTokenPlaceholder}`);
});

test('a publication without a brand is drawn for the masthead it always had: what was frozen before there were brands is found again', () => {
  const { order } = setUp();
  expect(JSON.stringify(mastheadOf(order.publication, 'http://localhost:3000'))).toBe(
    '{"slug":"tidewater","name":"The Tidewater Review","postalAddress":"4 Harbour Row","baseUrl":"http://localhost:3000","pictureBase":"http://localhost:3000/a/"}',
  );
});

test('another brand is another edition, drawn with the logo’s bytes', async () => {
  const asked: [string | undefined, string[]][] = [];
  const { deps, order } = setUp([], async (tree, masthead, figures) => {
    asked.push([masthead.brand?.accent, [...figures.keys()]]);
    return drawn('x')(tree, masthead, figures);
  });
  const { db } = deps;
  const revision = getRevision(db, order);
  const logo = { name: `${'a'.repeat(64)}.png`, type: 'image/png' as const, width: 2, height: 1, bytes: new Uint8Array(1) };
  storeAsset(db, logo);
  const plain = await freezeEdition(deps, order.publication, revision);
  const brand = { accent: '#8a1f3d', logo: { asset: logo.name, width: 2, height: 1 } };
  const branded = await freezeEdition(deps, { ...order.publication, brand }, revision);
  expect(branded.id).not.toBe(plain.id);
  expect((await freezeEdition(deps, order.publication, revision)).id).toBe(plain.id);
  expect(asked).toEqual([
    [undefined, []],
    ['#8a1f3d', [logo.name]],
  ]);
});

test('a publication that measures sends another edition, with its links kept; the sends before keep theirs, and without measuring all is as it was', async () => {
  const { db, deps, order, publication } = setUp();
  const url = 'https://board.example/minutes';
  const tree = {
    ...sampleTree,
    lead: [{ t: 'para' as const, c: [{ t: 'link' as const, href: url, c: [{ t: 'text' as const, v: 'the board' }] }] }],
  };
  saveRevision(db, { publicationId: publication.id, tree, source: 'y', stops: [], hash: 'h2', now: t0 });
  const first = await scheduleSend(deps, order);
  const before = getEdition(db, first.editionId);
  over(db, first);
  const measuring = { ...publication, measure: 'on' as const, measureSince: t0 };
  const second = await scheduleSend(deps, { ...order, publication: measuring });
  expect(getEdition(db, first.editionId)).toEqual(before);
  expect([before.email.includes(url), linksOfEdition(db, before.id)]).toEqual([true, []]);
  const counted = getEdition(db, second.editionId);
  const [link, ...more] = linksOfEdition(db, counted.id);
  expect([link, more]).toEqual([{ key: linkKey(url), url, words: 'the board' }, []]);
  expect(counted.email).toContain(`http://localhost:3000/l/tidewater/2026-11/${linkKey(url)}"`);
  expect([counted.email.includes(url), counted.page.includes(url), counted.plainText.includes(url)]).toEqual([false, true, true]);
  over(db, second);
  for (const measure of ['off', null] as const) {
    const later = await scheduleSend(deps, { ...order, publication: { ...publication, measure, measureSince: t0 } });
    expect(later.editionId).toBe(first.editionId);
    over(db, later);
  }
});

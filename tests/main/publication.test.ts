/** `publication add` and `publication set`: what is given is checked and kept, the rest stays, and a colour nobody could read is refused; `issue withdraw`. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import { openLog } from '../../src/log.ts';
import { openData } from '../../src/main/data.ts';
import { issueWithdraw } from '../../src/main/issue-commands.ts';
import { publicationAdd, publicationSet } from '../../src/main/publication-commands.ts';
import type { Arguments, Context } from '../../src/main/table.ts';
import { findAsset } from '../../src/store/assets.ts';
import { findIssue, saveRevision } from '../../src/store/issues.ts';
import { closeStore, type Db } from '../../src/store/open.ts';
import { getPublication } from '../../src/store/publications.ts';
import { sampleTree } from '../support/store.ts';

let folder: string;
let context: Context;
let printed: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'galley-test-publication-'));
  printed = [];
  context = {
    config: parseConfig({ DATA_DIR: folder }),
    env: {},
    log: openLog({ level: 'error', write: () => {} }),
    screen: {} as Context['screen'],
    print: (line) => printed.push(line),
    write: () => {},
    warn: () => {},
    stopping: new AbortController().signal,
  };
  await publicationAdd(context, {
    positionals: ['waraq'],
    values: { name: 'Waraq', from: 'news@waraq.example', address: 'Library Lane 3' },
  });
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const set = (values: Arguments['values'], slug = 'waraq') => publicationSet(context, { positionals: [slug], values });
function stored<T>(look: (db: Db) => T): T {
  const { db } = openData(context.config);
  try {
    return look(db);
  } finally {
    closeStore(db);
  }
}
const publication = () => stored((db) => getPublication(db, 'waraq'));

test('what is given changes, the rest stays, and the audit names what changed', async () => {
  const before = publication();
  expect(before.brand).toBeNull();
  await set({ name: 'Waraq Monthly', accent: '#8A1F3D', fonts: 'sans-heads' });
  expect(publication()).toEqual({ ...before, name: 'Waraq Monthly', brand: { accent: '#8a1f3d', fonts: 'sans-heads' } });
  await set({ 'reply-to': 'desk@waraq.example', ink: '#2b1a20' });
  expect(publication()).toMatchObject({ replyTo: 'desk@waraq.example', brand: { accent: '#8a1f3d', fonts: 'sans-heads', ink: '#2b1a20' } });
  const notes = stored((db) =>
    db.$client.prepare("SELECT detail FROM audit WHERE action = 'publication set' ORDER BY rowid").pluck().all(),
  );
  expect(notes).toEqual(['name, accent, fonts', 'reply-to, ink']);
});

test('"none" takes an option back; without any choice left there is no brand', async () => {
  await set({ accent: '#8a1f3d', slot: 'first tuesday 09:00', 'reply-to': 'desk@waraq.example' });
  await set({ accent: 'none', slot: 'none', 'reply-to': 'none', address: 'none' });
  expect(publication()).toMatchObject({ brand: null, slot: null, replyTo: null, postalAddress: '' });
  await expect(set({ from: 'none' })).rejects.toThrow('--from cannot be none');
});

test('a logo is redrawn, stored under its hash, and kept with its size', async () => {
  const file = join(folder, 'logo.png');
  await writeFile(
    file,
    await sharp({ create: { width: 300, height: 60, channels: 3, background: '#8a1f3d' } })
      .png()
      .toBuffer(),
  );
  await set({ logo: file });
  const { brand } = publication();
  expect(brand?.logo).toMatchObject({ width: 300, height: 60, asset: expect.stringMatching(/^[0-9a-f]{64}\.png$/) });
  expect(stored((db) => findAsset(db, brand?.logo?.asset ?? ''))?.type).toBe('image/png');
});

test('colours that were chosen are told with how well they read', async () => {
  await set({ accent: '#8a1f3d' });
  expect(printed.at(-1)).toMatch(/^Changed accent of waraq: accent #8a1f3d reads at \d+\.\d:1, in the dark #[0-9a-f]{6} at \d+\.\d:1$/);
});

describe('refused, with what would be right, and nothing is changed:', () => {
  test.each<[Arguments['values'], RegExp]>([
    [
      { accent: '#ffcc00' },
      /--accent #ffcc00 is hard to read: it reaches 1\.\d\d:1 .* text takes 4\.5:1 .* darker shade that does is #[0-9a-f]{6}/,
    ],
    [{ 'accent-dark': '#0a2a30' }, /--accent-dark #0a2a30 is hard to read: .* lighter shade/],
    [{ ink: 'black' }, /--ink "black" is no colour: write # and six digits/],
    [{ fonts: 'sanss' }, /--fonts "sanss" is none of serif, sans, serif-heads, sans-heads; did you mean sans\?/],
    [{ logo: '/nowhere/logo.png' }, /--logo \/nowhere\/logo.png: there is no such file/],
    [{ logo: import.meta.filename }, /this is not a picture; save it as PNG/],
    [{ logo: tmpdir() }, /it is a folder/],
    [{ name: ' ' }, /--name is empty/],
    [{ zone: 'Mars/Olympus' }, /is no time zone/],
    [{ slot: 'whenever' }, /is no monthly slot/],
    [{ from: 'nobody' }, /--from nobody/],
    [{}, /needs something to change/],
  ])('%j', async (values, words) => {
    const before = publication();
    await expect(set({ ...values })).rejects.toThrow(words);
    expect(publication()).toEqual(before);
  });

  test('a publication that is not there', async () => {
    await expect(set({ name: 'X' }, 'nobody')).rejects.toThrow('No publication "nobody": there is waraq');
  });

  test('an unreadable colour at publication add', async () => {
    const values = { name: 'X', from: 'x@waraq.example', accent: '#eeeeee' };
    await expect(publicationAdd(context, { positionals: ['x'], values })).rejects.toMatchObject({ code: 'publication.contrast' });
    expect(() => stored((db) => getPublication(db, 'x'))).toThrow('No publication');
  });
});

test('a slot that is set or moved is told by its next instant; other changes say nothing of it', async () => {
  await set({ slot: 'day 10 09:00', zone: 'Asia/Karachi' });
  expect(printed.at(-1)).toMatch(/Its next slot is \d{4}-\d\d-10T09:00\+05:00 \(Asia\/Karachi\)$/);
  await set({ name: 'Waraq Monthly' });
  expect(printed.at(-1)).not.toContain('slot');
});

test('whether it measures is unanswered at first, then on or off, in the audit, and since when it was answered otherwise', async () => {
  expect(publication()).toMatchObject({ measure: null, measureSince: null });
  await set({ measure: 'links,downloads' });
  const { measure, measureSince } = publication();
  expect([measure, typeof measureSince]).toEqual(['on', 'number']);
  await set({ measure: 'downloads, links', name: 'Waraq Monthly' });
  expect(publication()).toMatchObject({ measure: 'on', measureSince });
  await set({ measure: 'none' });
  expect(publication().measure).toBe('off');
  await expect(set({ measure: 'opens' })).rejects.toThrow('--measure takes links,downloads');
  const notes = stored((db) => db.$client.prepare("SELECT detail FROM audit WHERE action = 'publication set' ORDER BY id").pluck().all());
  expect(notes).toEqual(['measure on', 'measure on, name', 'measure off']);
  await publicationAdd(context, {
    positionals: ['river'],
    values: { name: 'River', from: 'news@river.example', measure: 'links,downloads' },
  });
  expect(stored((db) => getPublication(db, 'river')).measure).toBe('on');
});

test('the full issue is public until it is set to readers, and --pdf takes nothing else', async () => {
  expect(publication().pdf).toBe('public');
  await set({ pdf: 'readers' });
  expect(publication().pdf).toBe('readers');
  await expect(set({ pdf: 'nobody' })).rejects.toMatchObject({ message: '--pdf "nobody" is no choice: take public or readers' });
  await set({ pdf: 'none' });
  expect(publication().pdf).toBe('public');
});

test('issue withdraw takes an issue off the web, once, with a note in the audit, and --back puts it there again', async () => {
  stored((db) => saveRevision(db, { publicationId: 1, tree: sampleTree, source: 'x', stops: [], hash: 'h', now: 1 }));
  const withdraw = (issue: string, values: Arguments['values'] = {}) => issueWithdraw(context, { positionals: [issue], values });
  const withdrawn = () => stored((db) => findIssue(db, 1, '2026-11')?.withdrawnAt);
  await withdraw('waraq/2026-11');
  await withdraw('waraq/2026-11');
  expect(withdrawn()).toBeGreaterThan(0);
  await withdraw('waraq/2026-11', { back: true });
  expect(withdrawn()).toBeNull();
  expect(printed.slice(-3)).toEqual([
    'waraq/2026-11 is withdrawn: its page, its PDF and its entry in archive and feeds are gone',
    'waraq/2026-11 was withdrawn already',
    'waraq/2026-11 is on the web again',
  ]);
  const notes = stored((db) => db.$client.prepare("SELECT action FROM audit WHERE subject = 'waraq/2026-11' ORDER BY id").pluck().all());
  expect(notes).toEqual(['withdraw', 'put back']);
  await expect(withdraw('waraq/2099-01')).rejects.toMatchObject({ code: 'issue.not_found' });
});

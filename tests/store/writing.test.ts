/** The text of an issue while it is written: nothing typed is lost, nobody overwrites unseen, and what something was done with stays as it is. */
import { describe, expect, test } from 'vitest';
import { foldMs } from '../../src/model/customs.ts';
import { saveEdition } from '../../src/store/editions.ts';
import { findDraft, findRevision, saveRevision } from '../../src/store/issues.ts';
import { openStore } from '../../src/store/open.ts';
import {
  beginIssue,
  listRevisions,
  markPoint,
  noteReading,
  renumberIssue,
  saveText,
  sealRevision,
  tagOf,
} from '../../src/store/writing.ts';
import { samplePublication, sampleTree, t0 } from '../support/store.ts';

function setUp() {
  const db = openStore(':memory:');
  const publication = samplePublication(db);
  const issueId = beginIssue(db, publication.id, '2026-12', t0) as number;
  const save = (source: string, { at = t0, actor = 'person 1', tag }: { at?: number; actor?: string; tag?: string } = {}) =>
    saveText(db, { issueId, source, tag, actor, now: at });
  return {
    db,
    publication,
    issueId,
    save,
    texts: () => listRevisions(db, issueId, 50).map(({ revision, actor }) => `${revision} ${actor}`),
  };
}

describe('a saved text', () => {
  test('goes into one row for the same author within five minutes, counted from the first word of it', () => {
    const { save, texts } = setUp();
    save('a');
    save('ab', { at: t0 + foldMs - 1 });
    expect(texts()).toEqual(['1 person 1']);
    save('abc', { at: t0 + foldMs });
    expect(texts()).toEqual(['2 person 1', '1 person 1']);
  });

  test('of another author makes a row of its own', () => {
    const { save, texts } = setUp();
    save('a');
    save('ab', { actor: 'person 2' });
    expect(texts()).toEqual(['2 person 2', '1 person 1']);
  });

  test.each(['tested', 'approved'] as const)('is not written over once it was %s', (point) => {
    const { db, save, texts } = setUp();
    markPoint(db, save('a').draft, point);
    save('ab');
    expect(texts()).toHaveLength(2);
  });

  test('is not written over once it was drawn for good, and is drawn only as it was read', () => {
    const { db, save, texts } = setUp();
    const read = save('a').draft;
    save('ab');
    expect(sealRevision(db, read)).toBe(false);
    expect(sealRevision(db, save('abc').draft)).toBe(true);
    save('abcd');
    expect(texts()).toHaveLength(2);
  });

  test('that an edition was made of before revisions were sealed is not written over either', () => {
    const { db, save, texts, issueId } = setUp();
    const { revision } = save('a').draft;
    const key = { issueId, revision, language: 'en', format: 'full' as const, masthead: 'm' };
    saveEdition(db, { ...key, hash: 'h', subject: 's', email: 'e', plainText: 't', page: 'p', pdf: Buffer.of(), createdAt: t0 });
    save('ab');
    expect(texts()).toHaveLength(2);
  });

  test('changes its tag with every save, so that whoever had another is told and nothing is lost', () => {
    const { db, save, issueId } = setUp();
    const first = tagOf(save('a').draft);
    const second = tagOf(save('ab', { tag: first }).draft);
    expect(second).not.toBe(first);
    const late = save('mine', { actor: 'person 2', tag: first });
    expect(late).toMatchObject({ outcome: 'stale', draft: { source: 'ab' } });
    expect(findDraft(db, issueId)?.source).toBe('ab');
    expect(save('mine', { actor: 'person 2', tag: second }).outcome).toBe('saved');
  });

  test('that is the newest already is no save, whatever its tag', () => {
    const { save, texts } = setUp();
    save('a');
    expect(save('a', { tag: '0.0', actor: 'person 2' }).outcome).toBe('same');
    expect(texts()).toEqual(['1 person 1']);
  });

  test('takes what was read from it, unless it was saved anew meanwhile', () => {
    const { db, publication, save } = setUp();
    const tree = { ...sampleTree, number: '2026-12' };
    const read = { tree, stops: [], errors: 0, hash: 'h' };
    const early = save('a').draft;
    const late = save('ab').draft;
    expect(noteReading(db, early, read)).toBe(false);
    expect(findRevision(db, publication.id, '2026-12')).toBeUndefined();
    expect(noteReading(db, late, read)).toBe(true);
    expect(findRevision(db, publication.id, '2026-12')?.tree.title).toBe(sampleTree.title);
  });

  test('that cannot be read keeps an older revision that could from being taken for the issue', () => {
    const { db, publication, issueId } = setUp();
    saveRevision(db, {
      publicationId: publication.id,
      tree: { ...sampleTree, number: '2026-12' },
      source: 'x',
      stops: [],
      hash: 'h',
      now: t0,
    });
    saveText(db, { issueId, source: 'broken', tag: undefined, actor: 'person 1', now: t0 });
    expect(findRevision(db, publication.id, '2026-12')).toBeUndefined();
  });
});

test('an issue takes a number that is free, and not one that another has', () => {
  const { db, publication, issueId } = setUp();
  beginIssue(db, publication.id, '2027-01', t0);
  const issue = { id: issueId, publicationId: publication.id };
  expect(renumberIssue(db, issue, '2027-01')).toBe(false);
  expect(renumberIssue(db, issue, '2027-02')).toBe(true);
});

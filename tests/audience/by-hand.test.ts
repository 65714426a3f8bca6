/** What an editor does to one reader: each with its words, its event and its entry in the audit, and never against a reader's own word. */
import { createSecretKey } from 'node:crypto';
import { expect, test } from 'vitest';
import { addByHand, editReader, mayMoveByHand, moveByHand } from '../../src/audience/by-hand.ts';
import { suppress } from '../../src/feedback/feedback.ts';
import { parseAddress } from '../../src/model/address.ts';
import { openStore } from '../../src/store/open.ts';
import { findReader } from '../../src/store/readers.ts';
import { consentHistory } from '../../src/store/subscriptions.ts';
import { readerDeps, samplePublication, sampleReaders, t0 } from '../support/store.ts';

const by = { actor: 'person 2', now: t0 };
const words = 'Asked for it by mail on 3 November';

function room() {
  const db = openStore(':memory:');
  const publication = samplePublication(db);
  const deps = readerDeps(db);
  const add = (email: string, now = t0) => {
    const address = parseAddress(email);
    if ('problem' in address) throw new Error(address.problem);
    return addByHand(deps, { publication, address, name: '  Anna   Lee ', language: 'pt_br', words }, { ...by, now });
  };
  const audit = () => db.$client.prepare('SELECT actor, action, subject FROM audit ORDER BY id').raw().all();
  return { db, publication, deps, add, audit };
}

test('a reader is added with the words agreed to, once, and the audit names a number', () => {
  const { db, add, audit } = room();
  expect(add('Anna@Example.org')).toEqual({ outcome: 'added', reader: 1, state: 'active' });
  expect(add('anna@example.org')).toEqual({ outcome: 'there', reader: 1, state: 'active' });
  expect(findReader(db, 1)).toMatchObject({ email: 'Anna@example.org', name: 'Anna Lee', language: 'pt-BR' });
  const { held, events } = consentHistory(db, 1);
  expect(held.map(({ subscription }) => subscription.state)).toEqual(['active']);
  expect(events.map(({ consent, words: said }) => [consent.event, consent.way, said])).toEqual([['subscribe', 'person', words]]);
  expect(audit()).toEqual([['person 2', 'reader add', 'reader 1']]);
});

test('who has left is not brought back by an editor, and a barred address is not added', () => {
  const { db, deps, publication, add } = room();
  add('anna@example.org');
  moveByHand(deps, { reader: 1, publicationId: publication.id, move: 'leave', reason: '' }, by);
  expect(add('anna@example.org')).toEqual({ outcome: 'there', reader: 1, state: 'left' });
  suppress({ db, suppressionKey: createSecretKey(deps.suppressionKey), now: () => t0 }, 'dead@example.org', 'operator');
  expect(add('dead@example.org')).toEqual({ outcome: 'barred' });
  expect(db.$client.prepare('SELECT count(*) FROM readers').pluck().get()).toBe(1);
});

test('suspended, put back and taken off: each counts once, with its reason in the audit', () => {
  const { db, deps, publication } = room();
  sampleReaders(db, publication.id, 1);
  const move = (what: 'suspend' | 'reinstate' | 'leave') =>
    moveByHand(deps, { reader: 1, publicationId: publication.id, move: what, reason: 'they phoned' }, by);
  expect([move('suspend'), move('suspend'), move('reinstate'), move('reinstate'), move('leave'), move('leave')]).toEqual([
    true,
    false,
    true,
    false,
    true,
    false,
  ]);
  expect(consentHistory(db, 1).events.map(({ consent }) => `${consent.event} ${consent.way}`)).toEqual([
    'suspend person',
    'reinstate person',
    'leave person',
  ]);
  expect(db.$client.prepare('SELECT action, detail FROM audit').raw().all()).toEqual([
    ['reader suspend', 'they phoned'],
    ['reader reinstate', 'they phoned'],
    ['reader leave', 'they phoned'],
  ]);
  expect((['suspend', 'reinstate', 'leave'] as const).filter((each) => mayMoveByHand(each, 'left'))).toEqual([]);
});

test('name and language are edited, a language that is none is left out, and nothing is noted when nothing changes', () => {
  const { db, deps, publication, audit } = room();
  sampleReaders(db, publication.id, 1);
  expect(editReader(deps, 1, { name: 'Noor', language: 'ur' }, by)).toBe(true);
  expect(editReader(deps, 1, { name: 'Noor', language: 'gibberish!' }, by)).toBe(false);
  expect(findReader(db, 1)).toMatchObject({ name: 'Noor', language: 'ur', email: 'r1@example.com' });
  expect(audit()).toEqual([['person 2', 'reader edit', 'reader 1']]);
});

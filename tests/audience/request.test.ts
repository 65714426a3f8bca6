/** Asking, answering and saying yes: who is written to, how often, and what a confirmation may lift. */
import { describe, expect, test } from 'vitest';
import { answerRequests, askToSubscribe, confirmRequest, lookUpRequest, type ReaderDeps } from '../../src/audience/audience.ts';
import { type Address, isAddressProblem, parseAddress } from '../../src/model/address.ts';
import { hourlyLimits } from '../../src/model/request.ts';
import { readToken, type TokenSubject } from '../../src/model/token.ts';
import { type Db, openStore } from '../../src/store/open.ts';
import { changePublication } from '../../src/store/publications.ts';
import { consents, consentTexts, notices, readers, requests, subscriptions } from '../../src/store/schema.ts';
import { addSuppression, suppressionHash, suppressionsOf } from '../../src/store/suppressions.ts';
import { readerDeps, samplePublication, sampleReaders, t0, testRing } from '../support/store.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const words = 'Send me The Tidewater Review.';

function room(readerCount = 0): { db: Db; deps: ReaderDeps } {
  const db = openStore(':memory:');
  const publication = samplePublication(db);
  sampleReaders(db, publication.id, readerCount);
  return { db, deps: readerDeps(db) };
}

function address(text: string): Address {
  const parsed = parseAddress(text);
  if (isAddressProblem(parsed)) throw new Error(parsed.problem);
  return parsed;
}

let nets = 0;
/** Asks from a network of its own, so that only what a test is about limits it. */
function ask(deps: ReaderDeps, email: string, { now = t0, network = `10.${nets >> 8}.${nets++ & 255}.0/24`, name = '' } = {}): string {
  const asked = { publicationId: 1, address: address(email), name, language: 'en', words, wordsLanguage: 'en', way: 'page' as const };
  return askToSubscribe(deps, { ...asked, page: 'https://news.example.org/tidewater/subscribe', network, now });
}

const written = (db: Db) =>
  db
    .select()
    .from(notices)
    .all()
    .map(({ address: to, facts }) => `${facts.kind} ${to}`);
const stateOf = (db: Db, email: string) =>
  db.$client.prepare('SELECT state FROM subscriptions JOIN readers ON readers.id = reader_id WHERE email = ?').pluck().get(email);
const requestStates = (db: Db) =>
  db
    .select()
    .from(requests)
    .all()
    .map(({ state }) => state);

/** The token of the newest notice, read. */
function newest(db: Db): TokenSubject {
  const facts = db.select().from(notices).all().at(-1)?.facts as { token: string };
  const subject = readToken(testRing, 'request', facts.token);
  if (subject === undefined) throw new Error('the newest notice carries no token of a request');
  return subject;
}
const yes = { network: '192.0.2.0/24', now: t0 + minute };

test('a stranger is asked by mail, and is a reader only once they said yes', () => {
  const { db, deps } = room();
  expect(ask(deps, 'New@Example.com', { name: ' Ada\r\nLovelace ' })).toBe('noted');
  expect(written(db)).toEqual([]);
  answerRequests(deps, 10, t0);
  expect(written(db)).toEqual(['confirm New@example.com']);
  expect(db.select().from(readers).all()).toEqual([]);
  expect(lookUpRequest(deps, newest(db), t0)).toMatchObject({ outcome: 'open', kind: 'subscribe', maskedAddress: 'N…w@example.com' });
  expect(confirmRequest(deps, newest(db), yes)).toMatchObject({ outcome: 'done', slug: 'tidewater' });
  expect(db.select().from(readers).all()).toMatchObject([
    { email: 'New@example.com', emailKey: 'new@example.com', name: 'Ada Lovelace', language: 'en' },
  ]);
  expect(stateOf(db, 'New@example.com')).toBe('active');
});

test('consent is kept word for word: version and text of the words, page, network and time, of the asking and of the yes', () => {
  const { db, deps } = room();
  ask(deps, 'new@example.com', { network: '203.0.113.0/24' });
  answerRequests(deps, 10, t0);
  confirmRequest(deps, newest(db), yes);
  const [text] = db.select().from(consentTexts).all();
  expect(text).toMatchObject({ language: 'en', text: words });
  expect(db.select().from(consents).all()).toMatchObject([
    {
      event: 'subscribe',
      way: 'page',
      textHash: text?.hash,
      page: 'https://news.example.org/tidewater/subscribe',
      network: '203.0.113.0/24',
      at: t0,
    },
    { event: 'confirm', way: 'page', network: '192.0.2.0/24', at: yes.now },
  ]);
});

test('a confirmation works once: a second yes changes nothing, not even after the reader has left', () => {
  const { db, deps } = room();
  ask(deps, 'new@example.com');
  answerRequests(deps, 10, t0);
  const subject = newest(db);
  confirmRequest(deps, subject, yes);
  db.update(subscriptions).set({ state: 'left', before: 'active' }).run();
  expect(confirmRequest(deps, subject, yes)).toMatchObject({ outcome: 'expired' });
  expect(lookUpRequest(deps, subject, t0)).toMatchObject({ outcome: 'expired' });
  expect(stateOf(db, 'new@example.com')).toBe('left');
  expect(db.select().from(consents).all()).toHaveLength(2);
});

test('a confirmation works for seven days and not a moment longer', () => {
  for (const [late, outcome] of [
    [7 * day, 'done'],
    [7 * day + 1, 'expired'],
  ] as const) {
    const { db, deps } = room();
    ask(deps, 'new@example.com');
    answerRequests(deps, 10, t0);
    expect(confirmRequest(deps, newest(db), { ...yes, now: t0 + late })).toMatchObject({ outcome });
    expect(db.select().from(readers).all()).toHaveLength(outcome === 'done' ? 1 : 0);
  }
});

test('without a yes the address is forgotten, in the request and in the notice', () => {
  const { db, deps } = room();
  ask(deps, 'new@example.com');
  answerRequests(deps, 10, t0);
  const subject = newest(db);
  db.update(notices)
    .set({ state: 'accepted', drawing: { subject: 's', email: 'new@example.com', text: 't' } })
    .run();
  answerRequests(deps, 10, t0 + 8 * day);
  expect(db.select().from(requests).all()).toEqual([]);
  expect(db.select().from(notices).all()).toMatchObject([
    { address: '', drawing: null, template: null, facts: { kind: 'confirm' }, state: 'accepted' },
  ]);
  expect(confirmRequest(deps, subject, yes)).toEqual({ outcome: 'unknown' });
  expect(Buffer.from(db.$client.serialize()).includes('new@example.com')).toBe(false);
});

test('a reader who asks for what comes already is told so, and nothing changes', () => {
  const { db, deps } = room(1);
  ask(deps, 'R1@example.com');
  answerRequests(deps, 10, t0);
  expect(written(db)).toEqual(['known R1@example.com']);
  expect(db.select().from(consents).all()).toEqual([]);
  expect(requestStates(db)).toEqual(['used']);
});

test.each(['left', 'paused'] as const)('a reader who is %s comes back by a double opt-in', (state) => {
  const { db, deps } = room(1);
  db.update(subscriptions).set({ state, before: 'active' }).run();
  ask(deps, 'r1@example.com');
  answerRequests(deps, 10, t0);
  confirmRequest(deps, newest(db), yes);
  expect(stateOf(db, 'r1@example.com')).toBe('active');
  expect(db.select().from(readers).all()).toHaveLength(1);
});

describe('suppressed addresses', () => {
  const suppress = (deps: ReaderDeps, reason: 'complaint' | 'hard-bounce' | 'person' | 'erase', publicationId = 0) =>
    addSuppression(deps.db, { hash: suppressionHash(deps.suppressionKey, 'new@example.com'), publicationId, reason, at: t0 });

  test.each(['complaint', 'hard-bounce', 'person'] as const)(
    'after %s nothing is written, and the asking looked like any other',
    (reason) => {
      for (const publicationId of [0, 1]) {
        const { db, deps } = room();
        suppress(deps, reason, publicationId);
        expect(ask(deps, 'new@example.com')).toBe('noted');
        answerRequests(deps, 10, t0);
        expect([written(db), requestStates(db)]).toEqual([[], ['dropped']]);
      }
    },
  );

  test('a suppression for another publication does not matter', () => {
    const { db, deps } = room();
    suppress(deps, 'complaint', 2);
    ask(deps, 'new@example.com');
    answerRequests(deps, 10, t0);
    expect(written(db)).toEqual(['confirm new@example.com']);
  });

  test('a complaint that came after the asking stops the yes', () => {
    const { db, deps } = room();
    ask(deps, 'new@example.com');
    answerRequests(deps, 10, t0);
    suppress(deps, 'complaint');
    expect(confirmRequest(deps, newest(db), yes)).toMatchObject({ outcome: 'expired' });
    expect(db.select().from(readers).all()).toEqual([]);
  });

  test('who was erased comes back by their own double opt-in, which lifts that suppression and no sooner', () => {
    const { db, deps } = room();
    suppress(deps, 'erase');
    ask(deps, 'new@example.com');
    answerRequests(deps, 10, t0);
    const held = () => suppressionsOf(db, suppressionHash(deps.suppressionKey, 'new@example.com'));
    expect(held()).toHaveLength(1);
    confirmRequest(deps, newest(db), yes);
    expect([held(), stateOf(db, 'new@example.com')]).toEqual([[], 'active']);
  });

  test('a reader suspended for bounces is not written to', () => {
    const { db, deps } = room(1);
    db.update(subscriptions).set({ state: 'suspended' }).run();
    ask(deps, 'r1@example.com');
    answerRequests(deps, 10, t0);
    expect([written(db), stateOf(db, 'r1@example.com')]).toEqual([[], 'suspended']);
  });
});

describe('limits', () => {
  test('an address is written to once a day, however often it is asked for and by whatever spelling', () => {
    const { db, deps } = room();
    for (const spelling of ['new@example.com', 'NEW@EXAMPLE.COM', 'new@example.com']) ask(deps, spelling);
    answerRequests(deps, 10, t0);
    expect(written(db)).toEqual(['confirm new@example.com']);
    ask(deps, 'new@example.com', { now: t0 + day - 1 });
    answerRequests(deps, 10, t0 + day - 1);
    expect(written(db)).toHaveLength(1);
    ask(deps, 'new@example.com', { now: t0 + day + 1 });
    answerRequests(deps, 10, t0 + day + 1);
    expect(written(db)).toHaveLength(2);
  });

  test('a network has its share of an hour; known and unknown addresses use it up alike', () => {
    const { deps } = room(40);
    const answers = Array.from({ length: 30 }, (_, i) =>
      ask(deps, i % 2 ? `r${i}@example.com` : `new${i}@example.com`, { network: '192.0.2.0/24' }),
    );
    expect(answers.filter((answer) => answer === 'noted')).toHaveLength(hourlyLimits.network.most);
    expect(answers.slice(hourlyLimits.network.most)).toEqual(Array(10).fill('busy'));
    expect(ask(deps, 'other@example.com')).toBe('noted');
    expect(ask(deps, 'later@example.com', { network: '192.0.2.0/24', now: t0 + hour + 1 })).toBe('noted');
  });

  test('a receiving domain has its share of an hour: its others wait, those of other domains do not', () => {
    const { db, deps } = room();
    for (let i = 0; i < hourlyLimits.domain.most + 3; i += 1) ask(deps, `n${i}@big.example`);
    ask(deps, 'one@small.example');
    for (let i = 0; i < 30; i += 1) answerRequests(deps, 10, t0);
    expect(written(db)).toHaveLength(hourlyLimits.domain.most + 1);
    expect(written(db)).toContain('confirm one@small.example');
    answerRequests(deps, 10, t0 + hour + 1);
    expect(written(db)).toHaveLength(hourlyLimits.domain.most + 4);
  });

  test('an abnormal hour is braked: the rest waits, the editors are told once, and what waited a day is dropped', () => {
    const { db, deps } = room();
    const { most } = hourlyLimits.all;
    for (let i = 0; i < most + 5; i += 1) ask(deps, `n@d${i}.example`);
    for (let i = 0; i < 60; i += 1) answerRequests(deps, 10, t0);
    const brakes = () =>
      db
        .select()
        .from(notices)
        .all()
        .filter(({ facts }) => facts.kind === 'signup-brake');
    expect(written(db).filter((line) => line.startsWith('confirm'))).toHaveLength(most);
    expect(brakes()).toMatchObject([{ address: 'news@tidewater.example', facts: { asked: most + 5 } }]);
    answerRequests(deps, 10, t0 + hour + 1);
    expect(written(db).filter((line) => line.startsWith('confirm'))).toHaveLength(most + 5);
    expect(brakes()).toHaveLength(1);
    ask(deps, 'n@late.example');
    answerRequests(deps, 10, t0 + day + 1);
    expect(requestStates(db).at(-1)).toBe('dropped');
  });
});

test('the welcome comes by the publication’s setting, once, with the latest issue', () => {
  for (const welcome of [true, false]) {
    const { db, deps } = room();
    changePublication(db, 1, { welcome });
    ask(deps, 'new@example.com');
    answerRequests(deps, 10, t0);
    const subject = newest(db);
    confirmRequest(deps, subject, yes);
    confirmRequest(deps, subject, yes);
    expect(written(db).slice(1)).toEqual(welcome ? ['welcome new@example.com'] : []);
  }
});

test('tokens of numbers nobody has given out find nothing', () => {
  const { deps } = room();
  for (const subject of [
    { publication: 1, reader: 99, send: 0 },
    { publication: 7, reader: 1, send: 0 },
  ]) {
    expect(lookUpRequest(deps, subject, t0)).toEqual({ outcome: 'unknown' });
    expect(confirmRequest(deps, subject, yes)).toEqual({ outcome: 'unknown' });
  }
});

/** Notices through the whole protocol on real Redis, SQLite and SMTP: their own queue, the outcomes of deliveries, nothing lost and nothing twice. */
import { describe, expect, onTestFinished } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import { openLog } from '../../src/log.ts';
import { work } from '../../src/main/worker.ts';
import { composeTemplate, issueInput } from '../../src/message/message.ts';
import { leaveTokenPlaceholder } from '../../src/model/edition.ts';
import type { NoticeFacts } from '../../src/model/notice.ts';
import { readToken } from '../../src/model/token.ts';
import type { BatchJob } from '../../src/queue/jobs.ts';
import { steer } from '../../src/schedule/steer.ts';
import { openBatches } from '../../src/store/engine.ts';
import { openKeyRing } from '../../src/store/keys.ts';
import { addComposedNotice, addNotice, findUndrawn, forgetNotices, saveNoticeDrawing } from '../../src/store/notices.ts';
import type { Db } from '../../src/store/open.ts';
import { notices } from '../../src/store/schema.ts';
import { getSend } from '../../src/store/sends.ts';
import { type HandEngine, openHandEngine } from '../support/engine.ts';
import { test } from '../support/redis.ts';
import { openPostOffice, openScriptedRelay } from '../support/relay.ts';
import { sampleStore, t0 } from '../support/store.ts';

const minute = 60_000;
const facts: NoticeFacts = { kind: 'slot-empty', at: '2026-12-01T09:00+05:00', zone: 'Asia/Karachi', next: '2027-01-05T09:00+05:00' };

function write(db: Db, publicationId: number, count = 1, { rehearsal = false, drawn = true } = {}): void {
  for (let i = 1; i <= count; i += 1) {
    addNotice(db, { publicationId, address: `editor${i}@tidewater.example`, rehearsal, facts, now: t0 });
    if (drawn) saveNoticeDrawing(db, i, { subject: 'No issue went out', email: '<p>Nothing.</p>', text: 'Nothing.' });
  }
}

const states = (db: Db) =>
  db
    .select()
    .from(notices)
    .all()
    .map(({ state }) => state);

async function setUp(url: string, { readers = 0, count = 1, ...how }: { readers?: number; count?: number; drawn?: boolean } = {}) {
  const { db, publication, send } = sampleStore(readers);
  write(db, publication.id, count, how);
  const engine = await openHandEngine(db, url);
  await engine.vouch();
  engine.keepSettling();
  return { db, publication, send, engine };
}

/** A worker of the product in this process, over that relay. */
function startWorker(redisUrl: string, relayUrl: string): () => Promise<void> {
  const stopping = new AbortController();
  const config = parseConfig({ REDIS_URL: redisUrl, SMTP_URL: relayUrl, SMTP_CONNECTIONS: '2' }, { pages: false });
  const log = openLog({ level: 'error', write: () => {} });
  const working = work({ config, dkim: undefined, route: 'deliver', log, stopping: stopping.signal });
  const stop = async () => {
    stopping.abort();
    await working;
  };
  onTestFinished(stop);
  return stop;
}

/** Takes the one notice that is handed out and begins it, as a worker that then dies would. */
async function beginOne({ db, engine }: { db: Db; engine: HandEngine }) {
  const worker = await engine.worker();
  const jobs: BatchJob[] = [];
  engine.take(async (job) => {
    jobs.push(job);
    return 'done';
  });
  expect(await engine.topUpNotices()).toBe(1);
  await expect.poll(() => jobs.length, { timeout: 10_000 }).toBe(1);
  const job = jobs[0] as BatchJob;
  expect(await worker.joined(job.epoch)).toBe(true);
  expect(await worker.begin(job, job.rows[0]?.reader ?? 0)).toBe('go');
  return { worker, job, db };
}

describe('a notice', { timeout: 30_000 }, () => {
  test('goes out once, as mail that no list software or auto-responder answers', async ({ redis }) => {
    await using post = await openPostOffice();
    const { db, publication, engine } = await setUp(redis.url);
    startWorker(redis.url, post.url);
    await engine.topUpNotices();
    await expect.poll(() => states(db), { timeout: 10_000 }).toEqual(['accepted']);
    await expect.poll(() => openBatches(db)).toEqual([]);
    expect(await engine.topUpNotices()).toBe(0);
    const [mail, ...more] = post.mails;
    expect([mail?.to, more]).toEqual(['editor1@tidewater.example', []]);
    const text = mail?.bytes.toString('latin1') ?? '';
    expect(text).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(text).not.toMatch(/^(List-|Precedence|Feedback-ID)/im);
    const token = /^Message-ID: <([a-z2-7]+)@tidewater\.example>/m.exec(text)?.[1] ?? '';
    const ring = openKeyRing(db, 'secret of the test', t0).tokens;
    expect(readToken(ring, 'notice', token)).toEqual({ publication: publication.id, reader: 1, send: 0 });
    expect(readToken(ring, 'delivery', token)).toBeUndefined();
    expect(mail?.from).toBe(`b+${token}@tidewater.example`);
  });

  test('of a test is the mail that readers get, marked, with links that lead to nobody', async ({ redis }) => {
    await using post = await openPostOffice();
    const { db, publication, engine } = await setUp(redis.url, { count: 0 });
    const mail = {
      subject: '[Test] November',
      email: `<a href="https://x.example/u/${leaveTokenPlaceholder}">Leave</a>`,
      plainText: leaveTokenPlaceholder,
    };
    const input = issueInput({
      publication,
      edition: mail,
      campaign: 'test',
      date: t0,
      baseUrl: 'https://x.example',
      bounceDomain: undefined,
    });
    const template = JSON.stringify(composeTemplate({ ...input, test: true }));
    const facts = { kind: 'test', issue: 'tidewater/2026-11', revision: 1 } as const;
    addComposedNotice(db, { publicationId: publication.id, address: 'noor@example.org', rehearsal: false, facts, template, now: t0 });
    startWorker(redis.url, post.url);
    await engine.topUpNotices();
    await expect.poll(() => states(db), { timeout: 10_000 }).toEqual(['accepted']);
    const text = post.mails[0]?.bytes.toString('latin1') ?? '';
    for (const line of [
      /^Subject: \[Test\] November\r$/m,
      /^X-Galley-Test: yes\r$/m,
      /^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m,
    ])
      expect(text).toMatch(line);
    const token = /^List-Unsubscribe: <https:\/\/x\.example\/u\/([a-z2-7]+)>/m.exec(text)?.[1] ?? '';
    const ring = openKeyRing(db, 'secret of the test', t0).tokens;
    expect(readToken(ring, 'leave', token)).toEqual({ publication: publication.id, reader: 0, send: 0 });
    expect(text).not.toContain(leaveTokenPlaceholder);
  });

  test('is not handed out before it is drawn, nor by an engine of the other route', async ({ redis }) => {
    const { db, engine } = await setUp(redis.url, { drawn: false });
    expect(await engine.topUpNotices()).toBe(0);
    saveNoticeDrawing(db, 1, { subject: 's', email: 'e', text: 't' });
    db.$client.exec('UPDATE notices SET rehearsal = 1');
    expect([await engine.topUpNotices(), states(db)]).toEqual([0, ['ready']]);
  });

  test('is delayed neither by a send that fills every line of a slow relay nor by its pace', async ({ redis }) => {
    await using post = await openPostOffice({
      onData(stream, session, done) {
        stream.resume();
        stream.on('end', () => {
          const to = session.envelope.rcptTo[0]?.address ?? '';
          if (to.startsWith('editor')) arrived.push(to);
          setTimeout(done, to.startsWith('editor') ? 0 : 4000); // every reader's mail holds its line for four seconds
        });
      },
    });
    const arrived: string[] = [];
    const { db, send, engine, publication } = await setUp(redis.url, { readers: 50, count: 0 });
    startWorker(redis.url, post.url);
    engine.start();
    engine.freeze();
    await expect.poll(() => engine.topUp(), { timeout: 10_000 }).toBeGreaterThan(0);
    await expect.poll(() => post.connections(), { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
    write(db, publication.id);
    const began = Date.now();
    await engine.topUpNotices();
    await expect.poll(() => arrived, { timeout: 10_000 }).toEqual(['editor1@tidewater.example']);
    expect(Date.now() - began).toBeLessThan(3000); // less than one message of the send
    expect(getSend(db, send.id).accepted).toBe(0);
    steer({ db, now: () => t0 }, send.id, 'cancel', 'operator');
    await engine.recall();
  });

  test('that the relay puts off comes due again; refused, it is over', async ({ redis }) => {
    let reply = '451 4.7.1 later';
    await using relay = await openScriptedRelay({
      rcpt: () => reply,
    });
    const { db, engine } = await setUp(redis.url);
    startWorker(redis.url, relay.url);
    await engine.topUpNotices();
    await expect.poll(() => states(db), { timeout: 10_000 }).toEqual(['deferred']);
    await expect.poll(() => openBatches(db)).toEqual([]);
    engine.clock.now = t0 + 4 * minute;
    expect(await engine.topUpNotices()).toBe(0);
    reply = '550 5.1.1 no such user';
    engine.clock.now = t0 + 6 * minute;
    expect(await engine.topUpNotices()).toBe(1);
    await expect.poll(() => states(db), { timeout: 10_000 }).toEqual(['refused']);
    expect(engine.log.some((line) => line.includes('notice.refused'))).toBe(true);
  });

  test('that cannot be composed is refused with the reason, and stops nothing else', async ({ redis }) => {
    const { db, engine } = await setUp(redis.url, { count: 2 });
    db.$client.exec("UPDATE publications SET from_address = 'jörg@tidewater.example'");
    expect(await engine.topUpNotices()).toBe(0);
    expect(db.select().from(notices).all()).toMatchObject([
      { state: 'refused', reply: expect.stringContaining('plain letters') },
      { state: 'refused', reply: expect.stringContaining('plain letters') },
    ]);
    expect(openBatches(db)).toEqual([]);
  });

  test('survives an emptied Redis', async ({ redis }) => {
    await using post = await openPostOffice();
    const { db, engine } = await setUp(redis.url, { count: 3 });
    expect(await engine.topUpNotices()).toBe(3);
    await engine.redis.flushall();
    await engine.vouch();
    await engine.sweep(); // no worker ever was: nobody can have begun one
    expect(states(db)).toEqual(['ready', 'ready', 'ready']);
    startWorker(redis.url, post.url);
    await engine.topUpNotices();
    await expect.poll(() => states(db), { timeout: 10_000 }).toEqual(['accepted', 'accepted', 'accepted']);
    expect(post.mails).toHaveLength(3);
  });

  test('whose job is lost is published again', async ({ redis }) => {
    const { engine } = await setUp(redis.url);
    await engine.topUpNotices();
    const keys = await engine.redis.keys('bull:notice:*');
    await engine.redis.del(...keys);
    expect(await engine.queue.has(1)).toBe(false);
    await engine.sweep();
    expect(await engine.queue.has(1)).toBe(true);
  });

  test('that is forgotten while its job is lost goes to nobody and stops no other', async ({ redis }) => {
    const { db, engine } = await setUp(redis.url, { count: 2 });
    await engine.topUpNotices();
    await engine.redis.del(...(await engine.redis.keys('bull:notice:*')));
    forgetNotices(db, { id: 1 }, t0);
    await engine.sweep();
    expect(states(db)).toEqual(['refused', 'queued']);
    expect([await engine.queue.has(1), await engine.queue.has(2)]).toEqual([false, true]);
    expect(findUndrawn(db, false)).toBeUndefined();
  });

  test('whose worker died with it in flight is unknown; late word heals it', async ({ redis }) => {
    const at = await setUp(redis.url);
    const { worker, job, db } = await beginOne(at);
    await worker.end(job); // what the next worker says: it skips what was begun
    await expect.poll(() => states(db)).toEqual(['unknown']);
    worker.remember(job, 1, { kind: 'accepted', reply: '250 ok' });
    await expect.poll(() => states(db)).toEqual(['accepted']);
  });

  test('that is unknown goes out once more by the policy retry, after half an hour, with the same message', async ({ redis }) => {
    const at = await setUp(redis.url);
    const { worker, job, db } = await beginOne(at);
    await worker.end(job);
    await expect.poll(() => states(db)).toEqual(['unknown']);
    const { engine } = at;
    engine.clock.now = t0 + 29 * minute;
    expect(engine.retry()).toBe(0);
    engine.clock.now = t0 + 31 * minute;
    expect(engine.retry()).toBe(1);
    const before = db.select().from(notices).get()?.template;
    await engine.topUpNotices();
    expect(db.select().from(notices).get()).toMatchObject({ state: 'queued', template: before, resent: 1 });
    await expect.poll(() => openBatches(db)).toHaveLength(1);
    db.$client.exec(`UPDATE notices SET state = 'unknown', changed_at = ${engine.clock.now}`);
    engine.clock.now += 40 * minute;
    expect(engine.retry()).toBe(0); // once
  });

  test('of a relay’s engine is given back, not sent, by an engine with the catcher', async ({ redis }) => {
    const { db, engine } = await setUp(redis.url);
    await engine.topUpNotices();
    await engine.close();
    const other = await openHandEngine(db, redis.url, { rehearsal: true });
    await other.vouch();
    await other.sweep();
    expect(states(db)).toEqual(['ready']);
    expect(await other.topUpNotices()).toBe(0);
  });
});

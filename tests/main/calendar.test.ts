/** The month as it goes by itself: the engine with its calendar on real Redis, a worker, a relay and real drawings; only the clock is moved. */
import { describe, expect, onTestFinished } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import { openLog } from '../../src/log.ts';
import { openEngine } from '../../src/main/engine.ts';
import { work } from '../../src/main/worker.ts';
import { openDrawing } from '../../src/render/render.ts';
import { approveIssue } from '../../src/schedule/approve.ts';
import { saveRevision } from '../../src/store/issues.ts';
import { openKeyRing } from '../../src/store/keys.ts';
import { openStore } from '../../src/store/open.ts';
import { publications } from '../../src/store/schema.ts';
import { listSends } from '../../src/store/sends.ts';
import { test } from '../support/redis.ts';
import { openPostOffice } from '../support/relay.ts';
import { readerDeps, samplePublication, sampleReaders, sampleTree } from '../support/store.ts';

const hour = 3_600_000;
const subjectOf = (bytes: Buffer) => /^Subject: (.*)\r$/m.exec(bytes.toString('latin1'))?.[1] ?? '';

describe('serve', { timeout: 60_000 }, () => {
  test('sends the approved issue in its slot, once, and tells the editors when there is none', async ({ redis }) => {
    await using post = await openPostOffice();
    const db = openStore(':memory:');
    const clock = { now: Date.parse('2026-11-22T09:00Z') };
    const now = () => clock.now;
    const publication = { ...samplePublication(db), slot: 'first tuesday 09:00', zone: 'Asia/Karachi' };
    db.update(publications).set({ slot: publication.slot, zone: publication.zone }).run();
    sampleReaders(db, publication.id, 5);
    saveRevision(db, { publicationId: publication.id, tree: sampleTree, source: 'x', stops: [], hash: 'h', now: clock.now });
    const studio = openDrawing();
    onTestFinished(() => studio.close());
    const baseUrl = 'https://news.example.org';
    const order = { publication, number: sampleTree.number, waived: {}, actor: 'operator' };
    await approveIssue({ db, draw: studio.draw, baseUrl, now }, order);

    const log = openLog({ level: 'error', write: () => {} });
    const engine = await openEngine({
      data: { db, ring: openKeyRing(db, 'secret of the test', clock.now) },
      readers: readerDeps(db),
      redisUrl: redis.url,
      privateRedis: true,
      rehearsal: false,
      baseUrl,
      bounceDomain: undefined,
      rate: undefined,
      unknownPolicy: 'hold',
      log,
      now,
    });
    const stopping = new AbortController();
    const config = parseConfig({ REDIS_URL: redis.url, SMTP_URL: post.url }, { pages: false });
    const working = work({ config, dkim: undefined, route: 'deliver', log, stopping: stopping.signal });
    onTestFinished(async () => {
      stopping.abort();
      await working;
      await engine.stop();
    });

    /** Moves the clock and gives the engine the time to look, which it does each half minute of its clock. */
    const at = async (instant: string) => {
      clock.now = Date.parse(instant);
      await new Promise((resolve) => setTimeout(resolve, 700));
      clock.now += 31_000;
    };
    await at('2026-12-01T03:58Z');
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(post.mails).toEqual([]);
    await at('2026-12-01T04:00Z');
    await expect
      .poll(() => listSends(db).map(({ name, state }) => `${name} ${state}`), { timeout: 20_000 })
      .toEqual(['tidewater/2026-11 sent']);
    expect(post.mails.map(({ to }) => to).sort()).toEqual([1, 2, 3, 4, 5].map((n) => `r${n}@example.com`));
    expect(post.mails[0]?.bytes.toString()).toContain('https://news.example.org/');

    clock.now += 40 * 24 * hour;
    await at('2027-01-05T04:00Z'); // nothing approved
    await expect.poll(() => post.mails.slice(5).map(({ to }) => to), { timeout: 20_000 }).toEqual(['news@tidewater.example']);
    const notice = post.mails[5]?.bytes ?? Buffer.alloc(0);
    expect(subjectOf(notice)).toBe('The Tidewater Review: nothing was sent, no issue was approved');
    expect(listSends(db)).toHaveLength(1);
  });
});

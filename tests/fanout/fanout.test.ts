import { eq } from 'drizzle-orm/sql';
import { describe, expect, test as plain } from 'vitest';
import { windowFor } from '../../src/fanout/fanout.ts';
import { pdfTokenPlaceholder } from '../../src/model/edition.ts';
import { nameMark } from '../../src/model/reader-name.ts';
import { readToken } from '../../src/model/token.ts';
import { type BatchJob, takeBatches } from '../../src/queue/jobs.ts';
import { readTemplate } from '../../src/queue/relay-news.ts';
import { batchRows } from '../../src/store/deliveries.ts';
import { openBatches, readEngine } from '../../src/store/engine.ts';
import { openKeyRing } from '../../src/store/keys.ts';
import { blankReader } from '../../src/store/readers.ts';
import { editions, publications } from '../../src/store/schema.ts';
import { getSend } from '../../src/store/sends.ts';
import { getTemplateJson, keepTemplates, templateHashes } from '../../src/store/templates.ts';
import { type HandEngine, openHandEngine } from '../support/engine.ts';
import { test } from '../support/redis.ts';
import { chooseFormats, samplePublication, sampleReaders, sampleSend, sampleStore, t0 } from '../support/store.ts';

plain('a batch is about two seconds of a worker’s share of the rate, and the window two to three seconds of all of it', () => {
  expect(windowFor(2, 100)).toEqual({ batch: 100, window: 300 });
  expect(windowFor(1, 0.5)).toEqual({ batch: 1, window: 2 });
  expect(windowFor(1, 50_000)).toEqual({ batch: 200, window: 150_000 });
  expect(windowFor(3, undefined).window).toBe(3 * windowFor(1, undefined).window);
});

/** Tops up, and takes the one job there is. */
async function onlyJob(engine: HandEngine): Promise<BatchJob> {
  await engine.topUp();
  const jobs: BatchJob[] = [];
  engine.take(async (job) => {
    jobs.push(job);
    return 'done';
  });
  await expect.poll(() => jobs.length, { timeout: 10_000 }).toBe(1);
  return jobs[0] as BatchJob;
}

describe('topUp', { timeout: 20_000 }, () => {
  test('claims until the window is full, one job per batch, each row in one of them with tokens of its own', async ({ redis }) => {
    const { db, send, publication } = sampleStore(1000);
    const engine = await openHandEngine(db, redis.url);
    await engine.vouch();
    engine.start();
    engine.freeze();
    const published = await engine.topUp();
    expect(published).toBe(3);
    expect(getSend(db, send.id)).toMatchObject({ prepared: 1000, queued: 600, ready: 400 });
    expect(await engine.topUp()).toBe(0);
    const jobs: BatchJob[] = [];
    engine.take(async (job) => {
      jobs.push(job);
      return 'done';
    });
    await expect.poll(() => jobs.length, { timeout: 10_000 }).toBe(3);
    const rows = jobs.flatMap((job) => job.rows);
    expect(new Set(rows.map((row) => row.reader)).size).toBe(600);
    const ring = openKeyRing(db, 'secret of the test', t0).tokens;
    for (const row of rows.slice(0, 5)) {
      const subject = { publication: publication.id, reader: row.reader, send: send.id };
      expect(readToken(ring, 'leave', row.leave ?? '')).toEqual(subject);
      expect(readToken(ring, 'preferences', row.preferences ?? '')).toEqual(subject);
      expect(readToken(ring, 'delivery', row.delivery)).toEqual(subject);
    }
    expect(
      openBatches(db)
        .map((batch) => batch.id)
        .sort(),
    ).toEqual(jobs.map((job) => job.batch).sort());
  });

  test('a message that names the full issue brings each reader a token for it; others carry none', async ({ redis }) => {
    for (const forReaders of [true, false]) {
      const { db, send, publication } = sampleStore(2);
      if (forReaders) db.$client.exec(`UPDATE editions SET email = email || '${pdfTokenPlaceholder}'`);
      const engine = await openHandEngine(db, redis.url);
      await engine.vouch();
      engine.start();
      engine.freeze();
      const job = await onlyJob(engine);
      const ring = openKeyRing(db, 'secret of the test', t0).tokens;
      for (const { reader, pdf } of job.rows) {
        const subject = { publication: publication.id, reader, send: send.id };
        expect(pdf === undefined ? undefined : readToken(ring, 'pdf', pdf)).toEqual(forReaders ? subject : undefined);
      }
      await engine.close();
    }
  });

  test('a message that says the name brings each reader’s as it was at the freeze, also when it goes out again; others carry none', async ({
    redis,
  }) => {
    for (const says of [true, false]) {
      const { db } = sampleStore(3);
      const place = nameMark({ direction: 'ltr', fallback: 'reader' });
      if (says) db.$client.exec(`UPDATE editions SET email = email || '${place}', plain_text = plain_text || '${place}'`);
      db.$client.exec(`UPDATE readers SET name = 'Ada' WHERE id = 1; UPDATE readers SET name = 'Zoë' WHERE id = 2`);
      const engine = await openHandEngine(db, redis.url);
      await engine.vouch();
      engine.start();
      engine.freeze();
      db.$client.exec(`UPDATE readers SET name = 'Eve'`);
      const job = await onlyJob(engine);
      expect(job.rows.map(({ name }) => name)).toEqual(says ? ['Ada', 'Zoë', undefined] : [undefined, undefined, undefined]);
      expect(batchRows(db, job.batch).map(({ name }) => name)).toEqual(says ? ['Ada', 'Zoë', null] : [null, null, null]); // of these it is built again
      blankReader(db, 1);
      expect(batchRows(db, job.batch)[0]?.name).toBe(null);
      await engine.close();
    }
  });

  test('an engine with a relay leaves a rehearsal alone, and one with the catcher leaves a real send alone', async ({ redis }) => {
    const { db, send } = sampleStore(3);
    const catcher = await openHandEngine(db, redis.url, { rehearsal: true });
    await catcher.vouch();
    catcher.start();
    expect(getSend(db, send.id).state).toBe('scheduled');
    await catcher.close();
    const relay = await openHandEngine(db, redis.url);
    await relay.vouch();
    relay.start();
    relay.freeze();
    await relay.close();
    const again = await openHandEngine(db, redis.url, { rehearsal: true });
    await again.vouch();
    expect(await again.topUp()).toBe(0);
    await again.close();
  });

  test('workers of one route never get the batches of the other', async ({ redis }) => {
    const { db } = sampleStore(3);
    const engine = await openHandEngine(db, redis.url);
    await engine.vouch();
    engine.start();
    engine.freeze();
    const rehearsed: BatchJob[] = [];
    const rehearsal = takeBatches(
      redis.url,
      { route: 'rehearse', freight: 'issue', atOnce: 1 },
      async (job) => {
        rehearsed.push(job);
        return 'done';
      },
      { onError: () => {}, isAway: () => false },
    );
    const delivered: BatchJob[] = [];
    await engine.topUp();
    engine.take(async (job) => {
      delivered.push(job);
      return 'done';
    });
    await expect.poll(() => delivered.length).toBe(1);
    expect(rehearsed).toEqual([]);
    await rehearsal.close();
  });

  test('the rows of a batch name the message of their format, and the sweep brings back the same job whatever was chosen or lost since', async ({
    redis,
  }) => {
    const { db, send, publication } = sampleStore(4);
    chooseFormats(db, publication.id, ['full', 'light', 'text', 'full']);
    const engine = await openHandEngine(db, redis.url);
    await engine.vouch();
    engine.start();
    engine.freeze();
    expect(await engine.topUp()).toBe(1);
    const hashes = templateHashes(db, send.id);
    const jobs: BatchJob[] = [];
    const messages = () => jobs.map((job) => job.rows.map((row) => row.template ?? job.template));
    const expected = [hashes.full, hashes.light, hashes.text, hashes.full];
    chooseFormats(db, publication.id, ['text', 'full', 'light', 'text']);
    const { epoch } = readEngine(db);
    await engine.redis.flushall();
    await engine.vouch(); // the epoch after: the old batch is an orphan, its rows are ready again
    expect(readEngine(db).epoch).toBe(epoch + 1);
    await engine.sweep();
    await engine.topUp();
    engine.take(async (job) => {
      jobs.push(job);
      return 'done';
    });
    await expect.poll(messages, { timeout: 10_000 }).toEqual([expected]);
    for (const hash of new Set(expected)) expect(await readTemplate(engine.redis, hash ?? '')).toBeDefined();
  });

  test('an issue frozen before there were light mails goes out whole to who chose light, and as its text to who chose text', async ({
    redis,
  }) => {
    const { db, send, publication } = sampleStore(2);
    chooseFormats(db, publication.id, ['light', 'text']);
    db.delete(editions).where(eq(editions.format, 'light')).run();
    const engine = await openHandEngine(db, redis.url);
    await engine.vouch();
    engine.start();
    engine.freeze();
    await engine.topUp();
    expect(getTemplateJson(db, send.id, 'light')).toBe(getTemplateJson(db, send.id, 'full'));
    expect(getTemplateJson(db, send.id, 'text')).not.toContain('text/html');
  });

  test('a message that was composed stands when another format is composed later', async ({ redis }) => {
    const { db, send } = sampleStore(1);
    keepTemplates(db, send.id, { full: { hash: 'of the version before', json: '{"bounceDomain":"old.example","pieces":[]}' } });
    const engine = await openHandEngine(db, redis.url);
    await engine.vouch();
    engine.start();
    engine.freeze();
    await engine.topUp();
    expect(templateHashes(db, send.id)).toMatchObject({
      full: 'of the version before',
      light: expect.any(String),
      text: expect.any(String),
    });
  });

  test('a send whose message cannot be composed is passed over and said once; the others go on, and its mail is composed but once', async ({
    redis,
  }) => {
    const { db, publication, send } = sampleStore(2);
    const other = samplePublication(db, 'other');
    sampleReaders(db, other.id, 2, 100);
    const good = sampleSend(db, other);
    db.update(publications).set({ fromAddress: 'ü@tidewater.example' }).where(eq(publications.id, publication.id)).run();
    const engine = await openHandEngine(db, redis.url);
    await engine.vouch();
    engine.start();
    engine.freeze();
    expect(await engine.topUp()).toBe(1);
    await engine.topUp();
    expect(getSend(db, send.id)).toMatchObject({ ready: 2, queued: 0 });
    expect(getSend(db, good.id)).toMatchObject({ ready: 0, queued: 2 });
    expect(engine.log.filter((line) => line.includes('send.message'))).toHaveLength(1);
    const composed = getTemplateJson(db, good.id, 'full');
    db.update(publications).set({ name: 'Renamed' }).where(eq(publications.id, other.id)).run();
    await engine.sweep();
    expect(getTemplateJson(db, good.id, 'full')).toBe(composed);
  });
});

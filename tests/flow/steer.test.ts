/** A send that people steer while it goes out: real serve, real workers, a real relay, and commands beside them. */
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { leave } from '../../src/audience/audience.ts';
import type { Db } from '../../src/store/open.ts';
import { getSend } from '../../src/store/sends.ts';
import { openDueSend } from '../support/due.ts';
import { openPostOffice, openScriptedRelay } from '../support/relay.ts';
import { readerDeps } from '../support/store.ts';

const name = 'tidewater/2026-11';

const copies = (mails: readonly { to: string }[]) => new Set(mails.map(({ to }) => to)).size;
/** Rows that were handed out in a batch and are now in this state. */
const givenBack = (db: Db, state: string) =>
  db.$client.prepare('SELECT count(*) FROM deliveries WHERE state = ? AND batch_id IS NOT NULL').pluck().get(state) as number;

const wait = { timeout: 60_000 };

describe('a send under way', () => {
  test('paused, nothing goes out once no message is out any more; who leaves gets nothing; resumed, everybody else gets it once', async () => {
    await using post = await openPostOffice();
    const { galley, db, id } = openDueSend(1200, { SMTP_URL: post.url, RATE_PER_SECOND: '250' });
    await using _ = galley;
    const serve = galley.start('serve', '--workers', '3');
    await expect.poll(() => post.mails.length, wait).toBeGreaterThan(100);
    leave(readerDeps(db), { publication: 1, reader: 1200, send: id }, { way: 'one-click', now: Date.now() });
    expect(await galley.done('pause', name)).toMatch(/^tidewater\/2026-11 is paused(; \d+ messages? (is|are) still out)?\n$/);
    await expect.poll(() => getSend(db, id).queued, wait).toBe(0);
    const stopped = post.mails.length;
    expect(stopped).toBeLessThan(1199);
    expect(givenBack(db, 'ready')).toBeGreaterThan(0); // stopped within batches that were out, not after them
    expect(getSend(db, id)).toMatchObject({ state: 'paused', accepted: stopped, unknown: 0 });
    expect(await galley.done('status')).toMatch(/^tidewater\/2026-11: paused\n/);
    expect(await galley.done('pause', name)).toBe(`${name} is already paused\n`);
    await sleep(1500);
    expect(post.mails.length).toBe(stopped);
    expect(await galley.done('resume', name)).toBe(`${name} is sending\n`);
    await expect.poll(() => getSend(db, id).state, wait).toBe('sent');
    expect(getSend(db, id)).toMatchObject({ prepared: 1200, accepted: 1199, cancelled: 1, unknown: 0 });
    expect([post.mails.length, copies(post.mails)]).toEqual([1199, 1199]);
    expect(post.mails.some(({ to }) => to === 'r1200@example.com')).toBe(false);
    const refused = await galley.run('pause', name);
    expect([refused.code, refused.err]).toEqual([1, `galley: ${name} cannot be paused: it has gone out\n`]);
    serve.child.kill('SIGTERM');
    await serve.ended;
  });

  test('cancelled, nothing more goes out, and every row says what became of it', async () => {
    await using post = await openPostOffice();
    const { galley, db, id } = openDueSend(1500, { SMTP_URL: post.url, RATE_PER_SECOND: '200' });
    await using _ = galley;
    const serve = galley.start('serve', '--workers', '2');
    await expect.poll(() => post.mails.length, wait).toBeGreaterThan(50);
    expect(await galley.done('cancel', name)).toMatch(/^tidewater\/2026-11 is cancelled/);
    await expect.poll(() => getSend(db, id).finishedAt, wait).not.toBeNull();
    const stopped = post.mails.length;
    const { state, prepared, accepted, cancelled, unknown } = getSend(db, id);
    expect([state, prepared, accepted + cancelled, unknown]).toEqual(['cancelled', 1500, 1500, 0]);
    expect(accepted).toBeGreaterThan(50);
    expect(givenBack(db, 'cancelled')).toBeGreaterThan(0);
    await sleep(1500);
    expect([post.mails.length, copies(post.mails)]).toEqual([stopped, accepted]);
    expect((await galley.run('resume', name)).err).toBe(`galley: ${name} cannot be resumed: it was cancelled\n`);
    serve.child.kill('SIGTERM');
    await serve.ended;
  });

  test('without a serve a cancel does it all itself', async () => {
    const { galley, db, id } = openDueSend(3000, {});
    await using _ = galley;
    db.$client.exec(`UPDATE sends SET state = 'sending', as_of = 1, rehearsal = 1`);
    db.$client.exec(`INSERT INTO deliveries (send_id, reader_id, state, attempts, changed_at) SELECT 1, id, 'ready', 0, 0 FROM readers;
      UPDATE sends SET prepared = 3000, ready = 3000`);
    expect(await galley.done('cancel', name)).toBe(`${name} is cancelled\n`);
    expect(getSend(db, id)).toMatchObject({ cancelled: 3000, ready: 0, state: 'cancelled' });
    expect(getSend(db, id).finishedAt).not.toBeNull();
    expect(JSON.parse(await galley.done('status', '--json'))).toEqual({
      send: name,
      state: 'cancelled',
      rehearsal: true,
      prepared: 3000,
      accepted: 0,
      refused: 0,
      deferred: 0,
      unknown: 0,
      cancelled: 3000,
      waiting: 0,
      bounced: 0,
      complained: 0,
    });
  });
});

describe('unknowns', () => {
  test('listed, dismissed, sent again: the same message byte for byte, to nobody else', async () => {
    // The line is cut after the dot of the first and the third mail: both arrived, and nobody here can know.
    await using relay = await openScriptedRelay({ dot: (before) => (before === 0 || before === 2 ? 'hang up' : '250 2.0.0 taken') });
    const { galley, db, id } = openDueSend(5, {
      SMTP_URL: relay.url,
      SMTP_CONNECTIONS: '1',
      DKIM_DOMAIN: 'tidewater.example',
      DKIM_SELECTOR: 's1',
      DKIM_KEY_FILE: 'dkim.pem',
    });
    await using _ = galley;
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(join(galley.folder, 'dkim.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const serve = galley.start('serve', '--workers', '1');
    await expect.poll(() => getSend(db, id).state, wait).toBe('sent');
    expect(getSend(db, id)).toMatchObject({ accepted: 3, unknown: 2 });
    const [first = '', third = ''] = [relay.mails[0]?.to, relay.mails[2]?.to];
    const listed = (await galley.done('unknown', name, 'list')).trimEnd().split('\n');
    expect(listed.map((line) => line.split('  ')[0]).sort()).toEqual([first, third].sort());
    expect(listed.every((line) => /^r\d@example\.com {2}\S/.test(line))).toBe(true);
    expect(JSON.parse((await galley.done('unknown', name, 'list', '--json')).split('\n')[0] ?? '')).toMatchObject({ resent: 0 });

    const early = await galley.run('unknown', name, 'resend', '--all');
    expect([early.code, early.out]).toEqual([1, '0 messages are to be sent again\n']);
    expect(early.err).toMatch(/2 messages are not sent again yet: .* Possible from \d{4}-\d\d-\d\dT\d\d:\d\d\+00:00 \(UTC\) on/);
    expect(await galley.done('unknown', name, 'dismiss', third)).toMatch(/^1 message is dismissed/);
    expect(getSend(db, id)).toMatchObject({ state: 'sent', unknown: 1, cancelled: 1 });

    db.$client.exec(
      `UPDATE deliveries SET changed_at = changed_at - ${16 * 60_000} WHERE state = 'unknown'; UPDATE publications SET name = 'Renamed since'`,
    );
    expect(await galley.done('unknown', name, 'resend', first)).toBe('1 message is to be sent again\n');
    await expect.poll(() => getSend(db, id).accepted, wait).toBe(4);
    await expect.poll(() => getSend(db, id).state, wait).toBe('sent');
    const to = (address: string) => relay.mails.filter((mail) => mail.to === address);
    const [before, again] = to(first).map(({ from, bytes }) => ({ from, text: bytes.toString('latin1') }));
    const unsigned = (text = '') => text.replace(/^DKIM-Signature:.*\r\n(?:[ \t].*\r\n)*/gm, '');
    expect(before?.text).toMatch(/^DKIM-Signature:/m);
    expect([again?.from, unsigned(again?.text)]).toEqual([before?.from, unsigned(before?.text)]);
    expect(again?.text).toMatch(/^Message-ID: <\S+@tidewater\.example>\r$/im);
    expect(relay.mails).toHaveLength(6);
    expect(copies(relay.mails)).toBe(5);
    serve.child.kill('SIGTERM');
    await serve.ended;
  });

  test('a wrong use says what would be right', async () => {
    const { galley } = openDueSend(1, {});
    await using _ = galley;
    for (const [args, code, words] of [
      [['unknown', name, 'forget'], 2, /takes list, resend or dismiss, not "forget"/],
      [['unknown', name, 'resend'], 2, /takes either --all or the addresses/],
      [['unknown', name, 'dismiss', '--all', 'r1@example.com'], 2, /takes either --all or the addresses/],
      [['unknown', name, 'list', '--all'], 2, /it takes no names/],
      [['unknown', name, 'resend', 'r1@example.com'], 1, /no unknown delivery to r1@example\.com/],
      [['pause', 'tidewater/1999-01'], 1, /No send "tidewater\/1999-01"/],
      [['pause'], 2, /usage: galley pause SEND/],
    ] as const) {
      const ended = await galley.run(...args);
      expect([args, ended.code, ended.err]).toEqual([args, code, expect.stringMatching(words)]);
    }
  });
});

test('killed in the middle of the freeze, again and again, every reader has one row in the end', async () => {
  const readers = 200_000;
  await using post = await openPostOffice();
  const { galley, db, id } = openDueSend(readers, { SMTP_URL: post.url, RATE_PER_SECOND: '1' });
  await using _ = galley;
  let serve = galley.start('serve', '--workers', '1');
  for (const enough of [10_000, 90_000]) {
    await expect.poll(() => getSend(db, id).prepared, { ...wait, interval: 5 }).toBeGreaterThan(enough);
    serve.child.kill('SIGKILL');
    await serve.ended;
    expect(getSend(db, id).frozen).toBe(false);
    serve = galley.start('serve', '--workers', '1');
  }
  await expect.poll(() => getSend(db, id).frozen, wait).toBe(true);
  expect(await galley.done('cancel', name)).toMatch(/is cancelled/);
  await expect.poll(() => getSend(db, id).finishedAt, wait).not.toBeNull();
  serve.child.kill('SIGTERM');
  await serve.ended;
  const { prepared, accepted, cancelled, unknown } = getSend(db, id);
  expect([prepared, accepted + cancelled + unknown]).toEqual([readers, readers]);
  const rows = db.$client.prepare('SELECT count(*) AS rows, count(DISTINCT reader_id) AS readers FROM deliveries').get();
  expect(rows).toEqual({ rows: readers, readers });
  expect(post.mails.length).toBe(copies(post.mails));
});

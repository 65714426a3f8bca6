/** What comes back, through a real serve: refused by the relay, bounced, complained about, left by mail, answered by a person; taken, read, judged, undone. */
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Db } from '../../src/store/open.ts';
import { feedback, inbound } from '../../src/store/schema.ts';
import { getSend } from '../../src/store/sends.ts';
import { complaint, dsn, letter, pleaseLeave } from '../feedback/mails.ts';
import { handOver } from '../support/dialogue.ts';
import { openDueSend } from '../support/due.ts';
import { openExim, withoutExim } from '../support/exim.ts';
import type { Galley } from '../support/galley.ts';
import { freePort } from '../support/ports.ts';
import { openPostfix, withoutPostfix } from '../support/postfix.ts';
import { openPostOffice, type ReceivedMail, type Relay } from '../support/relay.ts';

const wait = { timeout: 60_000 };

const mailTo = (post: Relay, to: string): ReceivedMail => {
  const found = post.mails.find((mail) => mail.to === to);
  if (found === undefined) throw new Error(`no mail to ${to}`);
  return found;
};
const stateOf = (db: Db, reader: number) => db.$client.prepare('SELECT state FROM subscriptions WHERE reader_id = ?').pluck().get(reader);
const inboundStates = (db: Db) =>
  db
    .select()
    .from(inbound)
    .all()
    .map(({ state }) => state);
const portOf = async (serve: ReturnType<Galley['start']>) => Number((await serve.said(/feedback\.listening","port":(\d+)/))[1]);

describe('what comes back', () => {
  test.for([
    { server: 'Postfix', open: openPostfix, without: withoutPostfix, warnings: [] }, // it knows NOTIFY, and we ask for failures only
    { server: 'Exim', open: openExim, without: withoutExim, warnings: [[4, 'delay', 'unknown', 'none', 'none']] },
  ])(
    'through $server: good mailboxes keep their mail, an unknown one suspends, a full one is a strike, one that is away is no bounce',
    async ({ open, without, warnings }, { skip }) => {
      if (without !== undefined) skip(without);
      const intake = await freePort();
      const boxes = { domain: 'example.com', good: ['r1', 'r2'], full: ['r3'], away: ['r4'] };
      await using server = await open(intake, boxes);
      const { galley, db, id } = openDueSend(6, {
        SMTP_URL: `smtp://127.0.0.1:${server.port}`,
        INBOUND_PORT: String(intake),
        BOUNCE_DOMAIN: 'bounces.tidewater.example',
      });
      await using _ = galley;
      db.$client.exec(`UPDATE readers SET email = replace(email, 'example.com', 'gone.invalid'), email_key = email WHERE id = 6`);
      const serve = galley.start('serve', '--workers', '1');
      await portOf(serve);
      const events = () =>
        db
          .select()
          .from(feedback)
          .all()
          .map(({ readerId, kind, reason, class: grade, effect }) => [readerId, kind, reason, grade, effect])
          .sort();
      await expect.poll(() => getSend(db, id).accepted, wait).toBe(6);
      // r6 goes on to our own listener, as all foreign mail does here, and is refused there at RCPT: the server makes the bounce
      await expect.poll(() => events().length, wait).toBe(3 + warnings.length);
      expect([server.mailsOf('r1'), server.mailsOf('r2')]).toEqual([1, 1]);
      expect(events()).toEqual([
        [3, 'bounce', 'mailbox-full', 'soft', 'held'],
        ...warnings,
        [5, 'bounce', 'user-unknown', 'hard', 'suspended'],
        [6, 'bounce', 'user-unknown', 'hard', 'suspended'],
      ]);
      expect([1, 2, 3, 4, 5, 6].map((reader) => stateOf(db, reader))).toEqual([
        'active',
        'active',
        'active',
        'active',
        'suspended',
        'suspended',
      ]);
      expect(getSend(db, id)).toMatchObject({ accepted: 6, bounced: 3 });
      expect(inboundStates(db).filter((state) => state !== 'read')).toEqual([]);
      serve.child.kill('SIGTERM');
      await serve.ended;
    },
  );

  test('from the relay, from other servers and from people has its effect on the reader, and a person can take it back', async () => {
    await using post = await openPostOffice({ refuse: (to) => (to === 'r1@example.com' ? 550 : undefined) });
    const { galley, db, id } = openDueSend(6, { SMTP_URL: post.url, INBOUND_PORT: '0' });
    await using _ = galley;
    const serve = galley.start('serve', '--workers', '1');
    const port = await portOf(serve);
    await expect.poll(() => getSend(db, id).state, wait).toBe('sent');
    const bounceTo = (reader: number) => mailTo(post, `r${reader}@example.com`).from;
    const leaveTo = /<mailto:(u\+[a-z2-7]+@[^?>]+)/.exec(mailTo(post, 'r4@example.com').bytes.toString())?.[1] ?? '';

    expect(await handOver(port, { to: bounceTo(2), raw: dsn({ to: 'r2@example.com' }) })).toMatch(/^250/);
    expect(await handOver(port, { to: 'abuse@tidewater.example', raw: complaint('abuse', bounceTo(3).slice(2, 36)) })).toMatch(/^250/);
    expect(await handOver(port, { from: 'r4@example.com', to: leaveTo, raw: pleaseLeave })).toMatch(/^250/);
    expect(await handOver(port, { from: 'r5@example.com', to: bounceTo(5), raw: letter })).toMatch(/^250/);
    await expect.poll(() => inboundStates(db), wait).toEqual(['read', 'read', 'read', 'read']);

    expect([1, 2, 3, 4, 5, 6].map((reader) => stateOf(db, reader))).toEqual(['active', 'suspended', 'left', 'left', 'active', 'active']);
    const status = JSON.parse(await galley.done('status', '--json')) as object;
    expect(status).toMatchObject({ accepted: 5, refused: 1, bounced: 1, complained: 1 });
    await expect
      .poll(
        () =>
          db
            .select()
            .from(feedback)
            .all()
            .map(({ source, kind, effect }) => [source, kind, effect]),
        wait,
      )
      .toEqual(
        expect.arrayContaining([
          ['answer', 'bounce', 'none'], // "550 not this one" names no reason: it counts against nobody
          ['listener', 'bounce', 'suspended'],
          ['listener', 'complaint', 'left'],
          ['listener', 'unsubscribe', 'left'],
        ]),
      );
    await expect.poll(() => post.mails.some(({ to }) => to === 'news@tidewater.example'), wait).toBe(true);
    expect(mailTo(post, 'news@tidewater.example').bytes.toString('latin1')).toBe(`${letter.replace(/\n/g, '\r\n')}\r\n`);

    expect(await galley.done('suppress', 'list')).toMatch(/^(?=[\s\S]*hard-bounce +all)(?=[\s\S]*complaint +tidewater)/);
    expect(
      await galley.done('feedback', 'undo', '--from', '2026-01-01T00:00Z', '--to', '2099-01-01T00:00Z', '--domain', 'example.com'),
    ).toMatch(/^1 bounce undone/);
    expect(stateOf(db, 2)).toBe('active');
    const refused = await galley.run('suppress', 'lift', 'r3@example.com');
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('because of a complaint: lift it with --reason')]);
    expect(await galley.done('suppress', 'lift', 'r3@example.com', '--reason', 'a slip of the finger')).toMatch(
      /lifted complaint; 0 subscriptions are back/,
    );
    serve.child.kill('SIGTERM');
    expect((await serve.ended).code).toBe(0);
  });

  test('through the pipe is read by the serve that runs, and without one at once; killed between its 250 and the reading, serve reads it when it is back', async () => {
    await using post = await openPostOffice();
    const { galley, db, id } = openDueSend(3, { SMTP_URL: post.url, INBOUND_PORT: '0' });
    await using _ = galley;
    const first = galley.start('serve', '--workers', '1');
    const port = await portOf(first);
    await expect.poll(() => getSend(db, id).state, wait).toBe('sent');
    const bounceTo = (reader: number) => mailTo(post, `r${reader}@example.com`).from;
    expect(await pipe(galley, dsn(), ['--to', bounceTo(1)])).toBe(0);
    await expect.poll(() => stateOf(db, 1), wait).toBe('suspended');
    expect(await handOver(port, { to: bounceTo(2), raw: dsn({ to: 'r2@example.com' }) })).toMatch(/^250/);
    first.child.kill('SIGKILL');
    await first.ended;
    expect(inboundStates(db)).toHaveLength(2);
    const second = galley.start('serve', '--workers', '1');
    await expect.poll(() => stateOf(db, 2), wait).toBe('suspended');
    second.child.kill('SIGTERM');
    await second.ended;
    expect(await pipe(galley, `X-Original-To: ${bounceTo(3)}\n${dsn({ to: 'r3@example.com' })}`, [])).toBe(0);
    expect(stateOf(db, 3)).toBe('suspended');
    expect(await pipe(galley, 'Subject: nobody knows\n\nwhat this is\n', [])).toBe(0);
    expect(await galley.done('feedback', 'tray')).toMatch(/^ +4 .*nobody understood it\n$/);
    expect(await galley.done('feedback', 'tray', '4')).toBe('Subject: nobody knows\n\nwhat this is\n');
    expect(await galley.done('feedback', 'reread')).toMatch(/^4 mails read again; kept are 3 read, 1 tray\n$/);
    expect(
      db
        .select()
        .from(feedback)
        .all()
        .filter(({ effect }) => effect === 'suspended'),
    ).toHaveLength(3);
  });
});

const program = resolve(import.meta.dirname, '../../src/main.ts');

/** `galley feedback take` as a mail server runs it; its exit code. */
function pipe({ folder }: Galley, raw: string, args: string[]): Promise<number | null> {
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], DATA_DIR: join(folder, 'data') };
  const child = spawn(process.execPath, [program, 'feedback', 'take', ...args], {
    cwd: folder,
    env,
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  child.stdin.end(raw);
  return new Promise((done) => child.once('close', done));
}

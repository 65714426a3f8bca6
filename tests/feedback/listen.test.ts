/** The listener over real sockets: what it takes, what it refuses, and that a mail is a row before its 250. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type ListenOptions, listen, openIntake } from '../../src/feedback/feedback.ts';
import { mintToken } from '../../src/model/token.ts';
import { countInbound, waitingInbound } from '../../src/store/inbound.ts';
import { handOver, openDialogue } from '../support/dialogue.ts';
import { openExim, withoutExim } from '../support/exim.ts';
import { programOnPath } from '../support/programs.ts';
import { letter } from './mails.ts';
import { openRoom } from './room.ts';

/** Makes the certificate. */
const openssl = programOnPath('openssl');

async function setUp(options: Partial<ListenOptions> = {}) {
  const room = openRoom(1);
  let taken = 0;
  const intake = openIntake(room.db, {
    now: room.deps.now,
    taken: () => {
      taken += 1;
    },
  });
  const listener = await listen({
    ...{
      port: 0,
      host: '127.0.0.1',
      protocol: 'smtp',
      domains: () => ['tidewater.example'],
      tokenKeys: room.ring.tokens,
      intake,
      log: room.deps.log,
      now: room.deps.now,
    },
    ...options,
  });
  onTestFinished(() => listener.close());
  const token = (kind: 'delivery' | 'leave' | 'notice') => mintToken(room.ring.tokens, kind, { publication: 1, reader: 1, send: 1 });
  return { ...room, listener, token, taken: () => taken };
}

describe('at RCPT', () => {
  test('true tokens are taken, wrapped by BATV or SRS or in capitals too, and postmaster and abuse of our domains', async () => {
    const { listener, token } = await setUp();
    const delivery = token('delivery');
    const good = [
      `b+${delivery}@bounces.tidewater.example`,
      `B+${delivery.toUpperCase()}@BOUNCES.tidewater.example`,
      `prvs=1234abcdef=b+${delivery}@tidewater.example`,
      `SRS0=HHH=TT=tidewater.example=b+${delivery}@forwarder.example`,
      `b-${delivery}@tidewater.example`,
      `b+${token('notice')}@tidewater.example`,
      `u+${token('leave')}@tidewater.example`,
      'postmaster@tidewater.example',
      'Abuse@Tidewater.Example',
      'postmaster',
    ];
    await using line = await openDialogue(listener.port);
    await line.say('EHLO relay.example');
    await line.say('MAIL FROM:<>');
    for (const to of good) expect([to, (await line.say(`RCPT TO:<${to}>`)).slice(0, 3)]).toEqual([to, '250']);
  });

  test('everything else is refused: forged tokens, those of another kind, other mailboxes, other domains', async () => {
    const { listener, token, db } = await setUp();
    const delivery = token('delivery');
    const forged = `${delivery.slice(0, -1)}${delivery.endsWith('a') ? 'e' : 'a'}`;
    const bad = [
      `b+${forged}@tidewater.example`,
      `b+${token('leave')}@tidewater.example`,
      `u+${delivery}@tidewater.example`,
      `b+${delivery}a@tidewater.example`,
      'b+@tidewater.example',
      'news@tidewater.example',
      'postmaster@elsewhere.example',
      `${delivery}@tidewater.example`,
    ];
    for (const to of bad) expect([to, (await handOver(listener.port, { to, raw: letter })).slice(0, 9)]).toEqual([to, '550 5.1.1']);
    expect(countInbound(db)).toEqual({});
  });
});

describe('a mail', () => {
  test('is a row before it is answered, with its envelope and its octets as they came', async () => {
    const { listener, token, db, taken } = await setUp();
    const to = `b+${token('delivery')}@tidewater.example`;
    expect(await handOver(listener.port, { from: 'r1@example.com', to, raw: letter })).toMatch(/^250/);
    const [mail] = waitingInbound(db, Number.MAX_SAFE_INTEGER, 10);
    expect(mail).toMatchObject({ way: 'listener', sender: 'r1@example.com', recipients: [to], tries: 0 });
    expect(mail?.raw.toString('latin1')).toBe(`${letter.replace(/\n/g, '\r\n')}\r\n`);
    expect(taken()).toBe(1);
  });

  test('of a client that closes its side with the dot is answered, or it would come again', async () => {
    const { listener, token, db } = await setUp({ limits: { connectionsPerHost: 1, lastAnswer: 500 } });
    for (const last of [`${letter}\r\n.\r\nQUIT`, `${letter}\r\n.`]) {
      await using line = await openDialogue(listener.port);
      await line.say('EHLO relay.example');
      await line.say('MAIL FROM:<>');
      await line.say(`RCPT TO:<b+${token('delivery')}@tidewater.example>`);
      await line.say('DATA');
      expect(await line.leave(last)).toMatch(/^250 .*taken/);
    }
    expect(countInbound(db)).toEqual({ waiting: 2 });
  });

  test('that breaks off is not kept, and its line and memory are free again', async () => {
    const { listener, db } = await setUp({ limits: { connectionsPerHost: 1, memory: 20_000, lastAnswer: 100 } });
    await using line = await openDialogue(listener.port);
    await line.say('EHLO relay.example');
    await line.say('MAIL FROM:<>');
    await line.say('RCPT TO:<abuse@tidewater.example>');
    await line.say('DATA');
    await line.leave('x'.repeat(15_000));
    const to = 'abuse@tidewater.example';
    await expect.poll(() => handOver(listener.port, { to, raw: 'x'.repeat(15_000) })).toMatch(/^250/);
    expect(countInbound(db)).toEqual({ waiting: 1 });
  });

  test('that is too large is refused and not kept, and the line goes on', async () => {
    const { listener, db } = await setUp({ limits: { size: 10_000 } });
    await using line = await openDialogue(listener.port);
    await line.say('EHLO relay.example');
    for (const [raw, code] of [
      ['x'.repeat(70).concat('\r\n').repeat(1000), '552'],
      [letter, '250'],
    ] as const) {
      await line.say('MAIL FROM:<>');
      await line.say('RCPT TO:<postmaster@tidewater.example>');
      await line.say('DATA');
      expect((await line.say(`${raw}\r\n.`)).slice(0, 3)).toBe(code);
    }
    expect(countInbound(db)).toEqual({ waiting: 1 });
  });

  test('that would take more memory than there is for all of them together is to come again, and may', async () => {
    const { listener, db } = await setUp({ limits: { memory: 20_000 } });
    const raw = 'x'.repeat(70).concat('\r\n').repeat(200);
    await using slow = await openDialogue(listener.port);
    await slow.say('EHLO relay.example');
    await slow.say('MAIL FROM:<>');
    await slow.say('RCPT TO:<postmaster@tidewater.example>');
    await slow.say('DATA');
    slow.begin(raw); // 14,400 octets, and no dot yet
    const to = 'abuse@tidewater.example';
    await expect.poll(async () => (await handOver(listener.port, { to, raw })).slice(0, 3)).toBe('451');
    expect(await slow.say('.')).toMatch(/^250/);
    expect(await handOver(listener.port, { to, raw })).toMatch(/^250/);
    expect(countInbound(db).waiting ?? 0).toBeGreaterThanOrEqual(2);
  });

  test('that cannot be kept is to come again', async () => {
    const { listener, db } = await setUp();
    db.$client.exec('ALTER TABLE inbound RENAME TO elsewhere');
    expect(await handOver(listener.port, { to: 'postmaster@tidewater.example', raw: letter })).toMatch(/^451/);
  });

  test('over LMTP gets an answer for each recipient', async () => {
    const { listener, token, db } = await setUp({ protocol: 'lmtp' });
    await using line = await openDialogue(listener.port);
    expect(await line.say('LHLO mail.example')).toMatch(/^250/);
    await line.say('MAIL FROM:<>');
    await line.say(`RCPT TO:<b+${token('delivery')}@tidewater.example>`);
    await line.say('DATA');
    expect(await line.say(`${letter}\r\n.`)).toMatch(/^250/);
    expect(countInbound(db)).toEqual({ waiting: 1 });
  });

  test('of a flood is told to come again above so many a minute, and taken a minute later', async () => {
    const { listener, clock } = await setUp({ limits: { mailsPerMinute: 2 } });
    const to = 'postmaster@tidewater.example';
    const codes: string[] = [];
    await using line = await openDialogue(listener.port);
    await line.say('EHLO relay.example');
    for (let mail = 1; mail <= 3; mail += 1) {
      codes.push((await line.say('MAIL FROM:<>')).slice(0, 3));
      await line.say('RSET');
    }
    expect(codes).toEqual(['250', '250', '451']);
    clock.now += 60_000;
    expect(await handOver(listener.port, { to, raw: letter })).toMatch(/^250/);
  });
});

test('from one address only so many lines are open at a time', async () => {
  const { listener } = await setUp({ limits: { connectionsPerHost: 2 } });
  {
    await using first = await openDialogue(listener.port);
    await using second = await openDialogue(listener.port);
    await using third = await openDialogue(listener.port);
    expect([first.greeting, second.greeting, third.greeting].map((text) => text.slice(0, 3))).toEqual(['220', '220', '421']);
  }
  await expect
    .poll(async () => {
      await using again = await openDialogue(listener.port);
      return again.greeting.slice(0, 3);
    })
    .toBe('220');
});

/** A certificate for localhost. */
function makeCertificate(): { cert: string; key: string } {
  const folder = mkdtempSync(join(tmpdir(), 'galley-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  execFileSync(
    openssl ?? 'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost', '-keyout', keyFile, '-out', certFile],
    { stdio: 'ignore' },
  );
  return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
}

test.skipIf(openssl === undefined)('with a certificate mail comes in over STARTTLS', async () => {
  const { listener, db } = await setUp({ tls: makeCertificate() });
  await using line = await openDialogue(listener.port);
  expect(await line.say('EHLO relay.example')).toContain('STARTTLS');
  expect(await line.say('STARTTLS')).toMatch(/^220/);
  await line.secure();
  await line.say('EHLO relay.example');
  for (const last of [false, true]) {
    await line.say('MAIL FROM:<>');
    await line.say('RCPT TO:<abuse@tidewater.example>');
    await line.say('DATA');
    expect(await (last ? line.leave(`${letter}\r\n.\r\nQUIT`) : line.say(`${letter}\r\n.`))).toMatch(/^250/);
  }
  expect(countInbound(db)).toEqual({ waiting: 2 });
});

test.skipIf(openssl === undefined || withoutExim !== undefined)(
  'a real Exim hands its bounce over once, in the clear and over TLS',
  async () => {
    for (const tls of [undefined, makeCertificate()]) {
      const { listener, token, db } = await setUp({ tls });
      await using exim = await openExim(listener.port, { domain: 'example.com', good: ['r1'], full: ['r2'], away: ['r3'] });
      const from = `b+${token('delivery')}@tidewater.example`;
      expect(await handOver(exim.port, { from, to: 'nobody@example.com', raw: letter })).toMatch(/^250/);
      await expect.poll(() => countInbound(db), { timeout: 10_000 }).toEqual({ waiting: 1 });
      const [bounce] = waitingInbound(db, Number.MAX_SAFE_INTEGER, 1);
      expect(bounce).toMatchObject({ sender: '', recipients: [from] });
      await sleep(2500); // it looks at its queue every second
      expect([countInbound(db), exim.log()]).toEqual([
        { waiting: 1 },
        expect.stringMatching(tls ? /=> b\+.* X=TLS.*"250 .*taken"/ : /=> b\+.*"250 .*taken"/),
      ]);
    }
  },
  60_000,
);

test('a port that is taken is named', async () => {
  const { listener, db, ring, deps } = await setUp();
  const intake = openIntake(db, { now: deps.now, taken: () => {} });
  const again = {
    port: listener.port,
    host: '127.0.0.1',
    protocol: 'smtp',
    domains: () => [],
    tokenKeys: ring.tokens,
    intake,
    log: deps.log,
    now: deps.now,
  } as const;
  await expect(listen(again)).rejects.toThrow(new RegExp(`port ${listener.port}: another program has it`));
});

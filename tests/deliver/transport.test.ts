import { expect, onTestFinished, test } from 'vitest';
import { type OutgoingMessage, openTransport, type Transport, type TransportOptions } from '../../src/deliver/transport.ts';
import { openPostOffice, openScriptedRelay, type RelayScript, type ScriptedRelay } from '../support/relay.ts';

const always = () => true;

function mailTo(to: string, bytes = Buffer.from('Subject: hello\r\n\r\n.a dot\r\nand a line\r\n')): OutgoingMessage {
  return { envelope: { from: 'b+token@bounce.example.org', to, envid: 'token' }, bytes };
}

function transportTo(url: string, options: Partial<TransportOptions> = {}): Transport {
  const transport = openTransport({ url, connections: 1, name: 'news.example.org', ...options });
  onTestFinished(() => transport.close());
  return transport;
}

async function relayWith(script: RelayScript) {
  const relay = await openScriptedRelay(script);
  onTestFinished(() => relay.close());
  return relay;
}

test('what the relay took is accepted, byte for byte, with DSN and size in the envelope', async () => {
  const relay = await relayWith({ offers: ['PIPELINING', 'DSN', 'SIZE 100000', '8BITMIME'] });
  const outcome = await transportTo(relay.url).send(mailTo('joerg+news@example.com'), always);
  expect(outcome).toEqual({ kind: 'accepted', reply: '250 2.0.0 taken' });
  expect(relay.mails).toEqual([{ from: 'b+token@bounce.example.org', to: 'joerg+news@example.com', bytes: mailTo('').bytes }]);
  expect(relay.commands.slice(0, 4)).toEqual([
    'EHLO news.example.org',
    'MAIL FROM:<b+token@bounce.example.org> SIZE=38 RET=HDRS ENVID=token',
    'RCPT TO:<joerg+news@example.com> NOTIFY=FAILURE ORCPT=rfc822;joerg+2Bnews@example.com',
    'DATA',
  ]);
});

test.each(['.\r\n..\r\n.dots.\r\n', 'no line end', 'bare\nline\n.\nends\r.\rhere\r\n', 'ends in CR\r', '\r\n', 'plain\r\n'])(
  '%j cannot end its own message',
  async (body) => {
    const office = await openPostOffice();
    onTestFinished(() => office.close());
    const transport = transportTo(office.url);
    const kinds = [];
    for (const to of ['a@example.com', 'b@example.com'])
      kinds.push(await transport.send(mailTo(to, Buffer.from(`S: x\r\n\r\n${body}`)), always));
    expect(kinds.map(({ kind }) => kind)).toEqual(['accepted', 'accepted']);
    const lines = `S: x\r\n\r\n${body}`.replace(/\r\n|\r|\n/g, '\r\n').replace(/(?<!\r\n)$/, '\r\n');
    expect(office.mails.map(({ bytes }) => bytes.toString())).toEqual([lines, lines]);
  },
);

const plain = { offers: ['8BITMIME'] };
test.each<[string, RelayScript, object]>([
  ['hangs up at the greeting', { greeting: 'hang up' }, { kind: 'not-sent', relay: true, reply: /without a greeting|lost/ }],
  ['greets with 421', { greeting: '421 4.3.2 too busy' }, { kind: 'not-sent', relay: true, reply: /421 4\.3\.2 too busy/ }],
  ['greets with 554', { greeting: '554 5.7.1 go away' }, { kind: 'not-sent', relay: true, reply: /554 5\.7\.1 go away/ }],
  ['never greets', { greeting: 'silence' }, { kind: 'not-sent', relay: true, reply: /no answer from 127/ }],
  ['refuses MAIL', { mail: '550 5.7.1 sender rejected' }, { kind: 'not-sent', relay: true, reply: /^550 5\.7\.1 sender rejected$/ }],
  ['refuses MAIL, without PIPELINING', { ...plain, mail: '550 no' }, { kind: 'not-sent', relay: true, reply: /^550 no$/ }],
  ['refuses MAIL and yet says 354', { mail: '550 no', data: '354 go on' }, { kind: 'not-sent', relay: true, reply: /^550 no$/ }],
  ['says 421 at MAIL', { mail: '421 4.7.0 closing' }, { kind: 'not-sent', relay: true, reply: /421 4\.7\.0/ }],
  ['refuses the recipient for now', { rcpt: '450 4.2.1 slow down' }, { kind: 'deferred', reply: /^450 4\.2\.1/ }],
  ['refuses the recipient for good', { rcpt: '550 5.1.1 no such user' }, { kind: 'refused', reply: /^550 5\.1\.1/ }],
  ['refuses the recipient, without PIPELINING', { ...plain, rcpt: '550 5.1.1 no such user' }, { kind: 'refused', reply: /^550 5\.1\.1/ }],
  [
    'refuses the recipient and yet says 354',
    { rcpt: '550 5.1.1 no such user', data: '354 go on' },
    { kind: 'refused', reply: /^550 5\.1\.1/ },
  ],
  [
    'refuses the recipient because of us',
    { rcpt: '554 5.7.1 <x>: Relay access denied' },
    { kind: 'refused', senderScope: true, reply: /^554/ },
  ],
  ['says 421 at RCPT', { rcpt: '421 4.3.2 closing' }, { kind: 'not-sent', relay: true, reply: /421 4\.3\.2/ }],
  [
    'passes on that a provider wants less of us',
    { rcpt: '421-4.7.28 Our system has detected an unusual rate\r\n421 4.7.28 of mail' },
    { kind: 'not-sent', slow: true, reply: /^421-4\.7\.28/ },
  ],
  ['defers because a provider wants less of us', { dot: '451 4.7.650 busy' }, { kind: 'deferred', slow: true, reply: /^451/ }],
  ['hangs up at RCPT', { rcpt: 'hang up' }, { kind: 'not-sent', relay: true, reply: /lost before the message was complete/ }],
  ['refuses DATA for now', { data: '451 4.3.0 not now' }, { kind: 'deferred', reply: /^451/ }],
  ['refuses DATA for good', { data: '554 no' }, { kind: 'refused', reply: /^554/ }],
  ['hangs up at DATA', { data: 'hang up' }, { kind: 'not-sent', relay: true, reply: /lost before the message was complete/ }],
  [
    'is silent at DATA',
    { data: 'silence' },
    { kind: 'not-sent', relay: true, reply: /no answer from 127.*before the message was complete/ },
  ],
  ['refuses the message for now', { dot: '452 4.3.1 disk full' }, { kind: 'deferred', reply: /^452/ }],
  ['refuses the message for good', { dot: '554 5.6.0 malformed' }, { kind: 'refused', senderScope: true, reply: /^554/ }],
  ['says 421 to the message', { dot: '421 4.3.2 restarting' }, { kind: 'not-sent', relay: true, reply: /^421/ }],
  ['answers the message with 354', { dot: '354 what?' }, { kind: 'unknown', reply: /^354/ }],
  ['hangs up after the dot', { dot: 'hang up' }, { kind: 'unknown', reply: /lost after the final dot/ }],
  ['is silent after the dot', { dot: 'silence' }, { kind: 'unknown', reply: /no answer from 127.*after the final dot/ }],
])('a relay that %s', async (_does, script, { reply, ...expected }: { reply?: RegExp }) => {
  const relay = await relayWith(script);
  const transport = transportTo(relay.url, { timeouts: { greeting: 300, answer: 300 } });
  const outcome = await transport.send(mailTo('reader@example.com'), always);
  expect(outcome).toEqual({ ...expected, reply: expect.stringMatching(reply ?? /./) });
});

test('a line cut in the middle of the message is not sent, and the relay is to blame', async () => {
  const relay = await relayWith({ midData: { after: 50_000, step: 'hang up' } });
  const outcome = await transportTo(relay.url).send(mailTo('reader@example.com', Buffer.alloc(3_000_000, 'a line of text\r\n')), always);
  expect(outcome).toMatchObject({ kind: 'not-sent', relay: true });
  expect(relay.mails).toEqual([]);
});

test('an answer before the dot ends the message: no dot is written, and a yes is not believed', async () => {
  const big = Buffer.alloc(16_000_000, 'a line of text\r\n');
  const refusing = await relayWith({ midData: { after: 10_000, step: '552 5.3.4 too big' } });
  expect(await transportTo(refusing.url).send(mailTo('reader@example.com', big), always)).toMatchObject({
    kind: 'refused',
  });
  const hasty = await relayWith({ midData: { after: 10_000, step: '250 2.0.0 fine already' } });
  expect(await transportTo(hasty.url).send(mailTo('reader@example.com', big), always)).toMatchObject({ kind: 'unknown' });
});

test('a message that may not be finished any more is dropped before its dot, after all of it has gone out', async () => {
  const relay = await relayWith({});
  const body = Buffer.alloc(200_000, 'a line of text\r\n');
  let asked = 0;
  const transport = transportTo(relay.url);
  const outcome = await transport.send(mailTo('reader@example.com', body), () => {
    asked += 1;
    return false;
  });
  expect(outcome).toEqual({ kind: 'not-sent', reply: expect.stringContaining('before the final dot') });
  expect(asked).toBe(1);
  await expect.poll(() => relay.unfinished()).toBe(body.length);
  expect(relay.mails).toEqual([]);
  expect(await transport.send(mailTo('next@example.com'), always)).toMatchObject({ kind: 'accepted' });
});

test('no relay at all is said in plain words and charged to nobody', async () => {
  const gone = await openScriptedRelay();
  await gone.close();
  const transport = transportTo(gone.url);
  const outcome = { kind: 'not-sent', relay: true, reply: `connection refused at 127.0.0.1:${gone.port}` };
  expect(await transport.send(mailTo('reader@example.com'), always)).toEqual(outcome);
  expect(await transport.probe()).toBe(outcome.reply);
});

test.each([['PIPELINING'], ['8BITMIME']])('after a refusal the line is cleared and used again (%s)', async (offer) => {
  const relay = await relayWith({ offers: [offer], rcpt: (_to, before) => (before % 2 === 0 ? '550 5.1.1 no such user' : '250 ok') });
  const transport = transportTo(relay.url);
  const kinds: string[] = [];
  for (const to of ['a@example.com', 'b@example.com', 'c@example.com', 'd@example.com'])
    kinds.push((await transport.send(mailTo(to), always)).kind);
  expect(kinds).toEqual(['refused', 'accepted', 'refused', 'accepted']);
  expect(relay.mails.map(({ to }) => to)).toEqual(['b@example.com', 'd@example.com']);
  expect(relay.connections()).toBe(1);
  expect(relay.commands.filter((line) => line === 'RSET')).toHaveLength(2);
});

test('a line the relay closed while it lay idle is replaced without a word, whether by cut or by 421', async () => {
  const relay = await relayWith({});
  const transport = transportTo(relay.url);
  await transport.send(mailTo('a@example.com'), always);
  relay.cut();
  expect(await transport.send(mailTo('b@example.com'), always)).toMatchObject({ kind: 'accepted' });
  expect(relay.connections()).toBe(2);

  let mails = 0;
  const tired = await relayWith({ rcpt: () => (mails++ === 1 ? '421 4.4.2 idle too long' : '250 ok') });
  const other = transportTo(tired.url);
  await other.send(mailTo('a@example.com'), always);
  expect(await other.send(mailTo('b@example.com'), always)).toMatchObject({ kind: 'accepted' });
  expect(tired.mails.map(({ to }) => to)).toEqual(['a@example.com', 'b@example.com']);
});

test('500 messages over 5 connections arrive once each', async () => {
  const office = await openPostOffice();
  onTestFinished(() => office.close());
  const transport = transportTo(office.url, { connections: 5 });
  const addresses = Array.from({ length: 500 }, (_, i) => `reader${i}@example.com`);
  const outcomes = await Promise.all(addresses.map((to) => transport.send(mailTo(to), always)));
  expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['accepted']));
  expect(office.mails.map(({ to }) => to).sort()).toEqual(addresses.sort());
  expect(office.mails[0]?.bytes).toEqual(mailTo('').bytes);
  await transport.close();
  expect(office.connections()).toBeGreaterThanOrEqual(5);
  expect(office.connections()).toBeLessThanOrEqual(10); // a line is left after a hundred messages, not after each
});

test('a relay that goes away and comes back: every accepted mail is there once, what was not sent goes out at the second try', async () => {
  const first = await openPostOffice();
  const transport = transportTo(first.url, { connections: 3 });
  const addresses = Array.from({ length: 60 }, (_, i) => `reader${i}@example.com`);
  const early = await Promise.all(addresses.slice(0, 30).map((to) => transport.send(mailTo(to), always)));
  await first.close();
  const during = await transport.send(mailTo('reader30@example.com'), always);
  const second = await openPostOffice({ port: first.port });
  onTestFinished(() => second.close());
  const late = await Promise.all(addresses.slice(30).map((to) => transport.send(mailTo(to), always)));
  expect(during).toMatchObject({ kind: 'not-sent', relay: true });
  expect([...early, ...late].every(({ kind }) => kind === 'accepted')).toBe(true);
  expect([...first.mails, ...second.mails].map(({ to }) => to).sort()).toEqual(addresses.sort());
});

test('an idle line is closed after its time, and the next message opens another', async () => {
  const relay = await relayWith({});
  const transport = transportTo(relay.url, { timeouts: { idle: 20 } });
  await transport.send(mailTo('a@example.com'), always);
  await expect.poll(() => relay.commands.at(-1)).toBe('QUIT');
  await transport.send(mailTo('b@example.com'), always);
  expect(relay.connections()).toBe(2);
});

test('an address beyond ASCII goes only to a relay that offers SMTPUTF8', async () => {
  const old = await relayWith({});
  expect(await transportTo(old.url).send(mailTo('jörg@example.com'), always)).toEqual({
    kind: 'refused',
    reply: expect.stringMatching(/^5\.6\.7 /),
  });
  expect(old.commands.some((line) => line.startsWith('MAIL'))).toBe(false);

  const young = await relayWith({ offers: ['SMTPUTF8', 'DSN'] });
  expect(await transportTo(young.url).send(mailTo('jörg+a@example.com'), always)).toMatchObject({ kind: 'accepted' });
  expect(young.commands.find((line) => line.startsWith('MAIL'))).toContain(' SMTPUTF8');
  expect(young.commands.find((line) => line.startsWith('RCPT'))).toContain('ORCPT=utf-8;j\\x{F6}rg\\x{2B}a@example.com');
});

test('a message over the size the relay names is not tried, and nobody is charged', async () => {
  const relay = await relayWith({ offers: ['SIZE 1000'] });
  const outcome = await transportTo(relay.url).send(mailTo('a@example.com', Buffer.alloc(1001, 'a')), always);
  expect(outcome).toEqual({ kind: 'not-sent', relay: true, reply: '5.3.4 the message has 1001 bytes, the relay takes 1000' });
  expect(relay.commands.some((line) => line.startsWith('MAIL'))).toBe(false);
});

test.each([1, 3])(
  'closing finishes the message in hand, says QUIT, and nothing goes out afterwards (connections: %i)',
  async (connections) => {
    const relay = await relayWith({ delay: 20 });
    const transport = transportTo(relay.url, { connections });
    const last = transport.send(mailTo('a@example.com'), always);
    await transport.close();
    expect(await last).toMatchObject({ kind: 'accepted' });
    expect(relay.commands.at(-1)).toBe('QUIT');
    expect(await transport.send(mailTo('b@example.com'), always)).toMatchObject({ kind: 'not-sent' });
    expect(relay.mails).toHaveLength(1);
  },
);

const stopping = { kind: 'not-sent', reply: 'this worker is stopping' };
const noPipelining = ['8BITMIME'];
const long = Buffer.alloc(16_000_000, 'a line of text\r\n');

test.each<[string, RelayScript, (relay: ScriptedRelay) => boolean]>([
  ['the greeting', { greeting: 'silence' }, (relay) => relay.connections() === 1],
  ['MAIL', { offers: noPipelining, mail: 'silence' }, (relay) => relay.commands.at(-1)?.startsWith('MAIL') === true],
  ['RCPT', { offers: noPipelining, rcpt: 'silence' }, (relay) => relay.commands.at(-1)?.startsWith('RCPT') === true],
  ['DATA', { data: 'silence' }, (relay) => relay.commands.at(-1) === 'DATA'],
  ['the message, and reads no more of it', { midData: { after: 50_000, step: 'silence' } }, (relay) => relay.unfinished() >= 50_000],
])('a message given up while the relay is silent at %s is not sent, at once', async (_where, script, reached) => {
  const relay = await relayWith(script);
  const transport = transportTo(relay.url); // with the timeouts of every day, which are minutes
  const outcome = transport.send(mailTo('reader@example.com', long), always);
  await expect.poll(() => reached(relay)).toBe(true);
  transport.abandon();
  expect(await outcome).toEqual(stopping);
  await transport.close();
  expect(relay.mails).toEqual([]);
});

test("a message given up during the login is not sent, and the login is nobody's trouble", async () => {
  let asked = false;
  const office = await openPostOffice({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth() {
      asked = true;
    },
  });
  onTestFinished(() => office.close());
  const transport = transportTo(office.url.replace('//', '//galley:secret@'));
  const outcome = transport.send(mailTo('reader@example.com'), always);
  await expect.poll(() => asked).toBe(true);
  transport.abandon();
  expect(await outcome).toEqual(stopping);
});

test('a message given up at the last moment before its dot is not sent', async () => {
  const relay = await relayWith({});
  const transport = transportTo(relay.url);
  const message = mailTo('reader@example.com');
  const giveUp = () => {
    transport.abandon();
    return true;
  };
  expect(await transport.send(message, giveUp)).toEqual(stopping);
  await expect.poll(() => relay.unfinished()).toBeGreaterThan(0);
  expect(relay.mails).toEqual([]);
});

test('a message whose dot was written is not given up: it gets its answer', async () => {
  const relay = await relayWith({
    dot: () => {
      transport.abandon();
      return '250 2.0.0 taken after all';
    },
  });
  const transport = transportTo(relay.url);
  expect(await transport.send(mailTo('reader@example.com'), always)).toEqual({ kind: 'accepted', reply: '250 2.0.0 taken after all' });
  await transport.close();
  expect(relay.commands.at(-1)).toBe('QUIT');
});

test('giving up ends those that wait for a connection before the one that waits for the answer to its dot', async () => {
  const relay = await relayWith({ dot: 'silence' });
  const transport = transportTo(relay.url, { timeouts: { answer: 500 } });
  const ended: string[] = [];
  const sent = async (name: string) => {
    const outcome = await transport.send(mailTo(`${name}@example.com`), always);
    ended.push(name);
    return outcome;
  };
  const outcomes = ['a', 'b', 'c'].map(sent);
  await expect.poll(() => relay.mails.length).toBe(1);
  transport.abandon();
  outcomes.push(sent('d'));
  const [first, ...others] = await Promise.all(outcomes);
  expect(others).toEqual([stopping, stopping, stopping]);
  expect(first).toEqual({ kind: 'unknown', reply: expect.stringMatching(/no answer from 127.*after the final dot/) });
  expect(ended).toEqual(['b', 'c', 'd', 'a']);
  expect(relay.connections()).toBe(1);
});

test('giving up cuts a line that is being cleared up, so that closing need not wait for it', async () => {
  const relay = await relayWith({ rcpt: '550 5.1.1 no such user', rset: 'silence' });
  const transport = transportTo(relay.url);
  expect(await transport.send(mailTo('reader@example.com'), always)).toMatchObject({ kind: 'refused' });
  await expect.poll(() => relay.commands.at(-1)).toBe('RSET');
  transport.abandon();
  await transport.close();
  expect(relay.commands.at(-1)).toBe('RSET');
});

test('giving up may come twice, and before, during or after closing; nothing goes out afterwards, and an idle line still gets its QUIT', async () => {
  const relay = await relayWith({});
  const transport = transportTo(relay.url, { connections: 2 });
  await transport.send(mailTo('a@example.com'), always);
  transport.abandon();
  const late = transport.send(mailTo('b@example.com'), always);
  const closed = transport.close();
  transport.abandon();
  await closed;
  transport.abandon();
  expect(await late).toEqual(stopping);
  expect(await transport.send(mailTo('c@example.com'), always)).toEqual(stopping);
  expect(await transport.probe()).toBe(stopping.reply);
  expect(relay.commands.at(-1)).toBe('QUIT');
  expect(relay.connections()).toBe(1);
});

test('closing that waits for a silent relay is over when the message in hand is given up', async () => {
  const relay = await relayWith({ data: 'silence' });
  const transport = transportTo(relay.url);
  const outcomes = ['a@example.com', 'b@example.com'].map((to) => transport.send(mailTo(to), always));
  const closed = transport.close();
  await expect.poll(() => relay.commands.at(-1)).toBe('DATA');
  transport.abandon();
  expect(await Promise.all(outcomes)).toEqual([stopping, stopping]);
  await closed;
});

test.each([true, false])(
  'on loopback TLS is used without asking for a certificate (implicit: %s), and the login goes over it',
  async (implicit) => {
    const logins: unknown[] = [];
    const office = await openPostOffice({
      secure: implicit,
      disabledCommands: [],
      onAuth({ username, password }, session, done) {
        logins.push({ username, password, secure: session.secure });
        done(null, password === 'p@ss' ? { user: username } : { message: 'wrong password' });
      },
    });
    onTestFinished(() => office.close());
    const scheme = implicit ? 'smtps' : 'smtp';
    const transport = transportTo(`${scheme}://galley:p%40ss@127.0.0.1:${office.port}`);
    expect(await transport.send(mailTo('a@example.com'), always)).toMatchObject({ kind: 'accepted' });
    expect(logins).toEqual([{ username: 'galley', password: 'p@ss', secure: true }]);
    expect(await transport.probe()).toBeUndefined();

    const wrong = await transportTo(`${scheme}://galley:old@127.0.0.1:${office.port}`).send(mailTo('a@example.com'), always);
    expect(wrong).toMatchObject({ kind: 'not-sent', relay: true, reply: expect.stringMatching(/^login refused at .* 535/) });
  },
);

test('a user name for a relay that takes none is said, not passed over', async () => {
  const relay = await relayWith({});
  const outcome = await transportTo(relay.url.replace('//', '//galley:secret@')).send(mailTo('a@example.com'), always);
  expect(outcome).toMatchObject({ kind: 'not-sent', relay: true, reply: expect.stringContaining('takes no login') });
});

// 0.0.0.0 reaches this machine and yet is no loopback address
test.skipIf(process.platform !== 'linux')('off loopback nothing is said in clear text and a wrong certificate is not taken', async () => {
  const bare = await relayWith({ offers: ['AUTH PLAIN'] });
  const clear = await transportTo(`smtp://galley:secret@0.0.0.0:${bare.port}`).send(mailTo('a@example.com'), always);
  expect(clear).toMatchObject({ kind: 'not-sent', relay: true });
  expect(bare.commands).toEqual(['EHLO news.example.org', 'STARTTLS']);

  const office = await openPostOffice({ disabledCommands: ['AUTH'] });
  onTestFinished(() => office.close());
  const forged = await transportTo(`smtp://0.0.0.0:${office.port}`).send(mailTo('a@example.com'), always);
  expect(forged).toMatchObject({ kind: 'not-sent', relay: true, reply: expect.stringMatching(/certificate/) });
  expect(office.mails).toEqual([]);
});

test.each(['', 'relay.example.org', 'http://relay.example.org', 'smtp://'])('%j is no address of a relay', (url) => {
  expect(() => openTransport({ url, connections: 1 })).toThrow(/smtps?:\/\//);
});

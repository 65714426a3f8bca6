/** Relays that are wrong, slow or rude: each is said in a sentence for people, and none costs a reader anything. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { type OutgoingMessage, openTransport, type TransportOptions } from '../../src/deliver/transport.ts';
import { makeCertificate, withoutCertificates } from '../support/certificate.ts';
import { openPostOffice, openScriptedRelay, type RelayScript } from '../support/relay.ts';

const mailTo = (to: string): OutgoingMessage => ({
  envelope: { from: 'b+token@bounce.example.org', to, envid: 'token' },
  bytes: Buffer.from('Subject: hello\r\n\r\nhello\r\n'),
});
const always = () => true;

function transportTo(url: string, options: Partial<TransportOptions> = {}) {
  const transport = openTransport({
    url,
    connections: 1,
    name: 'news.example.org',
    timeouts: { greeting: 1000, answer: 1000 },
    ...options,
  });
  onTestFinished(() => transport.close());
  return transport;
}

async function relayWith(script: RelayScript) {
  const relay = await openScriptedRelay(script);
  onTestFinished(() => relay.close());
  return relay;
}

/** A server that says the same to everybody, whatever it is asked. */
async function sayer(words: Buffer): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => socket.destroyed || socket.write(words));
    socket.write(words);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  const address = server.address();
  return `smtp://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

test.each([
  ['a web server', Buffer.from('HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html>\r\n')],
  ['bytes that are no text', Buffer.from([0xff, 0x00, 0xfe, 0x0d, 0x0a, 0x80, 0x81, 0x0d, 0x0a])],
  ['a code that is none', Buffer.from('999 hello\r\n')],
  ['a line without end', Buffer.alloc(3_000_000, 'x')],
])('behind the address of the relay is %s: nothing is sent, and the words fit a line', async (_what, words) => {
  const outcome = await transportTo(await sayer(words)).send(mailTo('a@example.com'), always);
  expect(outcome).toMatchObject({ kind: 'not-sent', relay: true });
  expect(outcome.reply).toMatch(/127\.0\.0\.1:\d+/);
  expect(outcome.reply).toMatch(/^[^\p{Cc}]{10,200}$/u);
});

test('an answer of many lines and ten kilobytes is understood, and its first words are kept', async () => {
  const lines = Array.from({ length: 140 }, (_, i) => `550-5.1.1 line ${i} of a long sermon about mailboxes that do not exist here`);
  const relay = await relayWith({ rcpt: [...lines, '550 5.1.1 no such user'].join('\r\n') });
  const transport = transportTo(relay.url);
  const outcome = await transport.send(mailTo('a@example.com'), always);
  expect(outcome).toEqual({ kind: 'refused', reply: expect.stringMatching(/^550-5\.1\.1 line 0 of a long sermon/) });
  expect(outcome.reply.length).toBeLessThanOrEqual(200);
  expect(await transport.probe()).toBeUndefined();
});

test('a welcome of ten kilobytes and an offer that nobody knows keep nothing from being sent', async () => {
  const greeting = [...Array.from({ length: 150 }, (_, i) => `220-rule ${i}: ${'please be kind '.repeat(4)}`), '220 welcome'].join('\r\n');
  const relay = await relayWith({ greeting, offers: ['X-NEW 1 2 3', 'SIZE', 'PIPELINING', 'DSN', 'X=Y'] });
  expect(await transportTo(relay.url).send(mailTo('a@example.com'), always)).toMatchObject({ kind: 'accepted' });
});

test('a storm of 4xx defers each reader with what was said, over one and the same line', async () => {
  const storm = ['450 4.2.0 greylisted', '451 4.3.0 local error', '452 4.2.2 mailbox full', '450 4.1.2 domain not found'];
  const relay = await relayWith({ rcpt: (_to, before) => storm[before % storm.length] ?? '' });
  const transport = transportTo(relay.url);
  for (let i = 0; i < 40; i += 1)
    expect(await transport.send(mailTo(`r${i}@example.com`), always)).toEqual({ kind: 'deferred', reply: storm[i % storm.length] });
  expect(relay.connections()).toBe(1);
});

test('a relay that takes one mail a second is waited for, each connection with one message', async () => {
  let taken = 0;
  const office = await openPostOffice({
    onData(stream, _session, done) {
      stream.resume();
      stream.on('end', () => {
        taken += 1;
        setTimeout(done, 1000);
      });
    },
  });
  onTestFinished(() => office.close());
  const transport = transportTo(office.url, { connections: 2, timeouts: {} });
  const began = performance.now();
  const outcomes = await Promise.all(['a', 'b', 'c', 'd'].map((name) => transport.send(mailTo(`${name}@example.com`), always)));
  expect(outcomes.map(({ kind }) => kind)).toEqual(Array(4).fill('accepted'));
  expect([taken, office.connections()]).toEqual([4, 2]);
  expect(performance.now() - began).toBeGreaterThan(1900);
});

test('a wrong password is the relay’s trouble in its own words, and the password is in none of them', async () => {
  const office = await openPostOffice({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: (_auth, _session, done) => done(Object.assign(new Error('5.7.8 Error: authentication failed'), { responseCode: 535 })),
  });
  onTestFinished(() => office.close());
  const outcome = await transportTo(office.url.replace('//', '//galley:hunter2@')).send(mailTo('a@example.com'), always);
  expect(outcome).toMatchObject({ kind: 'not-sent', relay: true, reply: expect.stringMatching(/^login refused at .*535 5\.7\.8/) });
  expect(outcome.reply).not.toContain('hunter2');
});

// 0.0.0.0 reaches this machine and yet is no loopback address
test.skipIf(withoutCertificates !== undefined || process.platform !== 'linux')(
  `off loopback a certificate that holds is taken, and one that has expired is refused by name${withoutCertificates ? ` (left out: ${withoutCertificates})` : ''}`,
  async () => {
    const trusted = getCACertificates('default');
    onTestFinished(() => setDefaultCACertificates(trusted));
    for (const over of [false, true]) {
      using made = makeCertificate('0.0.0.0', { over });
      setDefaultCACertificates([...trusted, made.authority]);
      const tls = { key: readFileSync(made.key, 'utf8'), cert: readFileSync(made.certificate, 'utf8') };
      const office = await openPostOffice({ disabledCommands: ['AUTH'], ...tls });
      onTestFinished(() => office.close());
      const outcome = await transportTo(`smtp://0.0.0.0:${office.port}`).send(mailTo('a@example.com'), always);
      const expected = over
        ? { kind: 'not-sent', relay: true, reply: expect.stringMatching(/0\.0\.0\.0:\d+: certificate has expired/) }
        : { kind: 'accepted' };
      expect(outcome).toMatchObject(expected);
      expect(office.mails).toHaveLength(over ? 0 : 1);
    }
  },
);

test.skipIf(process.platform !== 'linux')(
  'off loopback a relay without STARTTLS, or from which somebody took it away, is told so in words',
  async () => {
    for (const offers of [['AUTH PLAIN'], ['AUTH PLAIN', 'STARTTLS']]) {
      const relay = await relayWith({ offers });
      const outcome = await transportTo(`smtp://galley:secret@0.0.0.0:${relay.port}`).send(mailTo('a@example.com'), always);
      expect(outcome).toMatchObject({ kind: 'not-sent', relay: true, reply: expect.stringMatching(/STARTTLS|TLS/) });
      expect(relay.commands.join()).not.toMatch(/AUTH|MAIL/);
    }
  },
);

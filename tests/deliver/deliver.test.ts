import { createSecretKey, generateKeyPairSync } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { type DeliverDeps, deliverBatch } from '../../src/deliver/deliver.ts';
import { openLanes } from '../../src/deliver/lanes.ts';
import { openRelayGate } from '../../src/deliver/relay-gate.ts';
import { openTransport } from '../../src/deliver/transport.ts';
import { openTails } from '../../src/deliver/turns.ts';
import { composeTemplate, openSigner, readDkim } from '../../src/message/message.ts';
import { leaveTokenPlaceholder } from '../../src/model/edition.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import { mintToken } from '../../src/model/token.ts';
import type { BatchJob } from '../../src/queue/jobs.ts';
import type { BeginAnswer, Marks } from '../../src/queue/marks.ts';
import type { Pace } from '../../src/queue/pace.ts';
import { openPostOffice, openScriptedRelay } from '../support/relay.ts';

const keys = { current: 1, keys: new Map([[1, createSecretKey(Buffer.alloc(32, 1))]]) };
const link = `http://localhost:3000/u/${leaveTokenPlaceholder}`;
const input = {
  from: { name: 'The Tidewater Review', address: 'news@tidewater.example' },
  listName: 'The Tidewater Review',
  listId: 'tidewater.lists.tidewater.example',
  subject: 'November',
  email: `<p>Hello. <a href="${link}">Unsubscribe</a></p>`,
  text: `Hello.\n${link}\n`,
  date: Date.UTC(2026, 10, 22),
  baseUrl: 'http://localhost:3000',
  bounceDomain: 'tidewater.example',
  feedbackId: '1:1:issue:tidewater',
};
const template = composeTemplate(input);
const { email: _, ...wordsAlone } = input;
const textTemplate = composeTemplate(wordsAlone);

function batchOf(count: number, rate?: number): BatchJob {
  const rows = Array.from({ length: count }, (_, index) => {
    const subject = { publication: 1, reader: index + 1, send: 1 };
    return {
      reader: index + 1,
      address: `r${index + 1}@example.com`,
      delivery: mintToken(keys, 'delivery', subject),
      leave: mintToken(keys, 'leave', subject),
    };
  });
  return { batch: 9, send: 1, epoch: 1, template: 'h', rows, ...(rate !== undefined && { rate }) };
}

/** The port to Redis, in memory: begins each reader once, keeps what it is told in order. */
function memoryMarks(answer: (reader: number) => BeginAnswer = () => 'go') {
  const begun = new Set<number>();
  const told: string[] = [];
  const outcomes = new Map<number, Outcome>();
  const marks: Marks = {
    worker: 'w-test',
    begin: async (_, reader) => {
      const said = begun.has(reader) ? 'taken' : answer(reader);
      if (said === 'go') begun.add(reader);
      return said;
    },
    remember: (_, reader, outcome) => {
      told.push(`${reader} ${outcome.kind}`);
      outcomes.set(reader, outcome);
    },
    end: async () => void told.push('end'),
    joined: async (epoch) => epoch === 1,
    leave: async () => {},
  };
  return { marks, told, begun, outcomes };
}

/** A pace without limits; `deliver/pace.test.ts` has the real one. */
const freePace: Pace = {
  take: async () => ({ go: true, wait: 0 }),
  slowDown: async () => {},
  slowed: async () => new Set(),
  hold: async (_, rows) => Array.from({ length: rows }, () => 500),
};

function depsOf(marks: Marks, url: string, more: Partial<DeliverDeps> = {}): DeliverDeps {
  const transport = openTransport({ url, connections: 3, timeouts: { answer: 500 } });
  onTestFinished(() => transport.close());
  const gate = openRelayGate({ probe: () => transport.probe(), tell: async () => {}, waits: [20] });
  return { marks, transport, gate, pace: freePace, tails: openTails(), template: async () => template, lanes: openLanes(3), ...more };
}

const going = new AbortController().signal;

test('every reader of a batch gets one message, and the end comes after the last outcome', async () => {
  await using post = await openPostOffice();
  const { marks, told } = memoryMarks();
  expect(await deliverBatch(depsOf(marks, post.url), batchOf(40), going)).toBe('done');
  expect(post.mails.map((mail) => mail.to).sort()).toEqual(
    batchOf(40)
      .rows.map((row) => row.address)
      .sort(),
  );
  expect(told).toHaveLength(41);
  expect(told.at(-1)).toBe('end');
});

test('a row that names a template of its own is sent with that one, the others with the batch’s', async () => {
  await using post = await openPostOffice();
  const { marks, told } = memoryMarks();
  const job = batchOf(6);
  const rows = job.rows.map((row) => (row.reader % 3 === 0 ? { ...row, template: 'text' } : row));
  const known: Record<string, typeof template> = { h: template, text: textTemplate };
  const asked: string[] = [];
  const deps = depsOf(marks, post.url, {
    template: async (hash) => {
      asked.push(hash);
      return known[hash];
    },
  });
  expect(await deliverBatch(deps, { ...job, rows }, going)).toBe('done');
  expect(asked).toEqual(['h', 'text']); // each once, however many rows name it
  const html = post.mails.filter(({ bytes }) => bytes.includes('text/html')).map(({ to }) => to);
  expect(html.sort()).toEqual(['r1@example.com', 'r2@example.com', 'r4@example.com', 'r5@example.com']);
  expect(post.mails).toHaveLength(6);
  expect(told.at(-1)).toBe('end');
});

test('a batch of which Redis has lost one template is let go before anything of it is begun', async () => {
  await using post = await openPostOffice();
  const { marks, told, begun } = memoryMarks();
  const job = batchOf(3);
  const rows = job.rows.map((row) => (row.reader === 3 ? { ...row, template: 'lost' } : row));
  const deps = depsOf(marks, post.url, { template: async (hash) => (hash === 'h' ? template : undefined) });
  expect(await deliverBatch(deps, { ...job, rows }, going)).toBe('go');
  expect([begun.size, told, post.mails]).toEqual([0, [], []]);
});

test('a batch run twice sends nothing twice', async () => {
  await using post = await openPostOffice();
  const { marks } = memoryMarks();
  const deps = depsOf(marks, post.url);
  await deliverBatch(deps, batchOf(10), going);
  expect(await deliverBatch(deps, batchOf(10), going)).toBe('done');
  expect(post.mails).toHaveLength(10);
});

test('two workers on one batch share it out', async () => {
  await using post = await openPostOffice();
  const { marks, told } = memoryMarks();
  await Promise.all([deliverBatch(depsOf(marks, post.url), batchOf(30), going), deliverBatch(depsOf(marks, post.url), batchOf(30), going)]);
  expect(post.mails).toHaveLength(30);
  expect(told.filter((line) => line !== 'end')).toHaveLength(30);
});

test('when the fence is gone the rest is not sent, and the batch is ended', async () => {
  await using post = await openPostOffice();
  const { marks, told } = memoryMarks((reader) => (reader > 4 ? 'closed' : 'go'));
  expect(await deliverBatch(depsOf(marks, post.url), batchOf(20), going)).toBe('done');
  expect(post.mails.length).toBe(4);
  expect(told.at(-1)).toBe('end');
});

test('when the lease is gone the batch is let go without an end', async () => {
  await using post = await openPostOffice();
  const { marks, told } = memoryMarks((reader) => (reader > 4 ? 'lease' : 'go'));
  expect(await deliverBatch(depsOf(marks, post.url), batchOf(20), going)).toBe('go');
  expect(told).not.toContain('end');
});

test('a process that was stopped after its go was given sends nothing late: somebody may have taken the batch over', async () => {
  await using post = await openPostOffice();
  const { marks, outcomes } = memoryMarks();
  const stopped: Marks = {
    ...marks,
    async begin(attempt, reader) {
      const answer = await marks.begin(attempt, reader);
      if (reader === 2) await new Promise((resolve) => setTimeout(resolve, 2100));
      return answer;
    },
  };
  await deliverBatch(depsOf(stopped, post.url, { dotDeadlineMs: 2000 }), batchOf(3), going);
  expect(post.mails.map(({ to }) => to).sort()).toEqual(['r1@example.com', 'r3@example.com']);
  expect(outcomes.get(2)?.kind).toBe('not-sent');
});

test('a batch of another epoch, or without its template, is let go and nothing is sent', async () => {
  await using post = await openPostOffice();
  const { marks, begun } = memoryMarks();
  expect(await deliverBatch(depsOf(marks, post.url), { ...batchOf(3), epoch: 7 }, going)).toBe('go');
  expect(await deliverBatch(depsOf(marks, post.url, { template: async () => undefined }), batchOf(3), going)).toBe('go');
  expect(begun.size).toBe(0);
});

test('a stop finishes what is begun, hands the batch back, and every begun message has its outcome', async () => {
  await using post = await openPostOffice();
  const stopping = new AbortController();
  const { marks, told, begun } = memoryMarks((reader) => {
    if (reader === 5) stopping.abort();
    return 'go';
  });
  expect(await deliverBatch(depsOf(marks, post.url), batchOf(50), stopping.signal)).toBe('back');
  expect(begun.size).toBeLessThan(10);
  expect(told).toHaveLength(begun.size);
  expect(post.mails).toHaveLength(begun.size);
});

test('a relay that is down charges nobody: what was begun is told as not sent, and the rest waits for it', async () => {
  await using relay = await openScriptedRelay({ greeting: '421 4.3.2 going down' });
  const { marks, outcomes, begun } = memoryMarks();
  const stopping = new AbortController();
  const running = deliverBatch(depsOf(marks, relay.url), batchOf(50), stopping.signal);
  await expect.poll(() => outcomes.size).toBeGreaterThanOrEqual(1);
  stopping.abort();
  expect(await running).toBe('back');
  expect(begun.size).toBeLessThanOrEqual(3);
  expect([...outcomes.values()].every((outcome) => outcome.kind === 'not-sent' && outcome.relay)).toBe(true);
});

test('a connection lost after the dot leaves that delivery unknown and the others go on', async () => {
  await using relay = await openScriptedRelay({ dot: (taken) => (taken === 1 ? 'hang up' : '250 2.0.0 ok') });
  const { marks, outcomes } = memoryMarks();
  await deliverBatch(depsOf(marks, relay.url, { lanes: openLanes(1) }), batchOf(6), going);
  expect([...outcomes.values()].map((outcome) => outcome.kind).sort()).toEqual([...Array(5).fill('accepted'), 'unknown']);
});

test('the next batch begins while the last messages of one are under way, and of both together no more than there are connections', async () => {
  await using relay = await openScriptedRelay({ delay: 10 });
  const { marks } = memoryMarks();
  const [order, inFlight, most]: [string[], Set<number>, number[]] = [[], new Set(), []];
  const watched = (batch: number): Marks => ({
    ...marks,
    begin: async (job, reader) => {
      const answer = await marks.begin(job, reader);
      order.push(`begin ${batch}`);
      most.push(inFlight.add(reader).size);
      return answer;
    },
    remember: (...told) => {
      inFlight.delete(told[1]);
      marks.remember(...told);
    },
    end: async () => void order.push(`end ${batch}`),
  });
  const deps = depsOf(marks, relay.url);
  const [first, second] = [batchOf(7), batchOf(14)];
  second.rows.splice(0, 7);
  await Promise.all([
    deliverBatch({ ...deps, marks: watched(1) }, first, going),
    deliverBatch({ ...deps, marks: watched(2) }, { ...second, batch: 10 }, going),
  ]);
  expect(relay.mails).toHaveLength(14);
  expect(Math.max(...most)).toBe(3);
  expect(order.indexOf('begin 2')).toBeLessThan(order.indexOf('end 1'));
  expect(order.indexOf('begin 2')).toBeGreaterThan(order.lastIndexOf('begin 1')); // the older one ends first
});

test('the common pace is asked before a message is begun', async () => {
  await using post = await openPostOffice();
  const order: string[] = [];
  const { marks } = memoryMarks((reader) => {
    order.push(`begin ${reader}`);
    return 'go';
  });
  const take: Pace['take'] = async ({ rate }) => {
    order.push(`turn ${rate}`);
    return { go: true, wait: 0 };
  };
  await deliverBatch(depsOf(marks, post.url, { pace: { ...freePace, take }, lanes: openLanes(1) }), batchOf(2, 50), going);
  expect(order).toEqual(['turn 50', 'begin 1', 'turn 50', 'begin 2']);
});

test('with a key every message is signed', async () => {
  await using post = await openPostOffice();
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const { marks } = memoryMarks();
  await deliverBatch(
    depsOf(marks, post.url, { sign: openSigner(readDkim({ domain: 'tidewater.example', keys: [{ selector: 'n1', pem: privateKey }] })) }),
    batchOf(2),
    going,
  );
  for (const mail of post.mails) expect(mail.bytes.toString('latin1')).toMatch(/^DKIM-Signature: v=1; a=rsa-sha256;/);
});

test('an address that no mail can carry is refused in words, and the others go on', async () => {
  await using post = await openPostOffice();
  const { marks, outcomes } = memoryMarks();
  const batch = batchOf(3);
  const [, odd] = batch.rows;
  if (odd !== undefined) odd.address = 'two lines\n@example.com';
  await deliverBatch(depsOf(marks, post.url), batch, going);
  expect(outcomes.get(2)?.kind).toBe('refused');
  expect(post.mails).toHaveLength(2);
});

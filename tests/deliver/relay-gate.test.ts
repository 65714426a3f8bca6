import { expect, onTestFinished, test, vi } from 'vitest';
import { openRelayGate } from '../../src/deliver/relay-gate.ts';
import type { Outcome } from '../../src/model/outcome.ts';

const going = new AbortController().signal;
const down: Outcome = { kind: 'not-sent', reply: 'connection refused at 127.0.0.1:2525', relay: true };
const aboutUs: Outcome = { kind: 'refused', reply: '554 5.7.1 relay access denied', senderScope: true };
const refused: Outcome = { kind: 'refused', reply: '550 5.1.1 no such user' };

const mailTo = (group: string) => ({ group, takeBack: () => {}, takenBack: false });

function gateOf(answers: (string | undefined)[]) {
  const told: (string | undefined)[] = [];
  let probes = 0;
  const gate = openRelayGate({
    probe: async () => answers[probes++],
    tell: async (trouble) => void told.push(trouble),
    waits: [1, 2],
  });
  return { gate, told, probes: () => probes };
}

test('the gate closes on the relay’s trouble, says so, and opens when the relay answers', async () => {
  const { gate, told, probes } = gateOf(['still down', undefined]);
  expect(gate.judge(down, mailTo('example.com'))).toEqual(down);
  await gate.passed(going);
  expect(probes()).toBe(2);
  expect(told[0]).toContain('connection refused');
  expect(told[1]).toContain('still down');
  expect(told.at(-1)).toBeUndefined();
});

test('a stop does not wait for a relay that is down', async () => {
  const stopping = new AbortController();
  const gate = openRelayGate({ probe: async () => 'down', tell: async () => {}, waits: [60_000] });
  gate.judge(down, mailTo('example.com'));
  const passed = gate.passed(stopping.signal);
  stopping.abort();
  await passed;
});

test('refusals that speak about a reader never close the gate', async () => {
  const { gate, probes } = gateOf([]);
  for (let i = 0; i < 10; i += 1) expect(gate.judge(refused, mailTo('example.com'))).toEqual(refused);
  await gate.passed(going);
  expect(probes()).toBe(0);
});

test('three refusals in a row that speak about us stop the send, and none of the three is refused', async () => {
  const { gate, told } = gateOf([undefined]);
  const takenBack: Outcome[] = [];
  const judge = () => gate.judge(aboutUs, { ...mailTo('example.com'), takeBack: (instead) => void takenBack.push(instead) });
  expect([judge().kind, judge().kind]).toEqual(['refused', 'refused']);
  const instead = { kind: 'not-sent', reply: aboutUs.reply, relay: true, halt: true };
  expect(judge()).toEqual(instead);
  expect(takenBack).toEqual([instead, instead]);
  await gate.passed(going);
  expect(told[0]).toContain('relay access denied');
  expect(judge(), 'as long as nothing better is heard, the next one says the same').toEqual(instead);
  gate.judge({ kind: 'accepted', reply: '250 ok' }, mailTo('example.com'));
  expect(judge().kind).toBe('refused');
});

test('who was taken back and is refused again is refused: a few readers cannot stop a send for ever, and others still do', () => {
  const { gate } = gateOf([undefined]);
  for (let i = 0; i < 5; i += 1) expect(gate.judge(aboutUs, { ...mailTo('example.com'), takenBack: true })).toEqual(aboutUs);
  const kinds = [1, 2, 3].map(() => gate.judge(aboutUs, mailTo('example.com')).kind);
  expect(kinds).toEqual(['refused', 'refused', 'not-sent']);
});

test('refusals of last month are in no row with those of today', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const { gate } = gateOf([undefined]);
  for (let i = 0; i < 2; i += 1) gate.judge(aboutUs, mailTo('example.com'));
  vi.advanceTimersByTime(4_000_000);
  expect([1, 2, 3].map(() => gate.judge(aboutUs, mailTo('example.com')).kind)).toEqual(['refused', 'refused', 'not-sent']);
});

test('a refusal about us between good answers stays one reader’s', () => {
  const { gate } = gateOf([]);
  for (let i = 0; i < 5; i += 1) {
    expect(gate.judge(aboutUs, mailTo('example.com')).kind).toBe('refused');
    gate.judge({ kind: 'accepted', reply: '250 ok' }, mailTo('example.com'));
  }
});

const plea: Outcome = { kind: 'not-sent', reply: '421 4.7.28 too fast', slow: true };

test('a provider that asks us to slow down does not close the gate for the others, however often it asks', async () => {
  const { gate, probes } = gateOf([]);
  for (let i = 0; i < 10; i += 1) expect(gate.judge(plea, mailTo(i % 2 === 0 ? 'google' : 'yahoo'))).toEqual(plea);
  await gate.passed(going);
  expect(probes()).toBe(0);
});

test('when everybody asks us to slow down it is the relay that speaks', async () => {
  const { gate, told, probes } = gateOf([undefined]);
  for (const group of ['google', 'yahoo', 'example.com']) gate.judge(plea, mailTo(group));
  await gate.passed(going);
  expect(probes()).toBe(1);
  expect(told[0]).toContain('421 4.7.28');
});

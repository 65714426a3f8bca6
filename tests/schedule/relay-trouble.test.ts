import { expect, test } from 'vitest';
import { openLog } from '../../src/log.ts';
import { watchRelay } from '../../src/schedule/relay-trouble.ts';
import { notices } from '../../src/store/schema.ts';
import { startSend } from '../../src/store/sends.ts';
import { sampleStore, t0 } from '../support/store.ts';

const minute = 60_000;

function watched() {
  const { db, send } = sampleStore(3);
  const clock = { now: t0 };
  const log = openLog({ level: 'error', write: () => {} });
  const look = watchRelay({ db, rehearsal: false, log, now: () => clock.now });
  const told = () => db.select({ facts: notices.facts, address: notices.address }).from(notices).all();
  return { look, told, clock, start: () => startSend(db, send.id, t0) };
}

test('editors hear of a relay that takes nothing for five minutes while their send goes out, once a day', () => {
  const { look, told, clock, start } = watched();
  start();
  const trouble = 'connection refused at 127.0.0.1:25';
  for (const wait of [0, 2, 2]) {
    clock.now += wait * minute;
    look(trouble);
  }
  expect(told()).toEqual([]);
  clock.now += minute;
  look(trouble);
  look(trouble);
  expect(told().map(({ facts }) => facts)).toEqual([{ kind: 'relay-trouble', send: 'tidewater/2026-11', trouble, minutes: 5 }]);
  look(null);
  look(trouble);
  clock.now += 10 * minute;
  look(trouble);
  expect(told(), 'it came back and went away again').toHaveLength(1);
  look(null);
  clock.now += 24 * 60 * minute;
  look(trouble);
  clock.now += 5 * minute;
  look(trouble);
  expect(told()).toHaveLength(2);
});

test('nobody is told when the relay is soon back, or when nothing is being sent', () => {
  const { look, told, clock, start } = watched();
  look('down');
  clock.now += 10 * minute;
  look('down');
  look(null);
  start();
  look('down');
  clock.now += 4 * minute;
  look('down');
  look(null);
  clock.now += 4 * minute;
  look('down');
  expect(told()).toEqual([]);
});

import { expect, test } from 'vitest';
import { openProgress } from '../../src/main/progress.ts';
import type { SendStatus } from '../../src/model/send.ts';

const status = (accepted: number, more: Partial<SendStatus> = {}): SendStatus => ({
  send: 'tidewater/2026-11',
  state: 'sending',
  rehearsal: false,
  prepared: 100,
  accepted,
  refused: 0,
  deferred: 0,
  unknown: 0,
  cancelled: 0,
  waiting: 100 - accepted,
  bounced: 0,
  complained: 0,
  ...more,
});

function screenOf(isTTY: boolean) {
  const written: string[] = [];
  return { written, screen: { isTTY, columns: 120, write: (text: string) => written.push(text) } };
}

test('on a terminal one line is drawn over and over, and closed at the end', () => {
  const { written, screen } = screenOf(true);
  const progress = openProgress(screen);
  progress.show(status(25), null);
  progress.show(status(25), null);
  progress.show(status(50, { deferred: 2, unknown: 1 }), 'connection refused');
  progress.end();
  expect(written).toHaveLength(3);
  expect(written[0]).toContain('██████░░░░░░░░░░░░░░░░░░  25 of 100  25 accepted');
  expect(written[1]).toContain('2 asked to wait, 1 unknown, connection refused');
  expect(written[2]).toBe('\n');
});

test('elsewhere a line at each quarter, and once what keeps the relay', () => {
  const { written, screen } = screenOf(false);
  const progress = openProgress(screen);
  for (const accepted of [0, 10, 30, 31, 60, 100]) progress.show(status(accepted), accepted < 31 ? 'connection refused' : null);
  progress.end();
  expect(written).toEqual([
    'tidewater/2026-11: connection refused\n',
    'tidewater/2026-11: 30 of 100 done\n',
    'tidewater/2026-11: 60 of 100 done\n',
    'tidewater/2026-11: 100 of 100 done\n',
  ]);
});

test('a line never grows wider than the terminal', () => {
  const { written, screen } = screenOf(true);
  openProgress({ ...screen, columns: 40 }).show(status(1), 'a very long reason why the relay does not take any mail at all today');
  expect(written[0]?.replace('\r\x1b[2K', '').length).toBeLessThan(40);
});

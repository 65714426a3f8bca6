import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { feedbackClasses, feedbackKinds, feedbackReasons, feedbackScopes } from '../../src/model/feedback.ts';
import { type Charge, judge, judgementTable, type Strike, suspends } from '../../src/model/judgement.ts';

const day = 24 * 3_600_000;
const t = Date.UTC(2026, 10, 25);
const known = { proven: true, retried: false, scope: 'recipient' } as const;
const strike = (charge: Charge, days: number, issue = days): Strike => ({ charge, at: t + days * day, issue });

describe('what counts', () => {
  test('only what speaks about the recipient or its domain ever counts as a strike, whatever else it says', () => {
    for (const kind of feedbackKinds)
      for (const scope of feedbackScopes)
        for (const grade of feedbackClasses)
          for (const reason of feedbackReasons) {
            const { charge } = judge(kind, { reason, scope, class: grade });
            if (['strike', 'heavy', 'hard'].includes(charge))
              expect([kind, ['recipient', 'domain'].includes(scope)]).toEqual(['bounce', true]);
            if (charge === 'hard') expect(grade).toBe('hard');
            if (charge === 'complaint') expect(kind).toBe('complaint');
          }
  });

  test.each([
    ['bounce', 'user-unknown', 'recipient', 'hard', 'hard'],
    ['bounce', 'null-mx', 'domain', 'hard', 'hard'],
    ['bounce', 'mailbox-full', 'recipient', 'soft', 'strike'],
    ['bounce', 'mailbox-disabled', 'recipient', 'soft', 'heavy'],
    ['bounce', 'rate', 'recipient', 'soft', 'none'],
    ['bounce', 'filtered', 'recipient', 'soft', 'none'],
    ['bounce', 'blocked', 'sender', 'soft', 'none'],
    ['bounce', 'user-unknown', 'unknown', 'hard', 'none'],
    ['delay', 'mailbox-full', 'recipient', 'none', 'none'],
    ['complaint', 'abuse', 'recipient', 'none', 'complaint'],
    ['complaint', 'not-spam', 'recipient', 'none', 'none'],
    ['complaint', 'auth-report', 'auth', 'none', 'none'],
    ['complaint', 'opt-out', 'recipient', 'none', 'leave'],
    ['auto-reply', 'vacation', 'recipient', 'none', 'none'],
  ] as const)('a %s for %s in scope %s, class %s counts as %5$s', (kind, reason, scope, grade, charge) => {
    expect(judge(kind, { reason, scope, class: grade }).charge).toBe(charge);
  });

  test('a failure of one address counts for nothing when another got the mail', () => {
    for (const scope of feedbackScopes)
      for (const grade of feedbackClasses)
        for (const reason of feedbackReasons) expect(judge('bounce', { reason, scope, class: grade, arrived: true }).charge).toBe('none');
  });

  test('every rule says why, and some report reaches it', () => {
    const reached = new Set(
      feedbackKinds.flatMap((kind) =>
        feedbackScopes.flatMap((scope) =>
          feedbackClasses.flatMap((grade) =>
            feedbackReasons.flatMap((reason) =>
              [{}, { arrived: true } as const].map((fact) => judge(kind, { reason, scope, class: grade, ...fact }).why),
            ),
          ),
        ),
      ),
    );
    expect(judgementTable.filter(({ why }) => !reached.has(why))).toEqual([]);
  });
});

describe('when it is enough', () => {
  test('one hard bounce of an address that has taken mail suspends nobody; a second one does, 72 hours later and not before', () => {
    expect(suspends(strike('hard', 0), [], known)).toBeUndefined();
    expect(suspends({ ...strike('hard', 3), at: t + 3 * day - 1 }, [strike('hard', 0)], known)).toBeUndefined();
    expect(suspends(strike('hard', 3), [strike('hard', 0)], known)).toMatch(/two hard bounces/);
  });

  test('the first hard bounce suspends an address that never took a mail, unless it speaks of the domain or was tried again after an outage', () => {
    expect(suspends(strike('hard', 0), [], { ...known, proven: false })).toMatch(/never took a mail/);
    expect(suspends(strike('hard', 0), [], { ...known, proven: false, scope: 'domain' })).toBeUndefined();
    expect(suspends(strike('hard', 0), [], { ...known, proven: false, retried: true })).toBeUndefined();
  });

  test('five strikes of five issues over 30 days suspend; four do not, nor five in a shorter time', () => {
    const months = [0, 8, 16, 24].map((days) => strike('strike', days));
    expect(suspends(strike('strike', 32), months, known)).toBe('5 strikes over 32 days');
    expect(suspends(strike('strike', 29), months, known)).toBeUndefined();
    expect(suspends(strike('strike', 32), months.slice(1), known)).toBeUndefined();
  });

  test('strikes count by issue and by day: a hundred bounces of one issue are one', () => {
    const many = Array.from({ length: 100 }, (_, i) => strike('strike', i / 2, 1));
    expect(suspends(strike('strike', 60, 2), many, known)).toBeUndefined();
    const sameDay = [0, 0.2, 0.4, 0.6].map((days, issue) => strike('strike', days, issue));
    expect(suspends(strike('strike', 31, 9), sameDay, known)).toBeUndefined();
  });

  test('whatever strikes there are, fewer than two hard bounces and five points never suspend an address that has taken mail', () => {
    const some = fc.array(
      fc.record({
        at: fc.integer({ min: 0, max: 90 }).map((days) => t + days * day),
        issue: fc.integer({ min: 1, max: 4 }),
        charge: fc.constant<Charge>('strike'),
      }),
      { maxLength: 20 },
    );
    fc.assert(fc.property(some, (strikes) => suspends(strike('strike', 100, 1), strikes, known) === undefined));
  });
});

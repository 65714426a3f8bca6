import { describe, expect, test } from 'vitest';
import { alarmOf, domainGroup, domainsOf, looksLikeOutage } from '../../src/model/breaker.ts';

test.each([
  ['a@GMAIL.com', 'google'],
  ['a@googlemail.com', 'google'],
  ['"x@y"@hotmail.com', 'microsoft'],
  ['a@gmail.com.example.org', 'gmail.com.example.org'],
  ['a@example.org', 'example.org'],
])('%s belongs to the group %s', (address, group) => {
  expect(domainGroup(address)).toBe(group);
  expect(domainsOf(group).length).toBeGreaterThan(0);
});

describe('an outage', () => {
  test.each([
    ['ten hard bounces of a hundred', { hard: 10, proven: 0, attempts: 100 }, true],
    ['nine of a hundred', { hard: 9, proven: 2, attempts: 100 }, false],
    ['three known addresses of ten', { hard: 3, proven: 3, attempts: 10 }, true],
    ['exactly 5 %', { hard: 10, proven: 10, attempts: 200 }, false],
    ['the usual churn of a large list', { hard: 300, proven: 300, attempts: 100_000 }, false],
    ['all of those nobody counted', { hard: 10, proven: 0, attempts: 0 }, true],
  ])('%s', (_, counts, expected) => {
    expect(looksLikeOutage(counts)).toBe(expected);
  });
});

describe('a send stops itself', () => {
  test.each([
    ['above 5 % hard bounces', { hard: 11, complaints: 0, attempts: 200 }, 'bounces'],
    ['not at 5 %', { hard: 10, complaints: 0, attempts: 200 }, undefined],
    ['not for nine, however few it sent', { hard: 9, complaints: 0, attempts: 9 }, undefined],
    ['above 0.2 % complaints', { hard: 0, complaints: 3, attempts: 1000 }, 'complaints'],
    ['not for two', { hard: 0, complaints: 2, attempts: 10 }, undefined],
    ['not at 0.2 %', { hard: 0, complaints: 4, attempts: 2000 }, undefined],
  ] as const)('%s', (_, counts, expected) => {
    expect(alarmOf(counts)).toBe(expected);
  });
});

/** Reports: a sentence, figures, who got it and who did not page by page, the numbers as a file, and the button for the missed. */
import { expect, test } from 'vitest';
import { getSend, listSends } from '../../src/store/sends.ts';
import { percent } from '../../src/web/console/report-page.ts';
import { finished } from './reported.ts';
import { openSite, publish } from './site.ts';

const own = { 'sec-fetch-site': 'same-origin' };

test('a report leads with a sentence and five figures, and gives the reasons of refusals in words', async () => {
  await using site = await openSite();
  const send = finished(site);
  const page = await (await fetch(`${site.url}/console/reports/${send.id}`)).text();
  expect(page).toMatch(
    /<p class="verdict">\d+ of 600 readers got it; what came back did so mostly because of “no such mailbox”. 3 readers left\./,
  );
  expect(page.match(/<dl class="figures five">.*?<\/dl>/s)?.[0].match(/<dt>/g)).toHaveLength(5);
  expect(page).toContain('not measured');
  for (const words of ['no such mailbox', 'mailbox full', 'By mailbox', 'Leaving, in the first three days', 'could get it yet'])
    expect(page, words).toContain(words);
  expect(page).not.toContain('style=');
});

test('who did not get it is listed page by page with masked addresses, each reader once', async () => {
  await using site = await openSite();
  const send = finished(site, { readers: 1500 });
  for (const [state, of] of [
    ['accepted', getSend(site.db, send.id).accepted],
    ['refused', getSend(site.db, send.id).refused],
  ] as const) {
    const seen: string[] = [];
    for (let path: string | undefined = `/console/reports/${send.id}/readers?state=${state}`; path !== undefined; ) {
      const page: string = await (await fetch(site.url + path)).text();
      seen.push(...[...page.matchAll(/href="\/console\/readers\/(\d+)"/g)].map(([, id]) => id ?? ''));
      expect(page).not.toMatch(/reader\d+@/);
      path = /href="([^"]+)">Next page/.exec(page)?.[1]?.replaceAll('&amp;', '&');
    }
    expect([seen.length, new Set(seen).size], state).toEqual([of, of]);
  }
});

test('the numbers are a file that a spreadsheet may open, and they say that a rehearsal was one', async () => {
  await using site = await openSite({ catcher: true });
  const send = publish(site, { rehearsal: true });
  site.db.$client.prepare('UPDATE sends SET name = ?').run('=cmd|calc');
  const file = await fetch(`${site.url}/console/reports/${send.id}/numbers.csv`);
  expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename="?report-[\w.-]+\.csv"?$/);
  const text = await file.text();
  expect(text).toContain("send,'=cmd|calc,");
  expect(text).toContain('send,rehearsal,yes');
  expect(text).toContain('send,prepared,3');
});

test('the button sends to the missed once, and says so when there is nobody or it is under way', async () => {
  await using site = await openSite();
  const send = finished(site);
  const press = () => fetch(`${site.url}/console/reports/${send.id}/missed`, { method: 'POST', headers: own, redirect: 'manual' });
  const first = await press();
  const [second] = listSends(site.db, 1);
  expect([first.status, first.headers.get('location')]).toEqual([303, `/console/sends/${second?.id}`]);
  expect(second).toMatchObject({ name: 'tidewater/2026-11+2', missed: true });
  const again = await press();
  expect([again.status, (await again.text()).includes('is not over yet')]).toEqual([409, true]);
  expect(listSends(site.db)).toHaveLength(2);
});

test('a part is never rounded up to the whole, and small ones keep their digits', () => {
  expect([percent(9999, 10_000), percent(10, 10), percent(1, 1250), percent(0, 5), percent(0, 0)]).toEqual([
    '99.9 %',
    '100 %',
    '0.08 %',
    '0.0 %',
    '–',
  ]);
});

/** The desks that are photographed and walked through: one in full swing, one that rehearses, one that is nobody's yet. Their people, readers and numbers are invented. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { addPasskey } from '../../src/store/passkeys.ts';
import { changePublication } from '../../src/store/publications.ts';
import type { Send } from '../../src/store/sends.ts';
import { commandLink, openSession } from '../../src/team/team.ts';
import { dsn } from '../feedback/mails.ts';
import { text } from '../schedule/desk.ts';
import { samplePublication, sampleTree } from '../support/store.ts';
import { finished } from './reported.ts';
import { breakDown, comeBack, takeMail } from './returned.ts';
import { settleBatch } from './sending.ts';
import { signInAs } from './signed.ts';
import { leaveToken, mailIn, openSite, publish, type Site } from './site.ts';

const root = join(import.meta.dirname, '../..');
const own = { 'sec-fetch-site': 'same-origin' };
const long = 'The Quarterly Bulletin of the Merrow Isles Commission for Harbours, Lights and Winter Crossings';

export interface Room {
  site: Site;
  /** The address, by the name that passkeys need. */
  base: string;
  /** The owner's cookie; empty where nobody has joined. */
  cookie: string;
}

const monthOf = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });
const issueOf = (period: string) => ({ tree: { ...sampleTree, number: period, period, title: monthOf.format(new Date(`${period}-15`)) } });
const named = (site: Site): string => site.url.replace('127.0.0.1', 'localhost');

/** Sends a form as the owner; where it leads. */
async function post({ site, cookie }: Room, path: string, fields: Record<string, string> | FormData): Promise<string> {
  const body = fields instanceof FormData ? fields : new URLSearchParams(fields);
  const answer = await fetch(site.url + path, { method: 'POST', headers: { ...own, cookie }, body, redirect: 'manual' });
  if (answer.status !== 303) throw new Error(`${path} answers ${answer.status}: ${(await answer.text()).slice(0, 2000)}`);
  return answer.headers.get('location') ?? '';
}

function fileForm(name: string, bytes: string | Buffer, fields: Record<string, string> = {}): FormData {
  const form = new FormData();
  for (const [key, value] of Object.entries(fields)) form.set(key, value);
  form.set('file', new Blob([new Uint8Array(Buffer.from(bytes))]), name);
  return form;
}

/** Begins an issue with its files; its path. */
async function begin(room: Room, publication: string, source: string, files: readonly string[] = []): Promise<string> {
  const path = await post(room, '/console/issues/new', { publication, from: 'text', source });
  for (const file of files) {
    const form = fileForm(file.replace(/^.*\//, ''), readFileSync(join(root, file)));
    await fetch(`${room.site.url}${path}/files`, { method: 'POST', headers: { ...own, cookie: room.cookie }, body: form });
  }
  return path;
}

/** Makes the proof of an issue and approves it. */
async function approve(room: Room, path: string): Promise<void> {
  await post(room, `${path}/proof`, {});
  const page = await (await fetch(`${room.site.url}${path}/proof`, { headers: { cookie: room.cookie } })).text();
  await post(room, `${path}/approve`, { hash: /name="hash" value="([0-9a-f]{64})"/.exec(page)?.[1] ?? '' });
}

/** The addresses of the desk in full swing that are not known beforehand. */
export interface BusyPaths {
  sample: string;
  urdu: string;
  wrong: string;
  contested: string;
  approved: string;
  scheduled: string;
  choosing: string;
  tried: string;
  imported: string;
  link: string;
  invitation: string;
  sends: Record<'sent' | 'going' | 'paused' | 'stopped' | 'coming' | 'million', Send>;
  /** A cookie whose proof is too old for what cannot be taken back, and one of a viewer. */
  stale: string;
  viewer: string;
}

/** A desk over a relay: four people, three publications, issues in every state, sends in every state, imports at every step. */
export async function openBusy(): Promise<Room & { paths: BusyPaths }> {
  const site = await openSite({ file: true });
  const { db } = site;
  const owner = signInAs(site, 'owner', 'Mira Kohl');
  const room = { site, base: named(site), cookie: owner.cookie };
  const editor = signInAs(site, 'editor', 'نور الهدى');
  const viewer = signInAs(site, 'viewer', 'Maximiliane Freifrau von Hohenstein-Ebersberg');
  const at = site.now() - 40 * 24 * 3_600_000;
  addPasskey(db, {
    ...{ id: 'a', editorId: owner.id, domain: 'localhost', publicKey: randomBytes(9), counter: 1, transports: '' },
    ...{ name: 'Firefox on Linux', createdAt: at, usedAt: site.now() },
  } as never);
  changePublication(db, site.publication.id, {
    ...{ slot: 'first tuesday 09:00', zone: 'Europe/Amsterdam', postalAddress: '4 Harbour Row, Port Example', measure: 'on' },
  });
  changePublication(db, samplePublication(db, 'quarterly').id, { name: long });
  changePublication(db, samplePublication(db, 'waraq').id, { name: 'ورق', language: 'ur', zone: 'Asia/Karachi', slot: 'day 1 08:00' });

  const sent = finished(site, { readers: 600 });
  const going = publish(site, issueOf('2026-12'));
  const paused = publish(site, issueOf('2026-10'));
  const stopped = publish(site, issueOf('2026-09'));
  const coming = publish(site, issueOf('2026-08'));
  const million = publish(site, issueOf('2026-07'));
  for (const [index, send] of [going, paused, stopped].entries()) {
    const batches = 8 - index;
    const start = site.now() - batches * 60_000;
    db.$client.prepare('UPDATE sends SET as_of = ? WHERE id = ?').run(start, send.id);
    for (let i = 0; i < batches; i += 1) settleBatch(site, send, start + i * 60_000 + 15_000);
  }
  db.$client.exec(`UPDATE sends SET state = 'paused' WHERE id = ${paused.id};
    UPDATE deliveries SET state = 'cancelled' WHERE send_id = ${stopped.id} AND state IN ('ready', 'deferred');
    UPDATE sends SET state = 'cancelled', cancelled = cancelled + ready + deferred, ready = 0, deferred = 0, finished_at = ${site.now()} WHERE id = ${stopped.id};
    UPDATE tallies SET cancelled = prepared - accepted - refused - unknown, deferred = 0 WHERE send_id = ${stopped.id};
    UPDATE sends SET state = 'scheduled', as_of = NULL, scheduled_for = ${site.now() + 2 * 24 * 3_600_000} WHERE id = ${coming.id};
    UPDATE sends SET prepared = 1000000, accepted = 0, ready = 1000000 WHERE id = ${million.id};
    UPDATE readers SET name = 'د سیند غاړه' WHERE id = 600;
    UPDATE readers SET email = '${'a-very-long-local-part-'.repeat(2)}x@department.of.a.university.example.com' WHERE id = 599;
    UPDATE subscriptions SET state = 'suspended' WHERE reader_id = 598`);

  const sampleSource = readFileSync(join(root, 'emails/sample/issue.md'), 'utf8');
  const sample = await begin(
    room,
    'tidewater',
    sampleSource.replace('title: "November 2026"', 'title: "January 2027"').replace('period: 2026-11', 'period: 2027-01'),
    ['data/passengers-by-hour.csv', 'data/passengers-by-route.csv', 'tide-window.png'].map((file) => `emails/sample/${file}`),
  );
  const urduFiles = ['data/visits.csv', 'shelf.png'].map((file) => `tests/fixtures/issues/urdu/${file}`);
  const urdu = await begin(room, 'waraq', readFileSync(join(root, 'tests/fixtures/issues/urdu/issue.md'), 'utf8'), urduFiles);
  const wrong = await begin(
    room,
    'tidewater',
    `${text('TODO: the opening.', { number: '2027-02', link: '#' })}\n:::chart{data="nowhere.csv" preset="bars"}\nx\n:::\n`,
  );
  const contested = await begin(room, 'tidewater', text('A tide table.', { number: '2027-04' }));
  const approved = await begin(room, 'tidewater', text('The boats wait for nobody.', { number: '2027-03' }));
  const scheduled = await begin(room, 'quarterly', text('A quarter of harbours.', { number: '2027-03' }));
  const tag = /name="tag" value="([^"]+)"/.exec(await (await fetch(site.url + approved, { headers: { cookie: editor.cookie } })).text());
  await post({ ...room, cookie: editor.cookie }, approved, {
    tag: tag?.[1] ?? '',
    source: text('The boats wait for everybody.', { number: '2027-03' }),
  });
  await approve(room, approved);
  await approve(room, scheduled);
  const hash = /name="hash" value="([0-9a-f]{64})"/.exec(
    await (await fetch(`${site.url}${scheduled}/proof`, { headers: { cookie: room.cookie } })).text(),
  )?.[1];
  await post(room, `${scheduled}/schedule`, { when: 'at', at: '2049-12-01T09:00', offset: 'Z', hash: hash ?? '', after: '' });

  const rows = `Who,Mail,${'A long heading '.repeat(5)}\nAnna,anna@example.org,x\nBo,nothing,y\nنور,nur@example.org,z\n`;
  const upload = (mails = rows) =>
    post(
      room,
      '/console/readers/import',
      fileForm('members-november.csv', mails, { publication: 'tidewater', words: 'Signed up on paper' }),
    );
  const tryOut = async (path: string): Promise<void> => {
    await post(room, `${path}/try`, { email: '1', name: '0' });
    while (!(await pageAt(room, path)).includes('It would add')) await sleep(20);
  };
  const [choosing, tried, run] = [await upload(), await upload(rows.replace('Anna,anna@', 'Ann,ann@')), await upload()];
  await tryOut(run);
  await post(room, `${run}/run`, {});
  while (!/console\/readers\/imports\/\d/.test(await follow(room, run))) await sleep(20);
  await tryOut(tried);

  const team = { db, baseUrl: 'http://localhost:3000', sessionsKey: new Uint8Array(32).fill(9), rehearsal: false, now: site.now };
  await post(room, '/console/settings/team/invite', { name: 'Ada', email: 'ada@desk.example', role: 'editor' });
  const facts = site.notices().at(-1)?.facts;
  const stale = `galley=${openSession({ db, now: () => site.now() - 3_600_000 }, owner.id, 'passkey', { agent: 'Safari/17 Macintosh', network: '203.0.113.0/24' })}`;
  return {
    ...room,
    paths: {
      ...{
        sample,
        urdu,
        wrong,
        contested,
        approved,
        scheduled,
        choosing,
        tried,
        imported: '/console/readers/imports/1',
        stale,
        viewer: viewer.cookie,
      },
      link: `/console/link/${commandLink(team, owner.email)}`,
      invitation: `/console/link/${facts && 'token' in facts ? facts.token : ''}`,
      sends: { sent, going, paused, stopped, coming, million },
    },
  };
}

const pageAt = async ({ site, cookie }: Room, path: string): Promise<string> =>
  (await fetch(site.url + path, { headers: { cookie } })).text();
const follow = async ({ site, cookie }: Room, path: string): Promise<string> =>
  (await fetch(site.url + path, { headers: { cookie }, redirect: 'manual' })).headers.get('location') ?? '';

/** A desk whose mail goes to the catcher: what readers were sent, what came back, a tray with mails, outages. Nobody has joined. */
export async function openRehearsing(): Promise<Room & { inbound: number; send: Send }> {
  const site = await openSite({ catcher: true });
  publish(site, { number: '2026-10', rehearsal: true });
  const send = publish(site, { rehearsal: true, baseUrl: site.url });
  site.db.$client.exec(
    `UPDATE sends SET state = 'sent', finished_at = as_of + 9000, prepared = 200, ready = 0, accepted = 190, deferred = 4, refused = 3, unknown = 2, cancelled = 1 WHERE id = ${send.id}`,
  );
  const inbound = takeMail(site, dsn(), { state: 'read', note: 'suspended' });
  comeBack(site, { inbound });
  breakDown(site);
  takeMail(site, `Subject: ${'a long line without any end '.repeat(9)}\n\n${'x'.repeat(300)} where is my paper?\n`);
  site.db.$client.exec(
    "UPDATE readers SET name = 'نور الهدى' WHERE id = 1; UPDATE subscriptions SET state = 'left', before = 'active', changed_at = unixepoch() * 1000 WHERE reader_id = 2",
  );
  const token = leaveToken(site.publication.id, 1);
  for (const n of [1, 2, 3])
    if (site.catcher)
      await mailIn(site.catcher, { to: `a-rather-long-address-of-reader-number-${n}@department.university.example.com`, token });
  return { site, base: named(site), cookie: '', inbound, send };
}

/** A desk as it is found after the first start with nothing in it. */
export async function openFresh({ publication }: { publication: boolean }): Promise<Room> {
  const site = await openSite({ catcher: true });
  if (!publication) site.db.$client.exec('DELETE FROM publications');
  return { site, base: named(site), cookie: '' };
}

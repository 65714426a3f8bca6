/** `galley demo`: a sample publication, a sample issue and 200 sample readers, sent through the real path into the built-in catcher. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importReaders } from '../audience/audience.ts';
import { AppError } from '../errors.ts';
import { statusOf } from '../model/send.ts';
import { mintToken } from '../model/token.ts';
import { openDrawing } from '../render/render.ts';
import { scheduleSend } from '../schedule/schedule.ts';
import { firstReader } from '../store/deliveries.ts';
import { addPublication, findPublication, type Publication } from '../store/publications.ts';
import { findSend, type Send } from '../store/sends.ts';
import type { Data } from './data.ts';
import { keepIssue } from './issues.ts';
import { describeSetUp } from './login.ts';
import { defaultWorkers, untilStopped } from './sending.ts';
import { openService, type Service } from './service.ts';
import type { Arguments, Context } from './table.ts';
import { describeEnd, waitForSend } from './wait.ts';

const sampleIssue = join(import.meta.dirname, '../../emails/sample/issue.md');
const sample = { slug: 'tidewater', issue: 'tidewater/2026-11', readers: 200 };

export async function demo(context: Context, { values }: Arguments): Promise<number> {
  const service = await openService({ ...context, workers: defaultWorkers, web: true, command: 'galley demo' });
  try {
    const { db } = service.data;
    const earlier = findSend(db, sample.issue);
    if (earlier !== undefined) context.warn('The demo was sent before; this is what it sent. Remove the folder demo to start afresh.');
    const send = earlier ?? (await sendSample(context, service.data));
    const status = await Promise.race([waitForSend(db, send.id, context.screen, context.stopping), service.failed]);
    if (context.stopping.aborted) return 130;
    context.print(describeEnd(db, send.id, status));
    context.print(describeLinks(context, service, send));
    if (values['exit'] === true) return status.accepted === status.prepared && statusOf(send).rehearsal ? 0 : 1;
    const { url } = service;
    const setUp = describeSetUp(context.config, service.data, context.config.port === 0 ? url : undefined);
    if (setUp !== undefined) context.print(`${setUp}\n`);
    context.print('Ctrl-C stops it.');
    return await untilStopped(service, context.stopping);
  } finally {
    await service.stop();
  }
}

async function sendSample(context: Context, data: Data): Promise<Send> {
  const { db } = data;
  const publication = findPublication(db, sample.slug) ?? addSample(data);
  const studio = openDrawing();
  try {
    const { issue, findings } = await keepIssue(db, studio, publication, sampleIssue);
    if (issue === undefined) throw new AppError('demo.issue', `The sample issue does not parse: ${findings[0]?.problem}`);
    await importSample(context, data, publication);
    const deps = { db, draw: studio.draw, baseUrl: context.config.baseUrl, now: Date.now };
    const number = issue.issue.slice(sample.slug.length + 1);
    return await scheduleSend(deps, { publication, number, at: Date.now(), rehearsal: true, waived: {}, actor: 'operator' });
  } finally {
    await studio.close();
  }
}

function addSample({ db }: Data): Publication {
  return addPublication(db, {
    slug: sample.slug,
    name: 'The Tidewater Review',
    fromAddress: 'editors@tidewater.example',
    replyTo: null,
    language: 'en',
    zone: 'UTC',
    postalAddress: 'The Tidewater Review, 4 Harbour Row, Port Example',
    slot: null,
    createdAt: Date.now(),
  });
}

const firstNames = [
  'Amina',
  'Bo',
  'Chidi',
  'Daria',
  'Emre',
  'Farah',
  'Goran',
  'Hana',
  'Idris',
  'Jun',
  'Karin',
  'Luis',
  'Mei',
  'Noor',
  'Oskar',
  'Priya',
  'Quinn',
  'Rosa',
  'Sami',
  'Thea',
];
const lastNames = ['Abbott', 'Berg', 'Castro', 'Dahl', 'Ekwueme', 'Fontaine', 'Grey', 'Haddad', 'Ito', 'Jansen'];

/** Readers under example.com, which is reserved for examples (RFC 2606 section 3): they go the way every import goes. */
async function importSample({ config }: Context, { db, ring }: Data, publication: Publication): Promise<void> {
  const names = firstNames.flatMap((first) => lastNames.map((last) => `${first} ${last}`)).slice(0, sample.readers);
  const rows = names.map((name) => `${name.toLowerCase().replace(' ', '.')}@example.com,${name}`);
  const file = join(config.dataDir, 'sample-readers.csv');
  mkdirSync(config.dataDir, { recursive: true });
  writeFileSync(file, `email,name\n${rows.join('\n')}\n`);
  const deps = { db, dataDir: config.dataDir, suppressionKey: ring.suppression };
  await importReaders(deps, { file, publication, consent: 'Sample readers of the demo; no mail leaves this machine.' });
}

function describeLinks({ config }: Context, { data, url = '' }: Service, { id, publicationId }: Send): string {
  const [slug, number] = sample.issue.split('/');
  const at = config.port === 0 ? url : config.baseUrl;
  const leave = mintToken(data.ring.tokens, 'leave', { publication: publicationId, reader: firstReader(data.db, id) ?? 0, send: id });
  return [
    '',
    `The mails as they were sent, every part and header  ${at}/console`,
    `The issue on the web                                ${at}/${slug}/${number}`,
    `The full issue as PDF                               ${at}/${slug}/${number}.pdf`,
    `One reader's unsubscribe page                       ${at}/u/${leave}`,
    '',
  ].join('\n');
}

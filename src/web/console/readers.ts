/** Readers on the desk: found by how their address begins, one with all that is known of them, and the lifting of what keeps them from being mailed. */
import type { Response } from 'express';
import { AppError } from '../../errors.ts';
import { lift } from '../../feedback/feedback.ts';
import { parseAddress } from '../../model/address.ts';
import { auditOf } from '../../store/audit.ts';
import { listEvents } from '../../store/feedback-list.ts';
import { commonZone, listPublications } from '../../store/publications.ts';
import { findReader, findReaderByKey, type Reader, readersBeginning } from '../../store/readers.ts';
import { consentHistory } from '../../store/subscriptions.ts';
import { suppressionHash, suppressionsOf } from '../../store/suppressions.ts';
import { readForm } from '../reader/body.ts';
import { withNames } from './actor.ts';
import type { Desk } from './desk.ts';
import { actorOf } from './entry.ts';
import { type FeedbackDeps, readPlace } from './feedback.ts';
import { eventPages } from './feedback-page.ts';
import { findBody, readerBody } from './reader-page.ts';

const foundAtMost = 50;
const eventsPerPage = 50;

/** Serves `/console/readers`, `/console/readers/N`, and the POST that lifts. */
export function readerRoutes(desk: Desk, { db, suppressionKey, now }: Omit<FeedbackDeps, 'log'>): void {
  desk.get('/console/readers', 'viewer', (request, response) => {
    const asked = String(request.query['q'] ?? '')
      .trim()
      .slice(0, 254);
    const parsed = parseAddress(asked);
    const exact = 'problem' in parsed ? undefined : findReaderByKey(db, parsed.key);
    if (exact !== undefined) {
      response.redirect(303, `/console/readers/${exact.id}`);
      return;
    }
    const found = asked === '' ? [] : readersBeginning(db, asked.toLowerCase(), foundAtMost);
    const body = findBody({ asked, found, atMost: foundAtMost });
    desk.show(response, { title: 'Readers', here: { place: 'readers', exact: true }, body });
  });

  desk.get('/console/readers/:id', 'viewer', (request, response) => {
    show(response, readerAt(request.params.id), { after: request.query['after'] });
  });

  desk.post('/console/readers/:id/lift', 'editor', async (request, response) => {
    const reader = readerAt(request.params.id);
    const reason = ((await readForm(request)).get('reason') ?? '').trim().slice(0, 500);
    if (reason === '') {
      response.status(422);
      show(response, reader, { problem: 'Write why it is right to mail this address again: the reason is kept for good.' });
      return;
    }
    try {
      lift({ db, suppressionKey, now }, reader.email, reason, actorOf(response));
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'suppress.not_found')) throw error; // pressed twice: it is done
    }
    response.redirect(303, `/console/readers/${reader.id}`);
  });

  function readerAt(id: string): Reader {
    const reader = /^\d{1,15}$/.test(id) ? findReader(db, Number(id)) : undefined;
    if (reader === undefined) throw new AppError('console.no_reader', `There is no reader ${id.slice(0, 20)}.`, { status: 404 });
    return reader;
  }

  function show(response: Response, reader: Reader, { after, problem }: { after?: unknown; problem?: string }): void {
    const place = readPlace(after);
    const path = `/console/readers/${reader.id}`;
    const found = listEvents(db, { reader: reader.id }, place, eventsPerPage + 1);
    const hash = hashOf(reader);
    const body = readerBody({
      reader,
      ...consentHistory(db, reader.id),
      publications: new Map(listPublications(db).map((publication) => [publication.id, publication.name])),
      suppressions: hash === undefined ? [] : suppressionsOf(db, hash),
      lifted: hash === undefined ? [] : withNames(db, auditOf(db, 'suppress lift', 10, hash.toString('hex').slice(0, 16))),
      came: found.slice(0, eventsPerPage),
      pages: eventPages({ path, asked: {}, found, perPage: eventsPerPage, isFirst: place === undefined }),
      ...{ problem, zone: commonZone(db), now: now() },
    });
    const title = reader.name ?? (reader.email || `Reader ${reader.id}`);
    desk.show(response, { title, here: { place: 'readers', exact: false }, body });
  }

  function hashOf({ email }: Reader): Buffer | undefined {
    const parsed = parseAddress(email);
    return 'problem' in parsed ? undefined : suppressionHash(suppressionKey, parsed.key);
  }
}

/** Readers on the desk: found by name or by how their address begins, one with all that is known of them, and the lifting of what keeps them from being mailed. */
import type { Response } from 'express';
import { AppError } from '../../errors.ts';
import { lift } from '../../feedback/feedback.ts';
import { maskAddress, parseAddress } from '../../model/address.ts';
import { subscriptionStates } from '../../model/consent.ts';
import { auditOf } from '../../store/audit.ts';
import { listEvents } from '../../store/feedback-list.ts';
import { commonZone, listPublications } from '../../store/publications.ts';
import { listStanding, standingsOf } from '../../store/reader-list.ts';
import { namesWait, searchReaders, takeNames } from '../../store/reader-search.ts';
import { findReader, findReaderByKey, type Reader } from '../../store/readers.ts';
import { deliveriesTo } from '../../store/report.ts';
import { consentHistory } from '../../store/subscriptions.ts';
import { suppressionHash, suppressionsOf } from '../../store/suppressions.ts';
import { readForm } from '../reader/body.ts';
import { withNames } from './actor.ts';
import type { Desk } from './desk.ts';
import { actorOf, signedIn } from './entry.ts';
import { type FeedbackDeps, readPlace } from './feedback.ts';
import { eventPages } from './feedback-page.ts';
import { readerListBody } from './reader-list-page.ts';
import { readerBody } from './reader-page.ts';
import { publicationOf } from './show.ts';

const perPage = 50;
const eventsPerPage = 50;
const deliveriesShown = 24;

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
    const publication = publicationOf(db, request);
    const state = subscriptionStates.find((each) => each === request.query['state']);
    const before = Number(/^\d{1,15}$/.exec(String(request.query['before']))?.[0] ?? Number.MAX_SAFE_INTEGER);
    const where = { publicationId: publication?.id, state, before };
    if (asked !== '') takeNames(db); // whoever was added just now is found by name too
    const found =
      asked === ''
        ? listStanding(db, where, perPage + 1, now())
        : searchReaders(db, { text: asked, publicationId: publication?.id }, perPage + 1, now());
    const readers = found.slice(0, perPage);
    const body = readerListBody({
      ...{ publication, asked, state, readers, zone: publication?.zone ?? commonZone(db) },
      several: listPublications(db).length > 1,
      standings: publication === undefined ? {} : standingsOf(db, publication.id, now()),
      more: found.length > perPage,
      namesWait: asked !== '' && namesWait(db),
      first: before === Number.MAX_SAFE_INTEGER,
      mayChange: mayChange(response),
    });
    desk.show(response, { title: 'Readers', here: { place: 'readers', exact: true }, body, byPublication: true });
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
    const publications = listPublications(db);
    const body = readerBody({
      reader,
      ...consentHistory(db, reader.id),
      publications: new Map(publications.map((publication) => [publication.id, publication.name])),
      suppressions: hash === undefined ? [] : suppressionsOf(db, hash),
      lifted: hash === undefined ? [] : withNames(db, auditOf(db, 'suppress lift', 10, hash.toString('hex').slice(0, 16))),
      came: found.slice(0, eventsPerPage),
      pages: eventPages({ path, asked: {}, found, perPage: eventsPerPage, isFirst: place === undefined }),
      deliveries: deliveriesTo(db, reader.id, Number.MAX_SAFE_INTEGER, deliveriesShown),
      mayChange: mayChange(response),
      ...{ problem, zone: commonZone(db, publications), now: now() },
    });
    const address = mayChange(response) ? reader.email : maskAddress(reader.email);
    const title = reader.name ?? (reader.email === '' ? `Reader ${reader.id}` : address);
    desk.show(response, { title, here: { place: 'readers', exact: false }, body });
  }

  /** Viewers look, and see no whole address. */
  function mayChange(response: Response): boolean {
    return signedIn(response)?.person.role !== 'viewer';
  }

  function hashOf({ email }: Reader): Buffer | undefined {
    const parsed = parseAddress(email);
    return 'problem' in parsed ? undefined : suppressionHash(suppressionKey, parsed.key);
  }
}

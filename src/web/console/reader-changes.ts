/** What an editor does to readers one by one: add, edit, suspend, put back, take off; and the export of all of a publication, which asks again who it is. */
import type { Request, Response } from 'express';
import { addByHand, editReader, exportReaders, handMoves, moveByHand, type ReaderDeps, saysConsent } from '../../audience/audience.ts';
import { AppError } from '../../errors.ts';
import { html } from '../../html.ts';
import { parseAddress } from '../../model/address.ts';
import { noteAudit } from '../../store/audit.ts';
import { beginningsOf } from '../../store/beginnings.ts';
import { findPublication, listPublications } from '../../store/publications.ts';
import { findReader } from '../../store/readers.ts';
import { readForm } from '../reader/body.ts';
import type { Desk } from './desk.ts';
import { actorOf } from './entry.ts';
import { subscriptionWords } from './feedback-words.ts';
import { type AddTyped, addReaderBody } from './reader-list-page.ts';
import { publicationOf } from './show.ts';

/** Letters of a reason that are kept. */
const longestReason = 500;

/** Declares `/console/readers/add`, `/console/readers/export` and the POSTs below one reader. */
export function readerChangeRoutes(desk: Desk, { readers, now }: { readers: ReaderDeps; now: () => number }): void {
  const { db } = readers;
  const place = { place: 'readers', exact: false } as const;

  desk.get('/console/readers/add', 'editor', (request, response) => {
    const publication = publicationOf(db, request)?.slug ?? '';
    showForm(response, { publication, email: '', name: '', language: '', words: '' });
  });

  desk.post('/console/readers/add', 'editor', async (request, response) => {
    const form = await readForm(request);
    const text = (name: keyof AddTyped): string => (form.get(name) ?? '').trim().slice(0, 1000);
    const typed: AddTyped = {
      publication: text('publication'),
      email: text('email'),
      name: text('name'),
      language: text('language'),
      words: text('words'),
    };
    const publication = findPublication(db, typed.publication);
    const address = parseAddress(typed.email);
    const wrong = (problem: Parameters<typeof addReaderBody>[2]): void => {
      response.status(422);
      showForm(response, typed, problem);
    };
    if (publication === undefined) return wrong('Choose the publication it is about.');
    if ('problem' in address) return wrong(`The address ${address.problem}: ${address.remedy}.`);
    if (!saysConsent(typed.words)) return wrong('Say in some words what they agreed to, such as “Asked for it by mail on 3 November”.');
    const answer = addByHand(
      readers,
      { publication, address, name: typed.name, language: typed.language, words: typed.words },
      by(response),
    );
    if (answer.outcome === 'barred')
      return wrong(
        'Nothing may be sent to this address: it came back, its owner complained, or a person here has stopped it. Its page says why.',
      );
    if (answer.outcome === 'there') {
      const { label } = subscriptionWords[answer.state];
      const stays = answer.state === 'left' ? ' Whoever has left comes back only by their own yes, on the subscribe page.' : '';
      return wrong(html`This reader is here already (${label}).${stays} <a href="/console/readers/${answer.reader}">Open their page</a>`);
    }
    const { hasSend } = beginningsOf(db, publication.id);
    response.redirect(303, hasSend ? `/console/readers/${answer.reader}` : `/console?publication=${publication.slug}`); // who begins goes on with the steps
  });

  desk.get('/console/readers/export', 'editor', sendExport, { stepUp: true });

  desk.post('/console/readers/:id/edit', 'editor', async (request, response) => {
    const id = readerNumber(request.params.id);
    const form = await readForm(request);
    editReader(readers, id, { name: form.get('name') ?? '', language: form.get('language') ?? '' }, by(response));
    response.redirect(303, `/console/readers/${id}`);
  });

  desk.post('/console/readers/:id/move', 'editor', async (request, response) => {
    const reader = readerNumber(request.params.id);
    const form = await readForm(request);
    const move = handMoves.find((each) => each === form.get('move'));
    const publicationId = Number(/^\d{1,15}$/.exec(form.get('publication') ?? '')?.[0] ?? Number.NaN);
    if (move === undefined || Number.isNaN(publicationId))
      throw new AppError('console.answer', 'That button is none of this page’s. Go back and press one of its own.');
    const reason = (form.get('reason') ?? '').trim().slice(0, longestReason);
    moveByHand(readers, { reader, publicationId, move, reason }, by(response));
    response.redirect(303, `/console/readers/${reader}#subscriptions`);
  });

  async function sendExport(request: Request, response: Response): Promise<void> {
    const publication = publicationOf(db, request);
    if (publication === undefined)
      throw new AppError(
        'console.publication',
        `Say which publication: ${listPublications(db)
          .map(({ name }) => name)
          .join(', ')}. Open its readers and press Export there.`,
      );
    noteAudit(db, { at: now(), actor: actorOf(response), action: 'export', subject: publication.slug });
    response.attachment(`${publication.slug}-readers.csv`).type('text/csv; charset=utf-8');
    await exportReaders(db, publication.id, async (text) => {
      if (response.closed) throw new AppError('export.gone', 'Whoever asked for the export has gone');
      if (!response.write(text)) await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
    });
    response.end();
  }

  function showForm(response: Response, typed: AddTyped, problem?: Parameters<typeof addReaderBody>[2]): void {
    desk.show(response, { title: 'Add a reader', here: place, body: addReaderBody(listPublications(db), typed, problem) });
  }

  function by(response: Response) {
    return { actor: actorOf(response), now: now() };
  }

  function readerNumber(id: string): number {
    const reader = /^\d{1,15}$/.test(id) ? findReader(db, Number(id)) : undefined;
    if (reader === undefined) throw new AppError('console.no_reader', `There is no reader ${id.slice(0, 20)}.`, { status: 404 });
    return reader.id;
  }
}

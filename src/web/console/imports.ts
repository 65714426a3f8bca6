/** Importing on the desk: a file is taken, its columns chosen, tried out and added, with progress; and an import that is over can be taken back. */
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Response } from 'express';
import { beginUndo, goOnUndoing, type ReaderDeps, saysConsent } from '../../audience/audience.ts';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { noteAudit } from '../../store/audit.ts';
import { beginningsOf } from '../../store/beginnings.ts';
import { findImport, listImports } from '../../store/imports.ts';
import { commonZone, findPublication, listPublications } from '../../store/publications.ts';
import { readForm } from '../reader/body.ts';
import { stepsLink } from './beginning-page.ts';
import type { Desk } from './desk.ts';
import { actorOf, signedIn } from './entry.ts';
import { type Arriving, openImportDesk } from './import-desk.ts';
import { arrivingBody, arrivingPath, type ImportTyped, importBody, importForm, importList } from './import-page.ts';
import { publicationOf } from './show.ts';
import { readUpload } from './upload.ts';

const path = '/console/readers/import';
const place = { place: 'readers', exact: false } as const;
/** Seconds after which a page with progress asks for itself again. */
const refreshSeconds = 2;
const importsShown = 100;

/** Declares `/console/readers/import…` and `/console/readers/imports…`. */
export function importRoutes(desk: Desk, { readers, log, now }: { readers: ReaderDeps; log: Log; now: () => number }): void {
  const { db } = readers;
  const imports = openImportDesk({ readers, log, now });

  desk.get(path, 'editor', (request, response) => {
    showForm(response, { publication: publicationOf(db, request)?.slug ?? '', words: '' });
  });

  desk.post(path, 'editor', async (request, response) => {
    const room = imports.room();
    let typed: ImportTyped = { publication: '', words: '' };
    try {
      const { fields, file } = await readUpload(request, room.path);
      typed = { publication: fields.get('publication') ?? '', words: (fields.get('words') ?? '').trim().slice(0, 1000) };
      const publication = findPublication(db, typed.publication);
      if (publication === undefined) throw wrong('Choose the publication it is for.');
      if (file === undefined) throw wrong('Choose a file.');
      if (!saysConsent(typed.words))
        throw wrong('Say in some words what these readers agreed to, such as “Signed up on paper at the March seminar”.');
      const arriving = await imports.take({ ...room, name: file.slice(0, 200), publication, words: typed.words });
      response.redirect(303, arrivingPath(arriving));
    } catch (error) {
      rmSync(dirname(room.path), { recursive: true, force: true });
      if (!(error instanceof AppError)) throw error;
      response.status(error.status === 400 ? 422 : error.status);
      showForm(response, typed, error.message);
    }
  });

  desk.get(`${path}/:token`, 'editor', (request, response) => {
    const arriving = arrivingAt(request.params.token);
    if (arriving.step === 'imported') {
      const id = arriving.report?.importId;
      imports.drop(arriving.token);
      response.redirect(303, `/console/readers/imports/${id ?? ''}`);
      return;
    }
    if (arriving.step === 'trying' || arriving.step === 'importing') response.set('Refresh', String(refreshSeconds));
    desk.show(response, { title: `Import of ${arriving.name}`, here: place, body: arrivingBody(arriving) });
  });

  desk.get(`${path}/:token/rejected`, 'editor', (request, response) => {
    const file = arrivingAt(request.params.token).report?.rejectedFile;
    if (file === undefined) throw gone();
    response.attachment('rows-with-a-problem.csv').type('text/csv; charset=utf-8');
    response.sendFile(file, { dotfiles: 'allow' });
  });

  desk.post(`${path}/:token/try`, 'editor', async (request, response) => {
    const arriving = arrivingAt(request.params.token);
    const form = await readForm(request);
    const column = (name: string): number | undefined => {
      const index = Number(/^\d{1,4}$/.exec(form.get(name) ?? '')?.[0] ?? Number.NaN);
      return index < arriving.titles.length ? index : undefined;
    };
    const email = column('email');
    const chosen = [email, column('name'), column('language')].filter((index) => index !== undefined);
    if (email === undefined || new Set(chosen).size < chosen.length) {
      arriving.problem = email === undefined ? 'Say which column holds the addresses.' : 'One column was chosen for two things.';
      response.status(422);
      desk.show(response, { title: `Import of ${arriving.name}`, here: place, body: arrivingBody(arriving) });
      return;
    }
    await imports.tryOut(arriving, { email, name: column('name'), language: column('language') });
    response.redirect(303, arrivingPath(arriving));
  });

  desk.post(`${path}/:token/again`, 'editor', (request, response) => {
    const arriving = arrivingAt(request.params.token);
    if (arriving.step === 'tried') Object.assign(arriving, { step: 'choosing', report: undefined });
    response.redirect(303, arrivingPath(arriving));
  });

  desk.post(`${path}/:token/run`, 'editor', async (request, response) => {
    const arriving = arrivingAt(request.params.token);
    const running = imports.run(arriving);
    if (running !== undefined) noteAudit(db, { at: now(), actor: actorOf(response), action: 'import', subject: arriving.publication.slug });
    await running;
    response.redirect(303, arrivingPath(arriving));
  });

  desk.post(`${path}/:token/drop`, 'editor', (request, response) => {
    const found = imports.find(request.params.token);
    if (found !== undefined && found.step !== 'trying' && found.step !== 'importing') imports.drop(found.token);
    response.redirect(303, '/console/readers');
  });

  desk.get('/console/readers/imports', 'viewer', (_request, response) => {
    const names = new Map(listPublications(db).map(({ id, name }) => [id, name]));
    desk.show(response, { title: 'Imports', here: place, body: importList(listImports(db, importsShown), names, commonZone(db)) });
  });

  desk.get('/console/readers/imports/:id', 'viewer', (request, response) => {
    const row = importAt(request.params.id);
    if (['staging', 'merging', 'undoing'].includes(row.state)) response.set('Refresh', String(refreshSeconds));
    const publication = listPublications(db).find(({ id }) => id === row.publicationId);
    const next = publication !== undefined && stepsLink(publication, beginningsOf(db, publication.id));
    const mayChange = signedIn(response)?.person.role !== 'viewer';
    desk.show(response, {
      title: `Import ${row.id}`,
      here: place,
      body: importBody(row, publication?.name ?? '', commonZone(db), mayChange, next),
    });
  });

  desk.post('/console/readers/imports/:id/undo', 'editor', (request, response) => {
    const { id } = importAt(request.params.id);
    if (beginUndo({ db, now }, id, actorOf(response)))
      goOnUndoing({ db, now }).catch((error: unknown) => log.error('import.undo_failed', { error })); // the next start goes on with it
    response.redirect(303, `/console/readers/imports/${id}`);
  });

  function arrivingAt(token: string): Arriving {
    const found = imports.find(token);
    if (found === undefined) throw gone();
    return found;
  }

  function importAt(id: string) {
    const row = /^\d{1,15}$/.test(id) ? findImport(db, Number(id)) : undefined;
    if (row === undefined) throw new AppError('console.no_import', `There is no import ${id.slice(0, 20)}.`, { status: 404 });
    return row;
  }

  function showForm(response: Response, typed: ImportTyped, problem?: string): void {
    desk.show(response, { title: 'Import a list', here: place, body: importForm(listPublications(db), typed, problem) });
  }
}

const wrong = (message: string) => new AppError('import.form', message, { status: 422 });
const gone = () =>
  new AppError(
    'console.no_upload',
    'This file is not here any more: it was imported or thrown away, or Galley was started again meanwhile. Choose it again.',
    {
      status: 404,
    },
  );

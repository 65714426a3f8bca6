/** Who asks: the session in the request's cookie, or whoever sits at this machine while the desk belongs to nobody yet. */
import type { Request, RequestHandler, Response } from 'express';
import { AppError } from '../../errors.ts';
import { networkOf } from '../../model/network.ts';
import { freshMs, type Person } from '../../model/person.ts';
import { anyEditor } from '../../store/editors.ts';
import type { Db } from '../../store/open.ts';
import { type PasskeySite, type Signed, sessionOf, type Where } from '../../team/team.ts';
import { readCookie } from './cookies.ts';
import { atOwnName, whyNotHere } from './gate.ts';

export interface EntryDeps {
  db: Db;
  /** Where the desk is reached; cookies and passkeys belong to its name. */
  baseUrl: string;
  now: () => number;
}

/** What is known of a request once it has passed the gate; kept with its answer. */
interface Asker {
  signed: Signed | undefined;
  /** Nobody has joined yet. */
  unclaimed: boolean;
  /** Asks again, for answers that last: whether the person is still signed in. */
  still: () => boolean;
}

const key = 'asker';

/**
 * Finds out who asks and lets the request through, somebody's or nobody's: the routes say what they take. Refuses other names than BASE_URL's and those this
 * machine has for itself, behind which a foreign page may stand (DNS rebinding); and, while the desk is nobody's, whoever is not at this machine, unless they come by BASE_URL's
 * name, where they meet the page that asks for the code in the log.
 */
export function entryGate({ db, baseUrl, now }: EntryDeps): RequestHandler {
  const base = new URL(baseUrl).host;
  return (request, response, next) => {
    const unclaimed = !anyEditor(db);
    const atBase = request.get('host')?.toLowerCase() === base;
    const whyNot = unclaimed ? whyNotHere(request) : atOwnName(request) ? undefined : elsewhere(baseUrl);
    if (whyNot !== undefined && !atBase) throw new AppError('console.closed', whyNot, { status: 403 });
    const newcomer = unclaimed && whyNot === undefined;
    const find = (): Signed | undefined =>
      newcomer && !anyEditor(db)
        ? { person: thisMachine, session: 0, provedAt: now() }
        : sessionOf({ db, now }, readCookie(request, baseUrl, 'session'));
    const asker: Asker = { signed: find(), unclaimed, still: () => find() !== undefined };
    response.locals[key] = asker;
    next();
  };
}

const elsewhere = (baseUrl: string): string =>
  `The console does not answer under this name. Open it at ${baseUrl}/console, or on the machine Galley runs on as http://localhost, with the port Galley listens on.`;

/** Acts while nobody has joined: whoever sits at this machine, who could read the files as well. */
const thisMachine: Person = { id: 0, name: 'This machine', email: '', role: 'owner' };

const askerOf = (response: Response): Asker | undefined => response.locals[key] as Asker | undefined;

export function signedIn(response: Response): Signed | undefined {
  return askerOf(response)?.signed;
}

/** Whether the desk belongs to nobody yet. */
export function isUnclaimed(response: Response): boolean {
  return askerOf(response)?.unclaimed === true;
}

/** Who acts, for handlers of routes that take a role. */
export function personOf(response: Response): Person {
  const signed = signedIn(response);
  if (signed === undefined) throw new Error('a route that anyone may open asked who acts');
  return signed.person;
}

/** Who acts, as the audit names them: by number. */
export function actorOf(response: Response): string {
  const { id } = personOf(response);
  return id === 0 ? 'console' : `person ${id}`;
}

/** Whether who opened an answer that lasts (a stream) is still signed in. Asked of the store each time. */
export function mayStay(response: Response): boolean {
  return askerOf(response)?.still() === true;
}

export function hasFreshProof(response: Response, now: number): boolean {
  const signed = signedIn(response);
  return signed !== undefined && (signed.person.id === 0 || now - signed.provedAt < freshMs);
}

/** Where passkeys can be made and shown: https, or the machine's own name (WebAuthn asks for a secure context and a name). Undefined elsewhere. */
export function passkeySite(request: Request<unknown>, baseUrl: string): PasskeySite | undefined {
  const host = request.get('host')?.toLowerCase() ?? '';
  const base = new URL(baseUrl);
  if (host === base.host && base.protocol === 'https:') return { domain: base.hostname, origin: base.origin };
  const domain = host.replace(/:\d+$/, '');
  return /^(?:[\w-]+\.)*localhost$/.test(domain) ? { domain, origin: `http://${host}` } : undefined;
}

/** What is noted of where a request comes from. */
export function whereOf(request: Request<unknown>): Where {
  return { agent: request.get('user-agent') ?? '', network: networkOf(request.ip ?? '') };
}

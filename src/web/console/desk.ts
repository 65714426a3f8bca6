/** The desk: every route of the console is declared here with the role it takes. What is declared nowhere is answered by nobody, so no route can lack one. */
import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import { AppError } from '../../errors.ts';
import { mayAs, type Person, type Role } from '../../model/person.ts';
import { pageNotFound } from '../not-found.ts';
import { hasFreshProof, signedIn } from './entry.ts';
import type { Page, Show } from './show.ts';

/** `anyone`: the ways in, which nobody is signed in for. */
export type Access = Role | 'anyone';

export interface RouteOptions {
  /** Asks for a proof of who acts (passkey or link) no older than ten minutes: for what cannot be taken back. */
  stepUp?: boolean;
}

export interface DeskRoute extends RouteOptions {
  method: 'get' | 'post';
  path: string;
  access: Access;
}

/** `{ id: string }` of `/console/readers/:id`. */
type Params<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? { [Key in Name]: string } & Params<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? { [Key in Name]: string }
    : Record<never, string>;

export type DeskHandler<Path extends string> = (request: Request<Params<Path>>, response: Response) => unknown;

type Declare = <Path extends string>(path: Path, access: Access, handler: DeskHandler<Path>, options?: RouteOptions) => void;

export interface Desk {
  get: Declare;
  post: Declare;
  /** Answers with a page in the desk's frame. */
  show(response: Response, page: Page): void;
  /** What was declared, in order. */
  readonly routes: readonly DeskRoute[];
  /** Answers every address under `/console`. To be mounted after the gates. */
  readonly router: Router;
}

/** What becomes of requests that need somebody to sign in, or to show again who they are. */
export interface DeskDeps {
  show: Show;
  now: () => number;
  askWho: (request: Request, response: Response, why: 'nobody' | 'stale') => unknown;
}

/** Opens a desk without routes. */
export function openDesk({ show, now, askWho }: DeskDeps): Desk {
  const routes: DeskRoute[] = [];
  const declared = express.Router();

  function guard({ access, stepUp = false }: DeskRoute): RequestHandler {
    return (request, response, next) => {
      if (access === 'anyone') return next();
      const signed = signedIn(response);
      if (signed === undefined) return askWho(request, response, 'nobody');
      if (!mayAs(signed.person.role, access)) throw notTheirs(signed.person, access);
      if (stepUp && !hasFreshProof(response, now())) return askWho(request, response, 'stale');
      next();
    };
  }

  const declare =
    (method: DeskRoute['method']): Declare =>
    (path, access, handler, options = {}) => {
      if (!/^\/console(?:\/|$)/.test(path)) throw new Error(`${path} is no address of the console`);
      const route = { method, path, access, ...options };
      routes.push(route);
      declared[method](path, guard(route), (request, response) => handler(request as never, response));
    };

  const router = express.Router();
  router.use(declared);
  router.use('/console', (request, response) => {
    if (signedIn(response) === undefined) return askWho(request, response, 'nobody'); // who is nobody is not told what there is
    throw pageNotFound();
  });

  return { get: declare('get'), post: declare('post'), show, routes, router };
}

const notTheirs = ({ role }: Person, needed: Role) =>
  new AppError(
    'console.role',
    `This is for ${needed}s, and you are ${role === 'editor' ? 'an editor' : 'a viewer'} here. An owner can change that.`,
    { status: 403 },
  );

/** Draws issues from their source files and serves what was drawn to a browser: mail, page and PDF with their pictures, the reader pages' style sheet and faces. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describeFindings, readIssue } from '../../src/issue/issue.ts';
import type { Drawing, Masthead } from '../../src/model/edition.ts';
import type { IssueTree } from '../../src/model/issue.ts';
import type { Studio } from '../../src/render/render.ts';
import { readAssets } from '../../src/web/assets.ts';

export interface IssueSource {
  slug: string;
  /** Postal address for the footer. */
  address: string;
  /** Path of the Markdown. */
  file: string;
}

/** An issue before it is drawn. */
export interface ReadIssue {
  tree: IssueTree;
  masthead: Masthead;
  /** Stored bytes of each figure by its asset name. */
  figures: Map<string, Uint8Array>;
}

/** Reads an issue with its figures. Throws with its findings when it cannot be drawn. */
export async function readSource(studio: Studio, { slug, address, file }: IssueSource): Promise<ReadIssue> {
  const figures = new Map<string, Uint8Array>();
  const { tree, findings } = await readIssue(readFileSync(file, 'utf8'), file, async (bytes) => {
    const picture = await studio.admitPicture(bytes);
    if (!('problem' in picture)) figures.set(picture.name, picture.bytes);
    return picture;
  });
  if (!tree) throw new Error(describeFindings(file, findings));
  const masthead = { slug, name: tree.publication, postalAddress: address, baseUrl: 'https://letters.example.org', pictureBase: '/a/' };
  return { tree, masthead, figures };
}

/** The HTML documents of a drawing, by the paths they are served at. */
export const documentNames = ['email', 'page', 'light-email', 'light-page'] as const;
export type DocumentName = (typeof documentNames)[number];

export function documentOf(drawing: Drawing, name: DocumentName): string {
  const { email, page, light } = drawing;
  return { email, page, 'light-email': light.email, 'light-page': light.page }[name];
}

/** The drawing with each of its documents as `change` makes it. */
export function withDocuments(drawing: Drawing, change: (document: string, name: DocumentName) => string): Drawing {
  const changed = (name: DocumentName) => change(documentOf(drawing, name), name);
  const light = { ...drawing.light, email: changed('light-email'), page: changed('light-page') };
  return { ...drawing, email: changed('email'), page: changed('page'), light };
}

export interface ServedFile {
  type: string;
  bytes: Uint8Array | string;
}

export interface IssueSite {
  /** `http://127.0.0.1:PORT`; `/email`, `/page`, `/light-email`, `/light-page` and `/pdf` are the issue shown last. */
  base: string;
  /** Serves this issue from now on. */
  show(drawing: Drawing, figures: ReadIssue['figures']): void;
  /** What else is served, by path: it goes before the rest. */
  put(path: string, file: ServedFile): void;
  close(): void;
}

/** Starts the server on a port of its own. */
export async function openIssueSite(): Promise<IssueSite> {
  const assets = readAssets();
  const files = new Map<string, ServedFile>();
  const find = (path: string): ServedFile | undefined =>
    files.get(path) ?? (path.startsWith('/assets/') ? assets.find(path.slice('/assets/'.length)) : undefined);
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const found = find(path);
    const fixed = path.startsWith('/assets/fonts/') || path.startsWith('/pinned/'); // what is costly to fetch again
    response.writeHead(found ? 200 : 404, {
      'content-type': found?.type ?? 'text/plain',
      'cache-control': fixed ? 'max-age=600' : 'no-store',
    });
    response.end(found?.bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    show(drawing, figures) {
      for (const name of documentNames) files.set(`/${name}`, { type: 'text/html; charset=utf-8', bytes: documentOf(drawing, name) });
      files.set('/pdf', { type: 'application/pdf', bytes: drawing.pdf });
      for (const { name, type, bytes } of drawing.pictures) files.set(`/a/${name}`, { type, bytes });
      for (const [name, bytes] of figures) files.set(`/a/${name}`, { type: name.endsWith('png') ? 'image/png' : 'image/jpeg', bytes });
    },
    put: (path, file) => files.set(path, file),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

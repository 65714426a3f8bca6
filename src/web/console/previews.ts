/** How an issue looks while it is written: drawn for the text that comes, shown in frames with a policy of their own. */

import type { Request, Response } from 'express';
import { type Html, html } from '../../html.ts';
import type { Drawing } from '../../model/edition.ts';
import type { IssueTree } from '../../model/issue.ts';
import { mayAs } from '../../model/person.ts';
import { withFallbacks } from '../../model/reader-name.ts';
import { type Look, openIssue, refuseLarge, stopsOf } from '../../schedule/schedule.ts';
import { pageNotFound } from '../not-found.ts';
import { framePolicy, pdfPolicy, printPolicy } from '../policies.ts';
import { namesOf } from './actor.ts';
import { inScheme } from './brand-sample.ts';
import { checksList, openChecks } from './checks-page.ts';
import type { Desk } from './desk.ts';
import { type EditorDeps, issueOf } from './editor.ts';
import { personOf } from './entry.ts';
import { readText } from './long-body.ts';
import { size } from './page.ts';

export interface PreviewRouteDeps extends EditorDeps {
  /** Address of the style sheet that a published page names. */
  sheet: string;
}

/** Serves what the editor's page asks for at every pause, and the frames. */
export function previewRoutes(desk: Desk, deps: PreviewRouteDeps): void {
  const { db, previews } = deps;

  desk.post('/console/issues/:id/preview', 'viewer', async (request, response) => {
    const issue = issueOf(deps, request);
    const source = (await readText(request as unknown as Request)).replace(/\r\n?/g, '\n');
    refuseLarge(source);
    const look = await previews.look(issue, source);
    const stops = stopsOf(db, issue.id, look.findings);
    const mayWrite = mayAs(personOf(response).role, 'editor');
    const checks = checksList({ issueId: issue.id, findings: look.findings, stops, mayWrite, names: namesOf(db) });
    response.json({
      key: look.key,
      drawn: look.drawing !== undefined,
      open: openChecks(look.findings, stops),
      checks: String(checks),
      ...(look.tree !== undefined && {
        title: look.tree.title,
        summary: look.tree.summary,
        language: look.tree.language,
        places: placesOf(look.tree),
      }),
      ...(look.drawing !== undefined && { subject: look.drawing.subject, size: size(Buffer.byteLength(look.drawing.email)) }),
    });
  });

  desk.get('/console/issues/:id/preview/:key/:part', 'viewer', async (request, response) => {
    const issue = issueOf(deps, request as never);
    const { key, part } = request.params as { key: string; part: string };
    const look = key === 'newest' ? await previews.look(issue, openIssue(deps, issue).source) : await previews.find(issue.id, key);
    if (look === undefined) return response.redirect(303, `/console/issues/${issue.id}/preview/newest/${part}`);
    await answerPart(response, look, part);
  });

  async function answerPart(response: Response, look: Look, part: string): Promise<void> {
    if (look.drawing === undefined) return frame(response, emptyPage(look));
    if (part === 'pdf') {
      const pdf = await previews.pdf(look);
      if (pdf === undefined) throw pageNotFound();
      response.set('Content-Security-Policy', printPolicy(pdfPolicy)).type('application/pdf').send(Buffer.from(pdf));
      return;
    }
    const markup = markupOf(part, look.drawing, deps.sheet);
    if (markup === undefined) throw pageNotFound();
    frame(response, markup);
  }
}

/** The ids of sections and items in the order of the text, by which a frame opens near what is being written. */
const placesOf = ({ sections }: IssueTree): string[] => sections.flatMap(({ id, items }) => [id, ...items.map((item) => item.id)]);

/** Shows a document in a frame of the console: no script, an origin of its own. */
export function frame(response: Response, markup: string): void {
  response.set('Content-Security-Policy', printPolicy(framePolicy)).type('html').send(markup);
}

type DrawnParts = Pick<Drawing, 'email' | 'text' | 'page' | 'pictures'> & { light?: Pick<Drawing['light'], 'email'> };

/** A part of a drawing as a document. Charts that are not stored yet come with it. */
export function markupOf(part: string, { email, light, text, page, pictures }: DrawnParts, sheet: string): string | undefined {
  const inlined = (markup: string): string =>
    pictures.reduce(
      (done, { name, type, bytes }) => done.replaceAll(`/a/${name}`, `data:${type};base64,${Buffer.from(bytes).toString('base64')}`),
      markup,
    );
  switch (part) {
    case 'email':
    case 'phone':
      return inlined(mailIn(email, 'light'));
    case 'light':
      return light === undefined ? undefined : inlined(mailIn(light.email, 'light'));
    case 'dark':
      return inlined(mailIn(email, 'dark'));
    case 'text':
      return String(textPage(withFallbacks(text, 'text')));
    case 'page':
      return inlined(page)
        .replace(/<head>/, () => '<head><base target="_blank">')
        .replaceAll('/assets/reader.css', () => sheet);
    default:
      return undefined;
  }
}

/** The mail in one scheme; its links open beside the desk. */
const mailIn = (email: string, scheme: 'light' | 'dark'): string =>
  inScheme(withFallbacks(email, 'html'), scheme).replace(/<head>/, () => '<head><base target="_blank">');

const textPage = (
  text: string,
): Html => html`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>The text part</title>
<style>body{margin:0;padding:1.25rem 1.5rem;font:13px/1.6 ui-monospace,"DejaVu Sans Mono",monospace}pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font:inherit}</style></head><body><main><pre dir="auto" tabindex="0">${text}</pre></main></body></html>`;

function emptyPage({ findings }: Look): string {
  const first = findings.find(({ severity }) => severity === 'error');
  return String(html`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>Not drawn</title>
<style>body{margin:0;padding:2rem;font:15px/1.5 system-ui,sans-serif}</style></head><body><main><h1 style="font-size:17px">It cannot be shown as it stands</h1><p>${first === undefined ? 'There is nothing to show yet.' : html`Line ${first.line}: <bdi>${first.problem}</bdi>. <bdi>${first.remedy}</bdi>`}</p></main></body></html>`);
}

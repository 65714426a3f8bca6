/** What a send is called on the desk, and the words for how it stands. */
import { type Html, html } from '../../html.ts';
import type { SendPhase } from '../../model/send.ts';
import type { Publication } from '../../store/publications.ts';
import type { Send } from '../../store/sends.ts';
import { counted } from './page.ts';

/** The issue of a send as `SLUG/NUMBER`. */
export function issueOf({ name }: Pick<Send, 'name'>): string {
  return /^(.+?)(?:[+~]\d+)?$/.exec(name)?.[1] ?? name;
}

/** `The Tidewater Review 2026-11`, with ` (send 2)` where it is a later one. */
export function titleOf(send: Pick<Send, 'name'>, publication: Pick<Publication, 'name' | 'slug'> | undefined): string {
  const issue = issueOf(send);
  const [, sign, count] = /([+~])(\d+)$/.exec(send.name) ?? [];
  const name = publication === undefined ? issue : `${publication.name} ${issue.slice(publication.slug.length + 1)}`;
  return sign === '+' ? `${name} (send ${count})` : name;
}

/** Path of the web issue. */
export function issuePath(send: Pick<Send, 'name'>): string {
  return `/${issueOf(send).split('/').map(encodeURIComponent).join('/')}`;
}

/** How a send stands, as the rest of a sentence that begins with its title. */
export const phaseWords: Record<SendPhase, string> = {
  scheduled: 'is scheduled',
  waiting: 'waits for you',
  sending: 'is going out',
  pausing: 'is being paused',
  paused: 'is paused',
  stopping: 'is being stopped',
  stopped: 'was stopped',
  sent: 'has gone out',
};

/** Said of a rehearsal wherever one is shown. */
export const rehearsalMark: Html = html`<mark>Rehearsal</mark>`;

/** A length of time as people say it: `9 seconds`, `12 minutes`, `3 hours`. */
export function duration(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 120) return counted(seconds, 'second');
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? counted(minutes, 'minute') : counted(Math.round(minutes / 60), 'hour');
}

/** Where an issue stands, in words and signs. */
import { type Html, html } from '../../html.ts';
import { type ListedIssue, type Standing, standingOf } from '../../store/issue-list.ts';
import { counted, moment } from './page.ts';

export const standingWords: Record<Standing, { label: string; many: string; look: string }> = {
  draft: { label: 'Draft', many: 'Drafts', look: 'off' },
  stopped: { label: 'Needs you', many: 'Need you', look: 'half' },
  approved: { label: 'Approved', many: 'Approved', look: 'half' },
  scheduled: { label: 'Scheduled', many: 'Scheduled', look: 'on' },
  going: { label: 'Going out', many: 'Going out', look: 'on' },
  sent: { label: 'Sent', many: 'Sent', look: 'done' },
};

/** Where an issue stands, with its sign. */
export function standingTag(issue: ListedIssue): Html {
  const { label, look } = standingWords[standingOf(issue)];
  return html`<span class="tag ${look}">${label}</span>`;
}

/** What is to be known beside it: when it goes or went, what stops it. */
export function standingNote(issue: ListedIssue, zone: string): Html | string {
  const { send, slotted, voided, errors, stops } = issue;
  if (send !== null) {
    const rehearsal = send.rehearsal ? ', a rehearsal' : '';
    if (send.state === 'scheduled') return html`for ${moment(send.at, zone)}${rehearsal}`;
    if (send.state === 'paused') return html`paused${rehearsal}`;
    return html`${send.state === 'sending' ? 'since ' : ''}${moment(send.at, zone)}${rehearsal}`;
  }
  if (slotted) return 'in its next slot';
  if ((errors ?? 0) > 0) return counted(errors ?? 0, 'mistake');
  if (stops > 0) return counted(stops, 'stop');
  return voided ? 'changed since it was approved' : '';
}

/** Where an issue stands, in a line. */
export const standingLine = (issue: ListedIssue, zone: string): Html =>
  html`${standingTag(issue)} <span class="muted">${standingNote(issue, zone)}</span>`;

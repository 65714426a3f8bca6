/** What happened to a send, in sentences, the newest first. */
import { type Html, html } from '../../html.ts';
import type { AuditEntry } from '../../store/audit.ts';
import { counted, number } from './page.ts';
import { duration } from './send-title.ts';
import { providerLabel, type SendingView } from './sending-view.ts';

/** A sentence and when it became true. */
export interface LogLine {
  at: number;
  told: Html;
}

const linesShown = 14;

/** The log of a send. */
export function sendingLog(view: SendingView): LogLine[] {
  const lines = [...audited(view), ...milestones(view), ...deferrals(view), ...ends(view)];
  return lines
    .reverse() // of one instant, what was told last is the newer
    .sort((a, b) => b.at - a.at)
    .slice(0, linesShown);
}

/** Who did what, for the entries of the audit that readers of the log want. `by` reads on after the verb. */
const auditTable: Record<string, (entry: { by: Html | string; detail: string | null }) => Html> = {
  send: ({ by }) => html`Ordered${by}.`,
  rehearse: ({ by }) => html`Ordered${by}, as a rehearsal.`,
  missed: ({ by }) => html`Ordered${by}, for those whom it missed.`,
  pause: ({ by }) => html`Paused${by}.`,
  resume: ({ by }) => html`Resumed${by}.`,
  cancel: ({ by }) => html`Stopped for good${by}.`,
  late: () => html`Found long after its time, so it waits for you.`,
  'unknown resend': ({ by, detail }) => html`${mails(detail)} sent again${by}.`,
  'unknown dismiss': ({ by, detail }) => html`${mails(detail)} let be${by}.`,
  'late accept': () => html`A mail that was sent again had arrived the first time after all.`,
};

const mails = (detail: string | null): string =>
  counted((detail ?? '').split(',').length, 'mail nobody knew about', 'mails nobody knew about');

const actors: Record<string, string> = {
  operator: ' from the command line',
  policy: ' by the rule for unknowns',
  schedule: ' by the calendar',
  console: ' on the desk',
  slot: ' by the calendar',
};

function audited({ audit, names }: SendingView): LogLine[] {
  return audit.flatMap(({ at, actor, action, detail }: AuditEntry) => {
    const say = auditTable[action];
    return say === undefined ? [] : [{ at, told: say({ by: actors[actor] ?? html` by <bdi>${names(actor)}</bdi>`, detail }) }];
  });
}

const quarters = [
  { part: 0.25, words: 'A quarter is accepted.' },
  { part: 0.5, words: 'Half of it is accepted.' },
  { part: 0.75, words: 'Three quarters are accepted.' },
];

function milestones({ send, spans, span, now }: SendingView): LogLine[] {
  let sum = send.accepted - spans.reduce((all, { accepted }) => all + accepted, 0); // what went out before the spans shown
  const open = quarters.filter(({ part }) => sum < send.prepared * part);
  const lines: LogLine[] = [];
  if (!send.frozen) return lines; // nobody knows yet a quarter of how many
  for (const { at, accepted } of spans) {
    sum += accepted;
    let passed: (typeof quarters)[number] | undefined;
    while (open[0] !== undefined && send.prepared > 0 && sum >= send.prepared * open[0].part) passed = open.shift();
    if (passed !== undefined) lines.push({ at: Math.min(now, send.finishedAt ?? now, at + span - 1), told: html`${passed.words}` });
  }
  return lines;
}

function deferrals({ deferrals: all, tallies }: SendingView): LogLine[] {
  return all.map(({ provider, at, deferred }) => {
    const left = tallies.find((tally) => tally.provider === provider)?.deferred ?? 0;
    const who = provider === 0 ? 'Other servers' : providerLabel(provider);
    const rest = left > 0 ? html` <mark>${number(left)} still wait.</mark>` : '';
    return { at: at + 1, told: html`${who} put mails off${deferred > 1 && `, ${number(deferred)} times so far`}.${rest}` };
  });
}

function ends({ send, phase }: SendingView): LogLine[] {
  const lines: LogLine[] = [];
  const { asOf, finishedAt, frozen, prepared, alarmedAt } = send;
  if (asOf !== null) lines.push({ at: asOf, told: html`Begun${frozen && html`, to ${counted(prepared, 'reader')}`}.` });
  if (alarmedAt !== null) lines.push({ at: alarmedAt, told: html`<mark>So much came back that it stopped itself.</mark>` });
  if (finishedAt !== null && asOf !== null)
    lines.push({ at: finishedAt, told: html`${phase === 'stopped' ? 'Over' : 'Done'}, after ${duration(finishedAt - asOf)}.` });
  return lines;
}

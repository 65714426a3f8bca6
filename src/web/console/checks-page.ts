/** What is wrong with an issue, in plain words: mistakes, stops that are mended or waived with a reason, and advice; each leads to its line. */
import { type Html, html } from '../../html.ts';
import type { Finding, Severity } from '../../model/issue.ts';
import type { Stop } from '../../schedule/schedule.ts';
import { counted } from './page.ts';

/** By how much it matters; the sign of each has a shape of its own. */
const order: readonly { severity: Severity; sign: string; label: string }[] = [
  { severity: 'error', sign: 'bad', label: 'Mistake' },
  { severity: 'stop', sign: 'bad', label: 'Stops it' },
  { severity: 'warning', sign: 'warn', label: 'Look at' },
  { severity: 'info', sign: 'info', label: 'Advice' },
];

/** So many findings of one check stand each for itself; more are told by the first, with the others folded under it. */
const mostAlone = 3;

export interface ChecksView {
  issueId: number;
  findings: readonly Finding[];
  stops: readonly Stop[];
  /** Whether the person may change the issue. */
  mayWrite: boolean;
  names: (actor: string) => string;
}

/** Findings of one check that are told together, all of them waived or none. */
interface Group {
  findings: readonly [Finding, ...Finding[]];
  sign: string;
  label: string;
  waiver: Stop['waiver'];
}

/** The list of checks, a fragment that takes the place of the last one. */
export function checksList({ issueId, findings, stops, mayWrite, names }: ChecksView): Html {
  const groups = groupsOf(findings, stops);
  const line = ({ line: at }: Finding): Html => html`<a href="/console/issues/${issueId}?line=${at}" data-line="${at}">Line ${at}</a>`;
  const row = ({
    findings: [first, ...others],
    sign,
    label,
    waiver,
  }: Group): Html => html`<li class="${waiver === undefined ? sign : 'waived'}"><div><h3><span class="unseen">${waiver === undefined ? label : 'Waived'}: </span><bdi>${first.problem}</bdi></h3>
<p><bdi>${first.remedy}</bdi></p>${waiver !== undefined && html`<p class="why">Waived by <bdi>${names(waiver.actor)}</bdi>: <bdi>${waiver.reason}</bdi></p>`}
${others.length > 0 && html`<details><summary>${counted(others.length, 'more like it', 'more like it')}</summary><ul class="alike">${others.map((other) => html`<li><bdi>${other.problem}</bdi> ${line(other)}</li>`)}</ul></details>`}
${first.severity === 'stop' && mayWrite && waiveForm(issueId, [first, ...others], waiver?.reason)}</div>
${line(first)}</li>`;
  return html`<header><h2 id="checks-title">Before it goes</h2><p class="muted">${summary(openChecks(findings, stops), findings.length)}</p></header>
<ul class="checks">${groups.map(row)}${groups.length === 0 && html`<li class="good"><div><h3>Nothing is wrong with it</h3><p>Every check of the text and of the mail has passed.</p></div></li>`}</ul>`;
}

function groupsOf(findings: readonly Finding[], stops: readonly Stop[]): Group[] {
  const waiverOf = ({ severity, check, problem }: Finding): Stop['waiver'] =>
    severity === 'stop' ? stops.find((stop) => stop.check === check && stop.problem === problem)?.waiver : undefined;
  return order.flatMap(({ severity, sign, label }) => {
    const alike = new Map<string, Finding[]>();
    for (const finding of findings.filter((one) => one.severity === severity)) {
      const key = JSON.stringify([finding.check, waiverOf(finding)?.reason]);
      alike.set(key, [...(alike.get(key) ?? []), finding]);
    }
    return [...alike.values()].flatMap((all): Group[] => {
      const [first, ...others] = all;
      if (first === undefined) return [];
      const group = { sign, label, waiver: waiverOf(first) };
      return all.length > mostAlone ? [{ ...group, findings: [first, ...others] }] : all.map((one) => ({ ...group, findings: [one] }));
    });
  });
}

/** Findings that a person must answer: mistakes, and stops that nobody waived. */
export function openChecks(findings: readonly Finding[], stops: readonly Stop[]): number {
  return findings.filter(({ severity }) => severity === 'error').length + stops.filter(({ waiver }) => waiver === undefined).length;
}

function summary(open: number, all: number): Html | string {
  if (open > 0) return html`<mark>${open === 1 ? '1 needs you' : `${open} need you`}</mark>`;
  return all === 0 ? 'All clear' : 'Nothing stops it';
}

function waiveForm(issueId: number, all: Group['findings'], reason: string | undefined): Html {
  const hidden = html`<input type="hidden" name="check" value="${all[0].check}">${all.map(({ problem }) => html`<input type="hidden" name="problem" value="${problem}">`)}`;
  if (reason !== undefined)
    return html`<form method="post" action="/console/issues/${issueId}/waive">${hidden}<input type="hidden" name="reason" value=""><button class="link">Take that back</button></form>`;
  return html`<details class="waive"><summary>${all.length > 1 ? 'They may go out as they are' : 'It may go out as it is'}</summary><form method="post" action="/console/issues/${issueId}/waive">${hidden}
<label>Why? The reason is kept. <input class="input" name="reason" required maxlength="500" autocomplete="off"></label><button class="btn">Waive ${all.length > 1 ? 'them' : 'it'}</button></form></details>`;
}

/** Drawing of the page where an issue is signed off and gets its time: how it will go out, who answered for it, when it goes. */
import { type Html, html } from '../../html.ts';
import type { Customs } from '../../model/customs.ts';
import type { ForApproval } from '../../schedule/schedule.ts';
import type { Approval } from '../../store/approvals.ts';
import type { ListedIssue } from '../../store/issue-list.ts';
import type { Publication } from '../../store/publications.ts';
import type { Send } from '../../store/sends.ts';
import { counted, moment, slotWords } from './page.ts';

export interface SignOffView {
  issue: ListedIssue;
  publication: Publication;
  customs: Customs;
  readers: number;
  /** The newest text as it would go out, once that was drawn. */
  proof: ForApproval | undefined;
  approval: Approval | undefined;
  /** Whether the person may approve, and why not. */
  mayApprove: string | true;
  mayOrder: boolean;
  /** Whether this person may take the approval back. */
  mayUndo: boolean;
  /** A send that is not over. */
  open: Send | undefined;
  /** The newest real send, over or not. */
  last: Send | undefined;
  slot: { period: string; at: number } | undefined;
  rehearsal: boolean;
  names: (actor: string) => string;
  wrong: string | undefined;
  typed: Typed;
  /** Offsets of the typed hour when the clocks show it twice. */
  twice: readonly string[];
}

/** The form of the time as it was filled in. */
export interface Typed {
  when: string;
  at: string;
  offset: string;
}

export function signOffBody(view: SignOffView): Html {
  const { issue, wrong } = view;
  const path = `/console/issues/${issue.id}`;
  return html`<p class="back"><a href="${path}"><bdi>${issue.title ?? 'Untitled'}</bdi></a></p>
<div class="head"><h1>When should it go?</h1>${view.rehearsal && html`<p><mark>Rehearsal</mark> No mail server is set, so whatever is sent goes to the built-in catcher and reaches nobody.</p>`}</div>
${wrong !== undefined && html`<p class="err" role="alert">${wrong}</p>`}
<div class="signoff"><div class="stages">${approvalStep(view, path)}${orderStep(view, path)}</div><aside class="facts-side" aria-label="What goes out">${facts(view)}</aside></div>
${
  view.proof !== undefined &&
  html`<section class="part proof" aria-labelledby="proof-title"><h2 id="proof-title">The proof</h2><p class="muted">The very mail that readers get. <a href="${path}/proof/page" target="_blank">Web page</a>, <a href="${path}/proof/text" target="_blank">plain text</a>, <a href="${path}/proof/pdf" target="_blank">PDF</a></p>
<div class="frame"><iframe data-part="email" title="The mail as it goes out" src="${path}/proof/email" loading="lazy"></iframe></div></section>`
}`;
}

function approvalStep({ proof, approval, mayApprove, mayUndo, customs, names, publication, issue }: SignOffView, path: string): Html {
  const head = html`<h2 id="approve-title">Sign-off</h2>`;
  if (proof === undefined)
    return html`<section class="step" aria-labelledby="approve-title">${head}${(issue.errors ?? 0) > 0 ? html`<p class="bad-note">The text cannot be read as it stands: <a href="${path}/checks">${counted(issue.errors ?? 0, 'mistake')}</a> must be mended first.</p>` : html`<p>Draw it as it goes out, look at it, and approve that. It takes a few seconds.</p><form method="post" action="${path}/proof"><button class="btn go">Make the proof</button></form>`}</section>`;
  if (approval !== undefined)
    return html`<section class="step done" aria-labelledby="approve-title">${head}<p class="tag on">Approved by <bdi>${names(approval.actor)}</bdi></p><p class="muted">${moment(approval.approvedAt, publication.zone)}. Any change of the text, or of how it would go out, takes it back.</p>
${mayUndo && html`<form method="post" action="${path}/unapprove"><button class="link">Take the approval back</button></form>`}</section>`;
  const open = proof.stops.filter(({ waiver }) => waiver === undefined);
  if (open.length > 0)
    return html`<section class="step" aria-labelledby="approve-title">${head}<p class="bad-note">${counted(open.length, 'thing stops', 'things stop')} it. Mend ${open.length === 1 ? 'it' : 'them'}, or say why it may go out all the same.</p>
<ul class="lines">${open.map(({ problem, line }) => html`<li><bdi>${problem}</bdi> <a href="${path}?line=${line}">Line ${line}</a></li>`)}</ul><p><a class="btn" href="${path}/checks">See the checks</a></p></section>`;
  return html`<section class="step" aria-labelledby="approve-title">${head}${customs.twoPeople && html`<p class="muted">This publication asks for two people: who wrote the last words does not approve them.</p>`}
${mayApprove === true ? html`<p>You answer for what is shown below, word for word. Nothing else will be sent.</p><form method="post" action="${path}/approve"><input type="hidden" name="hash" value="${proof.hash}"><button class="btn go">Approve this proof</button></form>` : html`<p class="bad-note">${mayApprove}</p>`}</section>`;
}

function orderStep(view: SignOffView, path: string): Html | false {
  const { approval, open, issue, publication, mayOrder, slot, proof, customs, typed, twice, last, rehearsal } = view;
  const head = html`<h2 id="when-title">Its time</h2>`;
  const part = (inner: Html): Html => html`<section class="step" aria-labelledby="when-title">${head}${inner}</section>`;
  const takeBack = html`<form method="post" action="${path}/take-back"><button class="btn">Take it back</button></form>`;
  if (open !== undefined && open.asOf !== null)
    return part(html`<p><b>It is going out.</b> <a href="/console/sends/${open.id}">Follow it</a></p>`);
  if (open !== undefined)
    return part(
      html`<p class="when-big">${moment(open.scheduledFor, publication.zone)}</p><p class="muted">${publication.zone}. Until then it can be changed or taken back. <a href="/console/sends/${open.id}">Follow it</a></p>${mayOrder && takeBack}`,
    );
  if (issue.slotted && slot !== undefined)
    return part(
      html`<p class="when-big">${moment(slot.at, publication.zone)}</p><p class="muted">By itself, in the monthly slot (${publication.zone}). Until then it can be changed or taken back.</p>${mayOrder && takeBack}`,
    );
  if (approval === undefined || proof === undefined) return part(html`<p class="muted">Once it is approved it gets its time here.</p>`);
  if (!mayOrder) return part(html`<p class="muted">An editor gives it its time.</p>`);
  const hidden = html`<input type="hidden" name="hash" value="${proof.hash}"><input type="hidden" name="after" value="${last?.name ?? ''}">`;
  const again =
    last !== undefined &&
    !rehearsal &&
    html`<p class="bad-note"><b>It went out already</b> as ${last.name}. Sending it again mails it a second time to every reader.</p>`;
  return part(html`${again}${slot !== undefined && !rehearsal && html`<form method="post" action="${path}/schedule" class="pick">${hidden}<fieldset><legend>${moment(slot.at, publication.zone)}</legend><p class="muted">Its usual slot: ${slotWords(publication.slot ?? '')}, ${publication.zone}</p><input type="hidden" name="period" value="${slot.period}"><button class="btn go" name="when" value="slot">Put it down for this slot</button></fieldset></form>`}
<form method="post" action="${path}/schedule" class="pick">${hidden}<fieldset><legend>Another day or hour</legend><p class="muted">On the clocks of ${publication.zone}</p><label><span class="unseen">Day and hour</span> <input class="input" type="datetime-local" name="at" value="${typed.at}"></label>${twice.length > 0 && html`<label>The clocks show this hour twice. Which of the two? <select class="input" name="offset">${twice.map((offset, at) => html`<option value="${offset}">${at === 0 ? 'The first' : 'The second'} (UTC${offset})</option>`)}</select></label>`}<button class="btn" name="when" value="at">Schedule it</button></fieldset></form>
<form method="post" action="${path}/send" class="pick">${hidden}<fieldset><legend>Now</legend><p class="muted">${rehearsal || customs.graceMinutes === 0 ? 'It begins within seconds.' : `It begins in ${counted(customs.graceMinutes, 'minute')}; until then you can take it back.`}</p><button class="btn">Send it now</button></fieldset></form>`);
}

function facts({ publication, readers, proof, issue }: SignOffView): Html {
  const waived = proof?.stops.filter(({ waiver }) => waiver !== undefined) ?? [];
  return html`<dl class="facts"><div><dt>To</dt><dd>${counted(readers, 'reader')}<small>${readers === 0 ? html`<a href="/console/readers/import?publication=${publication.slug}">Add readers</a> first` : 'who may be mailed as of now'}</small></dd></div>
<div><dt>Subject</dt><dd><bdi>${proof?.edition.subject ?? issue.title ?? ''}</bdi></dd></div>
<div><dt>From</dt><dd><bdi>${publication.name}</bdi><small><bdi dir="ltr">${publication.fromAddress}</bdi></small></dd></div>
${proof !== undefined && html`<div><dt>Proof</dt><dd><code>${proof.hash.slice(0, 12)}</code><small>names everything in it: one other letter, one other sender: another name</small></dd></div>`}
${waived.length > 0 && html`<div><dt>Waived</dt><dd>${byReason(waived)}</dd></div>`}</dl>`;
}

/** What was waived, told once for each reason. */
function byReason(waived: ForApproval['stops']): Html[] {
  const reasons = new Map<string, string[]>();
  for (const { problem, waiver } of waived)
    if (waiver !== undefined) reasons.set(waiver.reason, [...(reasons.get(waiver.reason) ?? []), problem]);
  return [...reasons].map(
    ([reason, [first, ...others]]) =>
      html`<div><bdi>${first}</bdi>${others.length > 0 && html`<details><summary>${counted(others.length, 'more', 'more')}</summary><ul class="alike">${others.map((problem) => html`<li><bdi>${problem}</bdi></li>`)}</ul></details>`}<small>because <bdi>${reason}</bdi></small></div>`,
  );
}

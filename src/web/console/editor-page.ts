/** Drawing of the page where an issue is written: the text, beside it how it looks and what is wrong with it. */
import { attrs, type Html, html } from '../../html.ts';
import type { ListedIssue } from '../../store/issue-list.ts';
import type { Draft } from '../../store/issues.ts';
import type { Publication } from '../../store/publications.ts';
import { tagOf } from '../../store/writing.ts';
import { standingLine } from './standing-words.ts';

/** The ways to look at an issue. */
export const looks = [
  { part: 'email', label: 'Desktop' },
  { part: 'phone', label: 'Phone' },
  { part: 'dark', label: 'Dark' },
  { part: 'light', label: 'Light' },
  { part: 'text', label: 'Text' },
  { part: 'page', label: 'Page' },
  { part: 'pdf', label: 'PDF' },
] as const;
export type LookPart = (typeof looks)[number]['part'];

export interface EditorView {
  issue: ListedIssue;
  draft: Draft;
  publication: Publication;
  files: readonly { path: string; asset: string | null }[];
  mayWrite: boolean;
  /** What a saved text undid, and other words for the top of the page. */
  said: Html | undefined;
  /** Direction of the text, from its language. */
  savedAt: string;
  by: string;
}

export function editorBody({ issue, draft, publication, files, mayWrite, said, savedAt, by }: EditorView): Html {
  const path = `/console/issues/${issue.id}`;
  return html`<div class="writing" data-issue="${issue.id}" data-pane="write">
<header class="sub"><a class="back" href="/console/issues"><span aria-hidden="true">←</span><span class="unseen">All issues</span></a>
<h1><bdi data-title>${issue.title ?? 'Untitled'}</bdi></h1>
<p class="state" role="status" data-state>${mayWrite ? `Saved ${savedAt}` : html`Last changed ${savedAt} by <bdi>${by}</bdi>`}</p>
<p class="stands" data-stands>${standingLine(issue, publication.zone)}</p>
<div class="acts"><a class="btn quiet" href="${path}/history">History</a>${mayWrite && html`<button class="btn" form="write">Save</button>`}
<form method="post" action="${path}/proof"><button class="btn go">Approve and schedule</button></form></div></header>
${said !== undefined && html`<div class="said-strip" role="status">${said}</div>`}
<div class="conflict" data-conflict hidden></div>
<div class="desk"><section class="manuscript" aria-label="The text">
${mayWrite ? html`<form id="write" method="post" action="${path}"><input type="hidden" name="tag" value="${tagOf(draft)}">${manuscript(draft, true)}</form>` : html`<div id="write">${manuscript(draft, false)}</div>`}
${mayWrite && fileForm(path, files)}</section>
<aside class="beside"><section class="look" aria-label="How it looks">
<div class="look-bar"><nav class="seg" aria-label="Ways to look at it">${looks.map(({ part, label }) => html`<a href="${path}/preview/newest/${part}" target="look"${attrs({ 'data-part': part, 'aria-current': part === 'email' && 'true' })}>${label}</a>`)}</nav><p class="drawing" data-drawing hidden>Drawing</p></div>
<div class="inbox" data-inbox><p><b><bdi>${publication.name}</bdi></b></p><p class="line"><b><bdi data-subject>${publication.name}: ${issue.title ?? ''}</bdi></b> <bdi data-summary>${draft.tree?.summary ?? ''}</bdi></p></div>
<div class="frame"><iframe data-part="email" name="look" title="The issue as it looks" src="${path}/preview/newest/email" loading="lazy"></iframe></div>
<p class="fine">Dark is how programs show it that follow the mail’s own dark colours; some turn colours round by themselves.</p></section>
<section class="flight" aria-labelledby="checks-title" data-checks><header><h2 id="checks-title">Before it goes</h2></header><p><a class="btn" href="${path}/checks">See what is wrong with it</a></p></section>
${mayWrite && testForm(path)}</aside></div>
<nav class="tabs" aria-label="Parts of this page" hidden><button type="button" data-pane="write" aria-pressed="true">Write</button><button type="button" data-pane="look" aria-pressed="false">Preview</button><button type="button" data-pane="checks" aria-pressed="false">Checks <span data-open></span></button></nav></div>`;
}

/** The text itself. Its first line break is not part of it (HTML, 13.2.6.4.7: one after the tag is dropped). */
const manuscript = (
  { source, tree }: Draft,
  mayWrite: boolean,
): Html => html`<label class="unseen" for="source">The issue as Markdown</label>
<textarea id="source" name="source" dir="auto" spellcheck="true" autocomplete="off"${attrs({ readonly: !mayWrite, lang: tree?.language })}>
${source}</textarea>`;

function fileForm(path: string, files: EditorView['files']): Html {
  return html`<form class="files" method="post" action="${path}/files" enctype="multipart/form-data" data-files>
<label>Pictures, tables, a PDF <input class="input" type="file" name="file" multiple accept=".png,.jpg,.jpeg,.csv,.pdf"></label><button class="btn">Add</button>
<p class="fine" data-dropped role="status">Or drop them on the text, where they shall stand.</p>
${files.length > 0 && html`<details><summary>${files.length === 1 ? '1 file' : `${files.length} files`} of this issue</summary><ul class="lines" data-list>${files.map((file) => html`<li><code>${file.path}</code></li>`)}</ul></details>`}</form>`;
}

function testForm(path: string): Html {
  return html`<section class="try" aria-labelledby="try-title"><h2 id="try-title">Send a test</h2><form method="post" action="${path}/test">
<label>To <input class="input" name="to" dir="ltr" inputmode="email" autocomplete="email" placeholder="you@example.org" required></label><button class="btn">Send a test</button>
<p class="fine">The mail as readers get it, marked as a test. Any address will do; it counts as no send.</p></form></section>`;
}

/** Two texts of one issue, when somebody was faster and there is no script to sort it out. */
export function conflictBody({
  path,
  tag,
  mine,
  theirs,
  by,
  at,
  difference,
}: {
  path: string;
  tag: string;
  mine: string;
  theirs: string;
  by: string;
  at: string;
  difference: Html;
}): Html {
  return html`<p class="back"><a href="${path}">The issue as it is now</a></p><div class="head"><h1>Somebody was faster</h1>
<p class="muted"><bdi>${by}</bdi> saved another text at ${at}. Yours was not saved yet, and theirs stands. Both are here.</p></div>
${difference}
<div class="two"><section class="part" aria-labelledby="mine"><h2 id="mine">Yours</h2><form method="post" action="${path}"><input type="hidden" name="tag" value="${tag}">
<textarea class="input" name="source" rows="20" dir="auto" aria-label="Your text">
${mine}</textarea><button class="btn go">Save this one</button></form></section>
<section class="part" aria-labelledby="theirs"><h2 id="theirs">Theirs</h2><textarea class="input" rows="20" dir="auto" readonly aria-label="Their text">
${theirs}</textarea><a class="btn" href="${path}">Go on with theirs</a></section></div>`;
}

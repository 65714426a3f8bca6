/** Drawings of the ways in: signing in, a link, the first start, showing again who one is. Each works without script but for passkeys, whose buttons a script uncovers. */
import { type Html, html } from '../../html.ts';
import { roleWords } from '../../model/person.ts';
import type { Editor } from '../../store/editors.ts';

/** A button for a passkey. `ask` is where its question comes from; afterwards the form `sends` goes out, or the page `back` opens. */
export function passkeyButton({
  ask,
  label,
  back = '',
  sends = '',
  make = false,
}: {
  ask: string;
  label: string;
  back?: string;
  sends?: string;
  make?: boolean;
}): Html {
  return html`<button class="btn go wide" type="button" hidden data-passkey="${ask}" data-back="${back}" data-sends="${sends}" data-make="${make ? 'yes' : ''}">${key}${label}</button>
<p class="err" role="alert" hidden></p>`;
}

const key = html`<svg class="ico" viewBox="0 0 16 16" aria-hidden="true"><circle cx="5.5" cy="10.5" r="3"/><path d="m7.7 8.3 5.3-5.3m-2.3 2.3 2 2M11.5 3.500l2 2"/></svg>`;

const problemOf = (problem: string | undefined): Html | false => problem !== undefined && html`<p class="err" role="alert">${problem}</p>`;

const lastResort = html`<p class="muted small">No way in? On the server, <code>galley login you@example.org</code> prints a link.</p>`;

export interface SignInView {
  back: string;
  /** Whether passkeys work at this address. */
  passkey: boolean;
  mail: boolean;
  /** Whether mail goes into the built-in catcher. */
  rehearsal: boolean;
  typed?: string;
  problem?: string | undefined;
}

export function signInBody({ back, passkey, mail, rehearsal, typed = '', problem }: SignInView): Html {
  return html`<h1>Sign in</h1>${problemOf(problem)}
${passkey && passkeyButton({ ask: '/console/signin/passkey', label: 'Use a passkey', back })}
${
  mail &&
  html`<form method="post" action="/console/signin/link" class="stack"><input type="hidden" name="back" value="${back}">
<label>${passkey ? 'Or get a link by email' : 'Get a link by email'}<input class="input" type="email" name="email" value="${typed}" autocomplete="username webauthn" placeholder="you@example.org" required dir="ltr"></label>
<div><button class="btn">Email me a link</button></div></form>
<p class="muted small">A link works once, for ten minutes, in this browser only.${rehearsal && ' Mail goes to the built-in catcher for now, so it will not reach your mailbox.'}</p>`
}
${!passkey && html`<p class="muted small">Passkeys need https, or the name localhost.</p>`}${lastResort}`;
}

/** The same for every address. */
export const linkSentBody = (email: string): Html => html`<h1>Look into your mail</h1>
<p class="big">If <bdi dir="ltr">${email}</bdi> belongs to somebody of this desk, a link is on its way.</p>
<p class="muted">It works once, for ten minutes, in this browser only. Nothing there? Look among the junk, or ask an owner.</p>${lastResort}`;

export function linkBody({ editor, way, token }: { editor: Editor; way: string; token: string }): Html {
  const invited = editor.joinedAt === null;
  return html`<h1>${invited ? 'Join the desk' : 'Sign in'}</h1>
<p class="big">${invited ? html`You are invited as ${roleWords[editor.role].label.toLowerCase()}: somebody who ${roleWords[editor.role].may}.` : html`As <bdi>${editor.name}</bdi>.`}</p>
<form method="post" action="/console/link/${token}" class="stack">${
    invited &&
    html`<label>Your name<input class="input" name="name" value="${editor.name}" autocomplete="name" required maxlength="100" dir="auto"></label>`
  }
<div><button class="btn go wide">${invited ? 'Join' : 'Sign in'}</button></div></form>
<p class="muted small">${way === 'invitation' ? 'This link works once.' : 'This link works once; a passkey is quicker the next time.'}</p>`;
}

export const linkGoneBody = (state: 'gone' | 'elsewhere'): Html =>
  state === 'elsewhere'
    ? html`<h1>Not in this browser</h1><p class="big">This link signs in only the browser in which it was asked for, so that nobody else can use it.</p><p>Open it there, or <a href="/console/signin">ask for one here</a>.</p>`
    : html`<h1>This link is used up</h1><p class="big">It was used before, is too old, or was cut short on its way.</p><p><a href="/console/signin">Sign in, or ask for a new one</a>.</p>${lastResort}`;

export interface SetUpView {
  passkey: boolean;
  typed: { code: string; name: string; email: string };
  problem?: string | undefined;
}

export function setUpBody({ passkey, typed, problem }: SetUpView): Html {
  return html`<h1>Make this yours</h1><p class="big">Paste the code from the server’s log. It shows that you are the one who installed it.</p>${problemOf(problem)}
<form method="post" action="/console/setup" class="stack">
<label>Set-up code<input class="input code" name="code" value="${typed.code}" autocomplete="one-time-code" placeholder="XXXX-XXXX-XXXX" spellcheck="false" autocapitalize="characters" required dir="ltr"></label>
<div class="two"><label>Your name<input class="input" name="name" value="${typed.name}" autocomplete="name" required maxlength="100" dir="auto"></label>
<label>Your email<input class="input" type="email" name="email" value="${typed.email}" autocomplete="email" required dir="ltr"></label></div>
${passkey && passkeyButton({ ask: '/console/setup/passkey', label: 'Create my passkey', back: '/console', make: true })}
<div><button class="btn${passkey ? '' : ' go wide'}">${passkey ? 'Go on without a passkey' : 'Make me the owner'}</button></div></form>
<p class="muted small">${passkey ? 'A passkey is your fingerprint, face or screen lock: nothing to remember, nothing to steal. It belongs to this address for good.' : 'Passkeys need https, or the name localhost. Without one you sign in by a link in a mail, or by galley login on the server.'}</p>`;
}

export interface ProofView {
  why: 'nobody' | 'stale';
  again: { method: 'get' | 'post'; path: string; fields: readonly (readonly [string, string])[] };
  passkey: boolean;
  mail: boolean;
  email: string | undefined;
}

/** Asks for a proof and keeps what was sent. The link by mail opens beside it, so that this page stays. */
export function proofBody({ why, again, passkey, mail, email }: ProofView): Html {
  const sent = again.method === 'post';
  return html`<h1>${why === 'stale' ? 'Is it you?' : 'You are signed out'}</h1>
<p class="big">${why === 'stale' ? 'This cannot be taken back, so show once more who you are. It holds for ten minutes.' : 'Your session has ended.'}${sent && ' What you sent is kept on this page.'}</p>
${passkey && passkeyButton({ ask: '/console/signin/passkey', label: 'Use a passkey', ...(sent ? { sends: 'again' } : { back: again.path }) })}
${
  mail &&
  html`<form method="post" action="/console/signin/link" target="_blank" class="stack">${
    email === undefined
      ? html`<label>Or get a link by email<input class="input" type="email" name="email" required autocomplete="username" dir="ltr"></label>`
      : html`<input type="hidden" name="email" value="${email}">`
  }
<div><button class="btn">Email me a link</button></div></form>`
}
${mail && html`<p class="muted small">With a link: open it in this browser, come back to this page, and go on.</p>`}
${
  sent
    ? html`<form method="post" action="${again.path}" id="again">${again.fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<button class="btn">Go on</button></form>`
    : html`<p><a class="btn" href="${again.path}">Go on</a></p>`
}${lastResort}`;
}

/** Drawings of one's own page, and the list of sessions that the team's page shows too. */
import { type Html, html } from '../../html.ts';
import { roleWords, type SignInWay } from '../../model/person.ts';
import type { Editor } from '../../store/editors.ts';
import type { Passkey } from '../../store/passkeys.ts';
import type { Session } from '../../store/sessions.ts';
import { moment } from './page.ts';
import { passkeyButton } from './sign-in-page.ts';

export interface YouView {
  you: Editor;
  zone: string;
  /** The session the page is seen in. */
  here: number;
  /** Where passkeys work at this address; undefined where they do not. */
  site: { domain: string } | undefined;
  passkeys: readonly Passkey[];
  sessions: readonly Session[];
}

const path = '/console/settings/you';

export function youBody({ you, zone, here, site, passkeys, sessions }: YouView): Html {
  return html`<div class="head"><h1><bdi>${you.name}</bdi></h1><p class="muted"><bdi dir="ltr">${you.email}</bdi> · ${roleWords[you.role].label}: ${roleWords[you.role].may}</p></div>
<form class="filters" method="post" action="${path}/name"><label>Name<input class="input" name="name" value="${you.name}" required maxlength="100" autocomplete="name" dir="auto"></label><button class="btn">Save</button></form>
<section class="part" aria-labelledby="passkeys"><h2 id="passkeys">Passkeys</h2>
<p class="muted">${
    passkeys.length === 0
      ? 'None yet. With one you sign in by fingerprint, face or screen lock.'
      : passkeys.length === 1
        ? 'Make a second one on another device, so that losing this one does not shut you out.'
        : 'Any of them signs you in.'
  } A passkey belongs to one address for good.</p>
<ul class="lines">${passkeys.map((passkey) => passkeyItem(passkey, zone, site))}</ul>
<div class="grant">${
    site === undefined
      ? html`<p class="muted small">Passkeys need https, or the name localhost.</p>`
      : passkeyButton({ ask: `${path}/passkey`, label: 'Add a passkey', back: path, make: true })
  }</div></section>
<section class="part" aria-labelledby="sessions"><h2 id="sessions">Where you are signed in</h2>
<ul class="lines">${sessions.map((session) => sessionItem(session, zone, { end: `${path}/sessions/${session.id}/end`, here: session.id === here }))}</ul>
${sessions.length > 1 && html`<form class="grant" method="post" action="${path}/sessions/end"><button class="btn">Sign out everywhere else</button></form>`}</section>`;
}

function passkeyItem({ id, name, domain, createdAt, usedAt }: Passkey, zone: string, site: YouView['site']): Html {
  return html`<li class="row"><span class="grow">Made with ${name}${domain !== site?.domain && html` <mark>for ${domain}</mark>`}<br><small class="muted">${moment(createdAt, zone)}${usedAt !== null && html`, last used ${moment(usedAt, zone)}`}</small></span>
<form method="post" action="${path}/passkeys/${id}/remove"><button class="btn">Remove<span class="unseen"> the passkey made with ${name}</span></button></form></li>`;
}

const wayWords: Record<SignInWay, string> = {
  passkey: 'with a passkey',
  mail: 'by a link in a mail',
  command: 'by a link from the command line',
  invitation: 'by an invitation',
  'set-up': 'with the code of the first start',
};

/** A session with the button that ends it. */
export function sessionItem(
  { browser, way, network, createdAt, seenAt }: Session,
  zone: string,
  { end, here }: { end: string; here: boolean },
): Html {
  return html`<li class="row"><span class="grow">${browser}${here && html` <mark>here</mark>`}<br><small class="muted">Signed in ${wayWords[way]}, ${moment(createdAt, zone)}; last used ${moment(seenAt, zone)}, from ${network}</small></span>
${!here && html`<form method="post" action="${end}"><button class="btn">End<span class="unseen"> the session of ${browser}</span></button></form>`}</li>`;
}

/** Drawing of delivery: where mail goes, how fast, who signs it, and what a test of the relay found. */
import type { RelayFacts, RelayTest } from '../../deliver/deliver.ts';
import { type Html, html } from '../../html.ts';
import type { DkimRecord, RecordCheck } from '../../message/message.ts';
import type { GroupRates } from '../../model/pace.ts';
import type { Publication } from '../../store/publications.ts';
import { number } from './page.ts';

export const deliveryPath = '/console/settings/delivery';

export interface DeliveryView {
  /** Undefined in a rehearsal. */
  relay: (RelayFacts & { connections: number }) | undefined;
  ratePerSecond: number | undefined;
  ratesByDomain: GroupRates | undefined;
  bounceDomain: string | undefined;
  /** Whether somebody takes in what comes back. */
  inbound: boolean;
  unknownPolicy: 'hold' | 'retry';
  signing: { domain: string; records: readonly DkimRecord[] } | undefined;
  /** Publications whose mail comes from a domain that the signature does not speak for. */
  strangers: readonly Pick<Publication, 'name' | 'fromAddress'>[];
  /** What the DNS has of the records; undefined when it has not said yet. */
  seen: readonly RecordCheck[] | undefined;
  test: RelayTest | undefined;
  /** Owners see who logs in, and may test. */
  owner: boolean;
}

const lines: Readonly<Record<RelayFacts['line'], string>> = {
  tls: 'encrypted from the first word, the certificate verified',
  starttls: 'encrypted by STARTTLS, the certificate verified, or nothing is sent',
  near: 'on this machine; encrypted where the relay can',
};

export function deliveryBody(view: DeliveryView): Html {
  const { relay } = view;
  return html`<div class="head"><h1>Delivery</h1><p class="muted">Where mail goes and who signs it. It is set where Galley is started, in the environment or a file .env, and read at the start.</p></div>
${relay === undefined ? rehearsal : relayPart(view, relay)}
${signing(view)}${comingBack(view)}`;
}

const rehearsal = html`<section class="note preview wide" aria-labelledby="rehearsal"><h2 id="rehearsal"><mark>Rehearsal</mark> Nothing leaves this machine</h2>
<p>No relay is set, so every mail goes to the built-in mailbox: <a href="/console/mail">look at what was caught</a>. Everything else is real, so try it all out.</p>
<p>To send to real readers, write these lines into a file <code>.env</code> where Galley is started, with what the mail server or provider gave you, and start it again:</p>
<pre class="commands" tabindex="0"><code>SMTP_URL=smtp://USER:PASSWORD@mail.example.org:587
BASE_URL=https://news.example.org</code></pre>
<p class="muted small">BASE_URL is where readers will open pages and leave; off this machine it takes https. A rehearsed issue can still be sent: rehearsals use up no issue and no slot.</p></section>`;

function relayPart(view: DeliveryView, relay: RelayFacts & { connections: number }): Html {
  const { ratePerSecond, ratesByDomain = {}, owner, test, unknownPolicy } = view;
  const rows: [string, Html | string][] = [
    ['Relay', html`<bdi dir="ltr">${relay.place}</bdi>`],
    ['Line', lines[relay.line]],
    ['Signs in', relay.user === undefined ? 'nobody' : owner ? html`<bdi dir="ltr">${relay.user}</bdi>` : 'yes'],
    ['Pace', ratePerSecond === undefined ? 'as fast as the relay takes mail' : `${number(ratePerSecond)} a second`],
    ...Object.entries(ratesByDomain).map(([group, rate]): [string, Html] => [
      'Pace by provider',
      html`<bdi dir="ltr">${group}</bdi>: ${number(rate)} a second`,
    ]),
    ['Connections', `${number(relay.connections)} for each worker, and one for notices`],
    [
      'In doubt',
      unknownPolicy === 'hold'
        ? 'a person decides about each mail of which nobody knows whether it arrived'
        : 'sent again once, after 30 minutes',
    ],
  ];
  return html`<section aria-labelledby="relay"><h2 class="over" id="relay">The relay</h2><dl class="facts">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${test !== undefined && testResult(test, relay)}
${owner && html`<form class="spaced" method="post" action="${deliveryPath}/test"><button class="btn">Test the relay</button> <span class="muted small">Connects, says who we are, signs in, and leaves. No mail is sent; it takes ten seconds at most.</span></form>`}
<p class="muted small spaced">Settings: SMTP_URL, SMTP_CONNECTIONS, RATE_PER_SECOND, RATE_BY_DOMAIN, UNKNOWN_POLICY.</p></section>`;
}

function testResult({ trouble, advice, took }: RelayTest, { user, line }: RelayFacts): Html {
  if (trouble !== undefined)
    return html`<div class="preview bad" role="alert"><p class="lede">The relay does not take mail: <bdi>${trouble}</bdi>.</p><p>${advice}</p></div>`;
  const encrypted = line === 'near' ? 'It is on this machine' : 'The line is encrypted and its certificate in order';
  return html`<div class="preview" role="status"><p class="lede">The relay answers and is ready for mail.</p><p>${encrypted}${user !== undefined && ', and it let us in'}. It took ${(took / 1000).toFixed(1)} seconds.</p></div>`;
}

function signing({ signing: keys, strangers, seen }: DeliveryView): Html {
  if (keys === undefined)
    return html`<section class="part" aria-labelledby="dkim"><h2 id="dkim">Signature</h2><p>Mails go out unsigned, and many mail servers take unsigned mail for spam. <code>galley keys dkim</code> makes a key, and says which record goes into the DNS and which settings use it.</p></section>`;
  return html`<section class="part" aria-labelledby="dkim"><h2 id="dkim">Signature</h2><p>Mails are signed for <b><bdi dir="ltr">${keys.domain}</bdi></b> (DKIM). Receivers look for ${keys.records.length === 1 ? 'this record' : 'these records'} in the DNS:</p>
${keys.records.map(({ name, value }) => html`<dl class="facts record"><div><dt>Name</dt><dd dir="ltr">${name}</dd></div><div><dt>Type</dt><dd>TXT</dd></div><div><dt>Value</dt><dd><code dir="ltr">${value}</code></dd></div></dl>${inDns(seen?.find((check) => check.name === name))}`)}
${strangers.map(({ name, fromAddress }) => html`<p class="bad-note"><b><bdi>${name}</bdi></b> comes from <bdi dir="ltr">${fromAddress}</bdi>, and a signature of <bdi dir="ltr">${keys.domain}</bdi> does not speak for that domain: receivers that compare the two (DMARC) may take its mail for forged. Send it from an address of <bdi dir="ltr">${keys.domain}</bdi>, or sign for the other domain.</p>`)}
<p class="muted small spaced">Settings: DKIM_DOMAIN, DKIM_SELECTOR, DKIM_KEY_FILE. The key itself is never shown.</p></section>`;
}

function inDns(check: RecordCheck | undefined): Html {
  if (check === undefined)
    return html`<p class="muted small">The DNS has not answered yet: open this page again to see whether the record is there.</p>`;
  const { state, finding, advice } = check;
  const words = html`<p class="lede"><bdi>${finding}</bdi></p>${advice !== undefined && html`<p><bdi>${advice}</bdi></p>`}`;
  if (state === 'found' && advice === undefined) return html`<p class="muted small"><bdi>${finding}</bdi></p>`;
  return state === 'found' || state === 'unreachable'
    ? html`<div class="preview">${words}</div>`
    : html`<div class="preview bad">${words}</div>`;
}

function comingBack({ inbound, bounceDomain }: DeliveryView): Html {
  const domain = bounceDomain === undefined ? 'the domain each publication’s mail comes from' : html`<bdi dir="ltr">${bounceDomain}</bdi>`;
  return html`<section class="part" aria-labelledby="back"><h2 id="back">What comes back</h2><p>Bounces go to ${domain}. ${
    inbound
      ? html`Galley takes them in itself; <a href="/console/feedback">see what came back</a>.`
      : html`Nobody takes them in here: set INBOUND_PORT, or let the mail server hand them to <code>galley feedback take</code>.`
  }</p></section>`;
}

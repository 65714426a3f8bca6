/** The frame of the console's pages, and the words for numbers and times that they share. */
import { attrs, type Html, html, raw } from '../../html.ts';
import { type Person, roleWords } from '../../model/person.ts';
import type { Publication } from '../../store/publications.ts';
import type { Assets } from '../assets.ts';

/** The four parts of the desk, and the places in each; a part opens at its first. */
const parts = {
  issues: { label: 'Issues', places: { issues: { label: 'Issues', path: '/console/issues' } } },
  readers: { label: 'Readers', places: { readers: { label: 'Find', path: '/console/readers' } } },
  reports: {
    label: 'Reports',
    places: {
      sends: { label: 'What goes out', path: '/console' },
      feedback: { label: 'What came back', path: '/console/feedback' },
      mail: { label: 'Caught mail', path: '/console/mail' },
    },
  },
  settings: {
    label: 'Settings',
    places: {
      team: { label: 'Team', path: '/console/settings/team' },
      languages: { label: 'Languages', path: '/console/languages' },
    },
  },
} as const;

type Parts = typeof parts;
/** A place of the desk, by its name in the table above. */
export type Place = { [Part in keyof Parts]: keyof Parts[Part]['places'] }[keyof Parts];

interface PlaceEntry {
  place: string;
  label: string;
  path: string;
}

const listed = Object.values(parts).map(({ label, places }) => ({
  label,
  places: Object.entries(places).map(([place, entry]): PlaceEntry => ({ place, ...entry })),
}));

export interface ConsolePage {
  assets: Assets;
  title: string;
  /** The place it belongs to; `exact` when it is that place's own page. */
  here: { place: Place; exact: boolean };
  body: Html;
  /** Who acts; undefined on the ways in. */
  person: Person | undefined;
  /** Whether the desk belongs to nobody yet. */
  unclaimed: boolean;
  publications: readonly Publication[];
  /** The publication that is looked at; undefined for all. */
  chosen: Publication | undefined;
  /** Whether the page shows one publication's things when asked. */
  byPublication: boolean;
  scripts: { names: readonly string[]; nonce: string };
}

const mark = raw(
  '<svg viewBox="0 0 22 22" aria-hidden="true"><rect class="block" width="22" height="22" rx="3"/><path class="lines" d="M5 6.5h12M5 10.2h12M5 13.9h7"/><path class="caret" d="m13 17.3 2-3.6 2 3.6"/></svg>',
);

/** A whole document: the bar on top with the part marked, below it the places of the part. Everything in it works without script. */
export function consolePage({ assets, title, here, body, scripts, ...frame }: ConsolePage): string {
  const { person, unclaimed } = frame;
  const part = listed.find(({ places }) => places.some(({ place }) => place === here.place));
  return `${html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title} · Galley</title>
<link rel="icon" href="${assets.address('icon.svg')}">
<link rel="stylesheet" href="${assets.address('console.css')}">
${scripts.names.map((name) => html`<script type="module" src="${assets.address(name)}" nonce="${scripts.nonce}"></script>`)}
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="top"><div class="who"><a class="brand" href="/console">${mark}Galley</a>${switcher(frame)}</div>
${person !== undefined && mainLinks(here, part, frame.chosen, frame.publications.length)}${person !== undefined && personMenu(person)}</header>
${person !== undefined && part !== undefined && part.places.length > 1 && placeLinks(here, part, frame.chosen, frame.publications.length)}
${unclaimed && person !== undefined && claim}
<main id="main">${body}</main>
</body>
</html>
`}`;
}

/** Whoever finds the desk open on their own machine is told that it is, and how to make it theirs. */
const claim = html`<aside class="claim" aria-label="Set up"><p><mark>Nobody’s yet</mark> Whoever sits at this machine may use this desk. <a href="/console/setup">Make it yours</a>, and it opens only to people who sign in.</p></aside>`;

/** Links keep the publication that was chosen. */
const withChoice = (path: string, chosen: Publication | undefined, of: number): string =>
  chosen === undefined || of < 2 ? path : `${path}?publication=${encodeURIComponent(chosen.slug)}`;

function mainLinks(here: ConsolePage['here'], current: { label: string } | undefined, chosen: Publication | undefined, of: number): Html {
  const link = ({ label, places: [first] }: (typeof listed)[number]): Html => {
    const exact = here.exact && first?.place === here.place;
    const mark = label === current?.label && (exact ? 'page' : 'true');
    return html`<a href="${withChoice(first?.path ?? '/console', chosen, of)}"${attrs({ 'aria-current': mark })}>${label}</a>`;
  };
  return html`<nav class="parts" aria-label="Main">${listed.map(link)}</nav>`;
}

function placeLinks(here: ConsolePage['here'], part: (typeof listed)[number], chosen: Publication | undefined, of: number): Html {
  const link = ({ place, label, path }: PlaceEntry): Html =>
    html`<a href="${withChoice(path, chosen, of)}"${attrs({ 'aria-current': place === here.place && (here.exact ? 'page' : 'true') })}>${label}</a>`;
  return html`<nav class="places" aria-label="${part.label}">${part.places.map(link)}</nav>`;
}

/** The publication that is looked at; where there are several and the page can be narrowed, a menu of links that stay on it. */
function switcher({
  publications,
  chosen,
  byPublication,
  person,
}: Pick<ConsolePage, 'publications' | 'chosen' | 'byPublication' | 'person'>): Html | false {
  if (person === undefined || publications.length === 0) return false;
  const name = chosen === undefined || (publications.length > 1 && !byPublication) ? 'All publications' : chosen.name;
  if (!byPublication || publications.length === 1) return html`<span class="title"><bdi>${name}</bdi></span>`;
  const link = (slug: string | undefined, label: string): Html =>
    html`<li><a href="?${slug === undefined ? '' : `publication=${encodeURIComponent(slug)}`}"${attrs({ 'aria-current': slug === chosen?.slug && 'true' })}><bdi>${label}</bdi></a></li>`;
  return html`<details class="menu"><summary aria-label="Publication: ${name}"><bdi>${name}</bdi></summary><ul>${link(undefined, 'All publications')}${publications.map(({ slug, name: label }) => link(slug, label))}</ul></details>`;
}

function personMenu({ id, name, email, role }: Person): Html | false {
  if (id === 0) return false;
  const initials = name
    .split(/\s+/)
    .map((word) => Array.from(word)[0] ?? '')
    .filter((_, at, all) => at === 0 || at === all.length - 1)
    .join('')
    .toUpperCase();
  return html`<details class="menu person"><summary aria-label="${name}: your menu"><span class="face" aria-hidden="true">${initials || '·'}</span></summary>
<div><p><b><bdi>${name}</bdi></b><br><small><bdi dir="ltr">${email}</bdi> · ${roleWords[role].label}</small></p>
<ul><li><a href="/console/settings/you">Passkeys and sessions</a></li></ul>
<form method="post" action="/console/signout"><button class="btn">Sign out</button></form></div></details>`;
}

/** 12345 → 12,345. */
export function number(count: number): string {
  return count.toLocaleString('en-GB');
}

/** A count with its noun: `1 mail`, `200 mails`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

/** An instant as a date and a clock read it in `zone`, the machine's own when left out: `22 Nov 2026, 09:30`. */
export function moment(instant: number, zone?: string): Html {
  const shown = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: zone }).format(instant);
  return html`<time datetime="${new Date(instant).toISOString()}">${shown}</time>`;
}

/** Bytes as people read them: `812 B`, `46 KB`, `1.2 MB`. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** What stands above every page of the desk: its four parts and their places, the publication that is looked at, the menu of who acts. All without script. */
import { attrs, type Html, html, raw } from '../../html.ts';
import { mayAs, type Person, type Role, roleWords } from '../../model/person.ts';
import type { Publication } from '../../store/publications.ts';

/** The four parts of the desk, and the places in each; a part opens at its first. */
const parts = {
  issues: {
    label: 'Issues',
    places: { issues: { label: 'Issues', path: '/console/issues' }, calendar: { label: 'Calendar', path: '/console/calendar' } },
  },
  readers: { label: 'Readers', places: { readers: { label: 'Find', path: '/console/readers' } } },
  reports: {
    label: 'Reports',
    places: {
      reports: { label: 'How it went', path: '/console/reports' },
      sends: { label: 'What goes out', path: '/console' },
      feedback: { label: 'What came back', path: '/console/feedback' },
      mail: { label: 'Caught mail', path: '/console/mail' },
    },
  },
  settings: {
    label: 'Settings',
    places: {
      publication: { label: 'Publication', path: '/console/settings' },
      brand: { label: 'Brand', path: '/console/settings/brand' },
      delivery: { label: 'Delivery', path: '/console/settings/delivery' },
      you: { label: 'You', path: '/console/settings/you' },
      team: { label: 'Team', path: '/console/settings/team', for: 'owner' },
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
  /** Who may open it: others are not led there. */
  for: Role;
}

const listed = Object.values(parts).map(({ label, places }) => ({
  label,
  places: Object.entries(places).map(([place, entry]): PlaceEntry => ({ place, for: 'viewer', ...entry })),
}));

export interface Bar {
  /** The place a page belongs to; `exact` when it is that place's own page. None for the ways in. */
  here: { place: Place; exact: boolean } | undefined;
  /** Who acts; undefined on the ways in. */
  person: Person | undefined;
  /** Whether the desk belongs to nobody yet. */
  unclaimed: boolean;
  publications: readonly Publication[];
  /** The publication that is looked at; undefined for all. */
  chosen: Publication | undefined;
  /** Whether the page shows one publication's things when asked. */
  byPublication: boolean;
}

const mark = raw(
  '<svg viewBox="0 0 22 22" aria-hidden="true"><rect class="block" width="22" height="22" rx="3"/><path class="lines" d="M5 6.5h12M5 10.2h12M5 13.9h7"/><path class="caret" d="m13 17.3 2-3.6 2 3.6"/></svg>',
);

/** The bar, and below it the places of the part that one is in. Who is nobody sees the name alone. */
export function barOf(bar: Bar): Html {
  const { here, person, unclaimed } = bar;
  const part = listed.find(({ places }) => places.some(({ place }) => place === here?.place));
  return html`<header class="top"><div class="who"><a class="brand" href="/console">${mark}Galley</a>${switcher(bar)}</div>
${person !== undefined && mainLinks(bar, part?.label)}${person !== undefined && personMenu(person)}</header>
${person !== undefined && part !== undefined && part.places.length > 1 && placeLinks(bar, person, part)}
${unclaimed && part !== undefined && claim}`;
}

/** Whoever finds the desk open on their own machine is told that it is, and how to make it theirs. */
const claim = html`<aside class="claim" aria-label="Set up"><p><mark>Nobody’s yet</mark> Whoever sits at this machine may use this desk. <a href="/console/setup">Make it yours</a>, and it opens only to people who sign in.</p></aside>`;

/** Links keep the publication that was chosen. */
const withChoice = (path: string, { chosen, publications }: Bar): string =>
  chosen === undefined || publications.length < 2 ? path : `${path}?publication=${encodeURIComponent(chosen.slug)}`;

function mainLinks(bar: Bar, current: string | undefined): Html {
  const link = ({ label, places: [first] }: (typeof listed)[number]): Html => {
    const exact = bar.here?.exact === true && first?.place === bar.here.place;
    const mark = label === current && (exact ? 'page' : 'true');
    return html`<a href="${withChoice(first?.path ?? '/console', bar)}"${attrs({ 'aria-current': mark })}>${label}</a>`;
  };
  return html`<nav class="parts" aria-label="Main">${listed.map(link)}</nav>`;
}

function placeLinks(bar: Bar, { role }: Person, { label: name, places }: (typeof listed)[number]): Html {
  const link = ({ place, label, path }: PlaceEntry): Html =>
    html`<a href="${withChoice(path, bar)}"${attrs({ 'aria-current': place === bar.here?.place && (bar.here.exact ? 'page' : 'true') })}>${label}</a>`;
  return html`<nav class="places" aria-label="${name}">${places.filter((each) => mayAs(role, each.for)).map(link)}</nav>`;
}

/** The publication that is looked at; where there are several and the page can be narrowed, a menu of links that stay on it; owners find the way to another one there. */
function switcher({ publications, chosen, byPublication, person }: Bar): Html | false {
  if (person === undefined || publications.length === 0) return false;
  const name = chosen === undefined || (publications.length > 1 && !byPublication) ? 'All publications' : chosen.name;
  const choices = byPublication && publications.length > 1;
  const mayAdd = mayAs(person.role, 'owner');
  if (!choices && !mayAdd) return html`<span class="title"><bdi>${name}</bdi></span>`;
  const link = (slug: string | undefined, label: string): Html =>
    html`<li><a href="?${slug === undefined ? '' : `publication=${encodeURIComponent(slug)}`}"${attrs({ 'aria-current': slug === chosen?.slug && 'true' })}><bdi>${label}</bdi></a></li>`;
  return html`<details class="menu"><summary aria-label="Publication: ${name}"><bdi>${name}</bdi></summary><ul>${choices && [link(undefined, 'All publications'), ...publications.map(({ slug, name: label }) => link(slug, label))]}${mayAdd && html`<li><a href="/console/settings/new">Start another publication</a></li>`}</ul></details>`;
}

function personMenu({ id, name, email, role }: Person): Html | false {
  if (id === 0) return false;
  const initials = name
    .split(/\s+/)
    .map((word) => Array.from(word)[0] ?? '')
    .filter((_, at, all) => at === 0 || at === all.length - 1)
    .join('')
    .toUpperCase();
  return html`<details class="menu person"><summary><span class="face" aria-hidden="true">${initials || '·'}</span><span class="unseen"><bdi>${name}</bdi>: your menu</span></summary>
<div><p><b><bdi>${name}</bdi></b><br><small><bdi dir="ltr">${email}</bdi> · ${roleWords[role].label}</small></p>
<ul><li><a href="/console/settings/you">Passkeys and sessions</a></li></ul>
<form method="post" action="/console/signout"><button class="btn">Sign out</button></form></div></details>`;
}

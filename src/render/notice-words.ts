/**
 * What each kind of notice says. A new kind is one entry here, its facts in `model/notice.ts` and its texts in `model/words/`. Plain words: what happened,
 * what it means, what to do. Editors are written to in English, the language of the desk; readers in theirs.
 */
import type { BrandChoices } from '../model/brand.ts';
import type { DrawnFacts, NoticeKind } from '../model/notice.ts';
import type { Fills, Key, Words } from '../model/words/catalogue.ts';
import { languages } from '../model/words/words.ts';

/** The publication as a notice names it. */
export interface NoticeMasthead {
  slug: string;
  name: string;
  /** May be empty. */
  postalAddress: string;
  /** Where the service is reached, without a slash at the end. */
  baseUrl: string;
  /** Its own look; absent for Galley's. */
  brand?: BrandChoices;
}

/** A piece of a sentence: plain words, a name that somebody typed (in any script), or a command to be copied. */
export type Piece = string | { name: string } | { command: string };

export interface NoticeWords {
  /** The language it is in, as a BCP 47 tag, and its direction. */
  language: string;
  direction: 'ltr' | 'rtl';
  subject: string;
  paragraphs: Piece[][];
  /** Where a click leads. */
  action: { label: string; url: string };
  /** Why it came. */
  because: string;
}

/** A text with pieces in it. */
const pieces = <K extends Key>(words: Words, key: K, ...fills: Fills<K, Piece>): Piece[] => words.pieces<K, Piece>(key, ...fills);

type Said = Pick<NoticeWords, 'subject' | 'paragraphs' | 'action'> & Partial<Pick<NoticeWords, 'because'>>;
type Wording = {
  [K in NoticeKind]: (facts: Extract<DrawnFacts, { kind: K }>, say: { words: Words; masthead: NoticeMasthead; name: Piece }) => Said;
};

const desk = (words: Words, { baseUrl }: NoticeMasthead) => ({ label: words.text('editor.button'), url: `${baseUrl}/console` });

const wording: Wording = {
  'sign-in': ({ token, minutes: count }, { words, masthead }) => ({
    subject: words.text('editor.sign-in', { publication: masthead.name }),
    paragraphs: [[words.text('editor.sign-in.lede', { count })], [words.text('editor.sign-in.not')]],
    action: { label: words.text('editor.sign-in.button'), url: `${masthead.baseUrl}/console/link/${token}` },
    because: words.text('editor.sign-in.because'),
  }),
  invitation: ({ token, by, role, days: count }, { words, masthead, name }) => ({
    subject: words.text('editor.invitation', { by, publication: masthead.name }),
    paragraphs: [pieces(words, 'editor.invitation.lede', { publication: name, role }), [words.text('editor.invitation.days', { count })]],
    action: { label: words.text('editor.invitation.button'), url: `${masthead.baseUrl}/console/link/${token}` },
    because: words.text('editor.invitation.because', { by }),
  }),
  'slot-empty': ({ at, zone, next }, { words, masthead, name }) => ({
    subject: words.text('editor.slot-empty', { publication: masthead.name }),
    paragraphs: [
      pieces(words, 'editor.slot-empty.lede', { publication: name, day: describeTime(at), zone }),
      pieces(words, 'editor.slot-empty.next', {
        day: describeTime(next),
        command: { command: `galley issue approve ${masthead.slug}/NUMBER` },
      }),
      pieces(words, 'editor.slot-empty.now', { command: { command: `galley send ${masthead.slug}/NUMBER` } }),
      [words.text('editor.slot-empty.nothing')],
    ],
    action: desk(words, masthead),
  }),
  'slot-near': ({ at, zone, days: count, missing, issue = '' }, { words, masthead, name }) => ({
    subject: words.text('editor.slot-near', { publication: masthead.name, count }),
    paragraphs: [
      pieces(words, 'editor.slot-near.lede', { publication: name, day: describeTime(at), zone }),
      missing === 'issue'
        ? [words.text('editor.slot-near.issue')]
        : pieces(words, `editor.slot-near.${missing}` as const, { issue: { name: issue } }),
    ],
    action: desk(words, masthead),
  }),
  'slot-skipped': ({ at, zone, hours: count, next }, { words, masthead, name }) => ({
    subject: words.text('editor.slot-skipped', { publication: masthead.name }),
    paragraphs: [
      pieces(words, 'editor.slot-skipped.lede', { publication: name, day: describeTime(at), zone, count }),
      pieces(words, 'editor.slot-skipped.next', { day: describeTime(next) }),
    ],
    action: desk(words, masthead),
  }),
  'approval-void': ({ issue }, { words, masthead }) => ({
    subject: words.text('editor.approval-void', { publication: masthead.name, issue }),
    paragraphs: [pieces(words, 'editor.approval-void.lede', { issue: { name: issue } }), [words.text('editor.approval-void.nothing')]],
    action: desk(words, masthead),
  }),
  'send-late': ({ send, at, zone, hours: count }, { words, masthead }) => ({
    subject: words.text('editor.send-late', { publication: masthead.name, send, count }),
    paragraphs: [
      pieces(words, 'editor.send-late.lede', { send: { name: send }, day: describeTime(at), zone, count }),
      pieces(words, 'editor.send-late.now', { command: { command: `galley resume ${send}` } }),
      pieces(words, 'editor.send-late.drop', { command: { command: `galley cancel ${send}` } }),
      [words.text('editor.send-late.nothing')],
    ],
    action: desk(words, masthead),
  }),
  'send-alarm': ({ send, cause, hard, complaints, attempts, paused }, { words, masthead }) => {
    const came = { send: { name: send }, attempts: attempts.toLocaleString('en-GB') };
    const bounces = cause === 'bounces';
    return {
      subject: words.text(`editor.alarm.${paused ? 'stopped.' : ''}${cause}` as const, { publication: masthead.name, send }),
      paragraphs: [
        bounces
          ? pieces(words, 'editor.alarm.bounces.lede', { ...came, count: hard })
          : pieces(words, 'editor.alarm.complaints.lede', { ...came, count: complaints }),
        [words.text(bounces ? 'editor.alarm.bounces.why' : 'editor.alarm.complaints.why')],
        ...(paused
          ? [
              [words.text('editor.alarm.stopped')],
              pieces(words, 'editor.alarm.on', { command: { command: `galley resume ${send}` } }),
              pieces(words, 'editor.alarm.drop', { command: { command: `galley cancel ${send}` } }),
            ]
          : [[words.text('editor.alarm.over')]]),
      ],
      action: desk(words, masthead),
    };
  },
  outage: ({ domains, hard, days, earlier }, { words, masthead }) => ({
    subject: words.text('editor.outage', { publication: masthead.name }),
    paragraphs: [
      pieces(words, 'editor.outage.lede', { domains: { name: domains.join(', ') }, count: hard }),
      [words.text('editor.outage.parked', { count: days })],
      pieces(words, 'editor.outage.earlier', {
        command: { command: `galley feedback undo --from ${earlier.from} --to ${earlier.to} --domain ${domains[0]}` },
      }),
      [words.text('editor.outage.nothing')],
    ],
    action: desk(words, masthead),
  }),
  'send-halted': ({ send, reply }, { words, masthead }) => ({
    subject: words.text('editor.halted', { publication: masthead.name, send }),
    paragraphs: [
      pieces(words, 'editor.halted.lede', { send: { name: send } }),
      [{ name: reply }],
      [words.text('editor.halted.why')],
      pieces(words, 'editor.alarm.on', { command: { command: `galley resume ${send}` } }),
      pieces(words, 'editor.alarm.drop', { command: { command: `galley cancel ${send}` } }),
    ],
    action: desk(words, masthead),
  }),
  'relay-trouble': ({ send, trouble, minutes: count }, { words, masthead }) => ({
    subject: words.text('editor.relay', { publication: masthead.name, send }),
    paragraphs: [
      pieces(words, 'editor.relay.lede', { send: { name: send }, count }),
      [{ name: trouble }],
      [words.text('editor.relay.why')],
    ],
    action: desk(words, masthead),
  }),
  'signup-brake': ({ asked: count }, { words, masthead, name }) => ({
    subject: words.text('editor.brake', { publication: masthead.name }),
    paragraphs: [pieces(words, 'editor.brake.lede', { publication: name, count }), [words.text('editor.brake.nothing')]],
    action: desk(words, masthead),
  }),
  confirm: ({ token, days: count }, { words, masthead, name }) => ({
    subject: words.text('consent.mail', { publication: masthead.name }),
    paragraphs: [
      pieces(words, 'consent.mail.ask', { publication: name }),
      [words.text('consent.mail.do', { count })],
      [words.text('consent.mail.not')],
    ],
    action: { label: words.text('consent.mail.button'), url: `${masthead.baseUrl}/c/${token}` },
  }),
  known: ({ token }, { words, masthead, name }) => ({
    subject: words.text('consent.known', { publication: masthead.name }),
    paragraphs: [pieces(words, 'consent.known.lede', { publication: name })],
    action: { label: words.text('preferences.title'), url: `${masthead.baseUrl}/p/${token}` },
  }),
  welcome: ({ token, latest }, { words, masthead, name }) => ({
    subject: words.text('consent.welcome', { publication: masthead.name }),
    paragraphs: [
      pieces(words, 'consent.welcome.lede', { publication: name }),
      ...(latest === undefined ? [] : [pieces(words, 'consent.welcome.latest', { title: { name: latest.title } })]),
    ],
    action:
      latest === undefined
        ? { label: words.text('preferences.title'), url: `${masthead.baseUrl}/p/${token}` }
        : {
            label: words.text('consent.welcome.button'),
            url: `${masthead.baseUrl}/${encodeURIComponent(masthead.slug)}/${encodeURIComponent(latest.number)}`,
          },
  }),
  left: ({ token, until, zone }, { words, masthead, name }) => ({
    subject: words.text('leave.mail', { publication: masthead.name }),
    paragraphs: [pieces(words, 'leave.mail.lede', { publication: name }), [words.text('leave.mail.undo', { day: words.day(until, zone) })]],
    action: { label: words.text('leave.undo'), url: `${masthead.baseUrl}/u/${token}` },
  }),
  paused: ({ token, until, zone }, { words, masthead, name }) => {
    const day = words.day(until, zone);
    return {
      subject: words.text('preferences.mail', { publication: masthead.name, day }),
      paragraphs: [pieces(words, 'preferences.mail.lede', { publication: name, day }), [words.text('preferences.mail.not')]],
      action: { label: words.text('preferences.title'), url: `${masthead.baseUrl}/p/${token}` },
    };
  },
  own: ({ token, minutes: count }, { words, masthead }) => ({
    subject: words.text('own.mail', { publication: masthead.name }),
    paragraphs: [[words.text('own.mail.lede', { count })], [words.text('own.mail.not')]],
    action: { label: words.text('own.mail.button'), url: `${masthead.baseUrl}/c/${token}` },
  }),
  'new-address': ({ token, days: count }, { words, masthead }) => ({
    subject: words.text('own.change', { publication: masthead.name }),
    paragraphs: [[words.text('own.change.lede', { count })], [words.text('consent.mail.not')]],
    action: { label: words.text('consent.mail.button'), url: `${masthead.baseUrl}/c/${token}` },
  }),
  'full-issue': ({ token, number }, { words, masthead }) => ({
    subject: words.text('pdf.mail', { publication: masthead.name }),
    paragraphs: [pieces(words, 'pdf.mail.lede', { number: { name: number } }), [words.text('pdf.mail.not')]],
    action: {
      label: words.text('pdf.mail.button'),
      url: `${masthead.baseUrl}/${encodeURIComponent(masthead.slug)}/${encodeURIComponent(number)}.pdf?link=${token}`,
    },
  }),
};

/** Puts the facts of a notice into words. */
export function wordsOf<K extends NoticeKind>(facts: Extract<DrawnFacts, { kind: K }>, masthead: NoticeMasthead): NoticeWords {
  const say: Wording[K] = wording[facts.kind as K];
  const toReader = 'language' in facts;
  const words = languages.wordsIn(toReader ? facts.language : 'en');
  const because = words.text(toReader ? 'consent.because' : 'editor.because');
  const { language, direction } = words;
  return { language, direction, because, ...say(facts, { words, masthead, name: { name: masthead.name } }) };
}

/** `Tuesday 1 December 2026, 09:00` from `2026-12-01T09:00+05:00`: the wall clock as it stands, no zone applied. */
function describeTime(at: string): string {
  const day = new Date(`${at.slice(0, 10)}T00:00Z`);
  const part = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...options }).format(day);
  return `${part({ weekday: 'long' })} ${part({ day: 'numeric', month: 'long', year: 'numeric' })}, ${at.slice(11, 16)}`;
}

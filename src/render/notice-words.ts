/** What each kind of notice says. A new kind is one entry here and its facts in `model/notice.ts`. Plain words: what happened, what it means, what to do. */
import type { BrandChoices } from '../model/brand.ts';
import type { DrawnFacts, NoticeKind } from '../model/notice.ts';

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
  subject: string;
  paragraphs: Piece[][];
  /** Where a click leads. */
  action: { label: string; url: string };
}

type Wording = { [K in NoticeKind]: (facts: Extract<DrawnFacts, { kind: K }>, masthead: NoticeMasthead) => NoticeWords };

const desk = ({ baseUrl }: NoticeMasthead) => ({ label: 'Open the desk', url: `${baseUrl}/console` });

const wording: Wording = {
  'slot-empty': ({ at, zone, next }, masthead) => {
    const { slug, name } = masthead;
    return {
      subject: `${name}: nothing was sent, no issue was approved`,
      paragraphs: [
        [
          'The slot of ',
          { name },
          ` on ${describeTime(at)} (${zone}) came, and no issue had been approved for it. So nothing was sent: no reader got anything.`,
        ],
        [`To send in the next slot, on ${describeTime(next)}, approve the issue: `, { command: `galley issue approve ${slug}/NUMBER` }],
        ['To send without waiting for it: ', { command: `galley send ${slug}/NUMBER` }],
        ['If you do nothing, nothing is sent.'],
      ],
      action: desk(masthead),
    };
  },
  'send-late': ({ send, at, zone, hours }, masthead) => ({
    subject: `${masthead.name}: ${send} is ${hours} hours late and waits for you`,
    paragraphs: [
      [
        { name: send },
        ` was to go out on ${describeTime(at)} (${zone}), while Galley was not running. It was found ${hours} hours late, so it has not been sent: nobody has got it yet, and no reader is lost.`,
      ],
      ['To send it now: ', { command: `galley resume ${send}` }],
      ['To drop it: ', { command: `galley cancel ${send}` }],
      ['If you do nothing, it goes on waiting.'],
    ],
    action: desk(masthead),
  }),
  'send-alarm': ({ send, cause, hard, complaints, attempts, paused }, masthead) => {
    const many =
      cause === 'bounces'
        ? `${hard} of the first ${attempts} mails came back: the servers say that these mailboxes are not there`
        : `${complaints} readers of the first ${attempts} mails called it spam`;
    const next: Piece[][] = paused
      ? [
          ['So it has stopped. Nobody else gets it until you say so, and nobody is lost.'],
          ['To let it go on: ', { command: `galley resume ${send}` }],
          ['To drop the rest: ', { command: `galley cancel ${send}` }],
        ]
      : [['It had gone out by then, so there was nothing to stop.']];
    return {
      subject: `${masthead.name}: ${send} ${paused ? 'has stopped: ' : ''}${cause === 'bounces' ? 'too much of it comes back' : 'too many readers complain'}`,
      paragraphs: [
        [{ name: send }, `: ${many}.`],
        [
          cause === 'bounces'
            ? 'Either the list is old or came from elsewhere, or a provider is out of order. Look at who it is before it goes on: providers judge a sender by this.'
            : 'Those who complained get nothing more. Ask whether the readers know that they subscribed: providers judge a sender by this.',
        ],
        ...next,
      ],
      action: desk(masthead),
    };
  },
};

/** Puts the facts of a notice into words. */
export function wordsOf<K extends NoticeKind>(facts: Extract<DrawnFacts, { kind: K }>, masthead: NoticeMasthead): NoticeWords {
  const say: Wording[K] = wording[facts.kind as K];
  return say(facts, masthead);
}

/** `Tuesday 1 December 2026, 09:00` from `2026-12-01T09:00+05:00`: the wall clock as it stands, no zone applied. */
function describeTime(at: string): string {
  const day = new Date(`${at.slice(0, 10)}T00:00Z`);
  const part = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...options }).format(day);
  return `${part({ weekday: 'long' })} ${part({ day: 'numeric', month: 'long', year: 'numeric' })}, ${at.slice(11, 16)}`;
}

/** What came back in plain words: a sentence's worth for every kind, reason, effect, state and event there is. */
import { domainsOf } from '../../model/breaker.ts';
import type { ConsentEvent, SubscriptionState } from '../../model/consent.ts';
import type { Effect, FoundBy, InboundState, InboundWay } from '../../model/event.ts';
import type { FeedbackKind, FeedbackReason, FeedbackScope } from '../../model/feedback.ts';

export const kindWords: Record<FeedbackKind, { one: string; many: string }> = {
  bounce: { one: 'Bounce', many: 'bounces' },
  delay: { one: 'Delay', many: 'delays' },
  complaint: { one: 'Complaint', many: 'complaints' },
  'auto-reply': { one: 'Automatic reply', many: 'automatic replies' },
  unsubscribe: { one: 'Wish to leave', many: 'wishes to leave' },
  other: { one: 'Something else', many: 'other mails' },
};

export const reasonWords: Record<FeedbackReason, string> = {
  'user-unknown': 'no such mailbox',
  moved: 'moved to another address',
  'domain-unknown': 'no such domain',
  'null-mx': 'the domain takes no mail',
  'mailbox-disabled': 'mailbox shut',
  'mailbox-full': 'mailbox full',
  rate: 'too many mails at once',
  filtered: 'taken for spam',
  policy: 'against the server’s rules',
  blocked: 'our server is on a block list',
  auth: 'SPF, DKIM or DMARC failed',
  relaying: 'the server does not take mail for this address',
  content: 'its content was refused',
  virus: 'taken for a virus',
  'too-large': 'too large',
  'remote-down': 'the server is out of order',
  network: 'the server could not be reached',
  expired: 'tried for days, given up',
  loop: 'went round in circles',
  protocol: 'the servers misunderstood each other',
  greylisted: 'asked to come again later',
  abuse: 'called spam by the reader',
  fraud: 'called fraud by the reader',
  'not-spam': 'called not spam by the reader',
  'auth-report': 'a report about our authentication',
  'opt-out': 'asked to be taken off',
  vacation: 'out of office',
  challenge: 'asks the sender to prove something',
  'read-receipt': 'a receipt',
  unknown: 'no reason that we know',
};

/** What an event did, as a label and as what it means. */
export const effectWords: Record<Effect | 'undone', { label: string; told: string }> = {
  none: { label: 'Nothing changed', told: 'It does not count against the reader.' },
  held: { label: 'Kept as a strike', told: 'It counts, and is not enough by itself.' },
  suspended: { label: 'Suspended', told: 'Nothing more is sent to this address.' },
  left: { label: 'Left', told: 'The reader was taken off at once.' },
  repeat: { label: 'Heard before', told: 'The same mail came back twice: it counts once.' },
  parked: { label: 'Waiting', told: 'Its provider seems out of order: it counts for nothing, and the mail is tried once more.' },
  retried: { label: 'Tried once more', told: 'It counted for nothing, and the mail went out again.' },
  late: { label: 'Too late', told: 'So long after its mail it is not believed.' },
  case: { label: 'For a person', told: 'It names a reader without proof that it is about our mail, so it does nothing.' },
  undone: { label: 'Taken back', told: 'It counts for nothing any more.' },
};

export const scopeWords: Record<FeedbackScope, string> = {
  recipient: 'the reader’s mailbox',
  domain: 'the reader’s domain',
  sender: 'us',
  auth: 'our authentication',
  message: 'the mail itself',
  relay: 'our relay',
  remote: 'the server on the other side',
  unknown: 'nobody can tell whom',
};

export const foundByWords: Record<FoundBy, string> = {
  row: 'our own relay said it while sending',
  envelope: 'the token in the address it came to',
  mail: 'the token in the mail that it returns',
  address: 'only the address it names, which proves nothing',
};

export const sourceWords: Record<InboundWay | 'answer', string> = {
  answer: 'an answer of the relay',
  listener: 'a mail to us',
  pipe: 'a mail handed over by a mail server',
};

export const inboundWords: Record<InboundState, string> = {
  waiting: 'It waits to be read.',
  read: 'It has been dealt with.',
  tray: 'It is in the tray: a person should say what it is.',
  excess: 'It is kept and was not acted on.',
};

export const subscriptionWords: Record<SubscriptionState, { label: string; look: 'on' | 'half' | 'off' | 'bad' }> = {
  pending: { label: 'Not confirmed', look: 'half' },
  active: { label: 'Reading', look: 'on' },
  paused: { label: 'Paused', look: 'off' },
  left: { label: 'Left', look: 'off' },
  suspended: { label: 'Suspended', look: 'bad' },
};

export const consentWords: Record<ConsentEvent, string> = {
  import: 'Came with an import',
  subscribe: 'Asked to subscribe',
  confirm: 'Said yes',
  leave: 'Left',
  undo: 'Took the leaving back',
  suspend: 'Suspended',
  reinstate: 'Put back',
  pause: 'Paused',
  resume: 'Ended the pause',
  erase: 'Erased',
};

const wayTable: Record<string, string> = {
  'one-click': 'by the mail program’s own button',
  page: 'on our page',
  api: 'through the API',
  own: 'on the page of their own data',
  import: 'by an import',
  mail: 'by mail',
  complaint: 'by a complaint',
  bounce: 'because of a bounce',
  person: 'by a person here',
  'import-undo': 'when the import that brought them was taken back',
};

/** How an event of consent came. */
export const wayWords = (way: string): string => wayTable[way] ?? way;

const suppressionTable: Record<string, string> = {
  complaint: 'The reader called a mail of ours spam.',
  'hard-bounce': 'Mail to it came back: the address is dead.',
  person: 'A person here asked for it.',
  erase: 'Its owner had all their data erased.',
  leave: 'Its owner left.',
};

export const suppressionWords = (reason: string): string => suppressionTable[reason] ?? reason;

const providerNames: Record<string, string> = {
  ...{ google: 'Google', microsoft: 'Microsoft', yahoo: 'Yahoo', apple: 'Apple', gmx: 'GMX', mailru: 'Mail.ru' },
  ...{ yandex: 'Yandex', netease: 'NetEase', tencent: 'Tencent', proton: 'Proton' },
};

/** A group of domains by the name people know it by. */
export const providerName = (group: string): string => providerNames[group] ?? group;

/** The name, and for a provider its domains: `Google (gmail.com, googlemail.com)`. */
export function providerWords(group: string): string {
  const domains = domainsOf(group);
  return domains.length > 1 ? `${providerName(group)} (${domains.join(', ')})` : providerName(group);
}

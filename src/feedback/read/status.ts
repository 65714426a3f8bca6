/** A delivery status judged: each recipient's codes and words weighed against each other and against what the report says to people. */
import type { FeedbackKind, FeedbackRecipient, FeedbackReport } from '../../model/feedback.ts';
import { oneLine } from '../../model/smtp-reply.ts';
import { classifyFirst, type Judgement, type Refusal } from './classify.ts';
import { readFacts, replyIn, vague } from './diagnostic.ts';
import type { DeliveryStatus, StatusRecipient } from './dsn.ts';
import { field } from './fields.ts';
import type { Mail } from './mail.ts';
import { recipientsInNotice, textAbout } from './notice.ts';
import { gatewayOf, oursIn } from './writer.ts';

/** Judges every recipient. The report is a bounce when one failed, else a delay when one is delayed, else neither. */
export function judgeStatus(mail: Mail, status: DeliveryStatus): Pick<FeedbackReport, 'kind' | 'recipients'> {
  const addresses = status.recipients.map(({ address }) => address);
  const named = addresses.every((address) => !address.includes('@')) ? recipientsInNotice(mail.notice, []) : [];
  const judged = status.recipients.map((recipient, index) => {
    const address = recipient.address.includes('@') ? recipient.address : (named[index]?.address ?? recipient.address);
    return judge(mail, status, { ...recipient, address }, addresses);
  });
  for (const { kind, recipient } of judged) if (kind === 'bounce' && anotherGotIt(recipient, status.recipients)) recipient.arrived = true;
  const kinds = judged.map(({ kind }) => kind);
  const kind = kinds.includes('bounce') ? 'bounce' : kinds.includes('delay') ? 'delay' : 'other';
  // of several, those who got it are no news
  const news = kind === 'bounce' ? judged.filter((one) => one.kind !== 'other') : judged;
  return { kind, recipients: merged(news.map(({ recipient }) => recipient)) };
}

/** RFC 3464 2.3.3. Of addresses that are not said to stand for different ones, any that got the mail counts: our mails have one recipient each. */
function anotherGotIt({ address, original }: FeedbackRecipient, all: readonly StatusRecipient[]): boolean {
  return all.some(
    (other) =>
      /^(?:deliver|relay|expand)/.test(other.action) &&
      !isSame(other.address, address) &&
      (original === undefined || other.original === undefined || isSame(other.original, original)),
  );
}

const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

function judge(
  mail: Mail,
  status: DeliveryStatus,
  given: StatusRecipient,
  all: readonly string[],
): { kind: FeedbackKind; recipient: FeedbackRecipient } {
  const kind = kindOf(given);
  const provider = [
    given.remote,
    field(status.message, 'reporting-mta'),
    given.address.replace(/^.*@/, ''),
    field(mail.fields, 'from'),
    gatewayOf(mail),
  ].join(' ');
  const { judgement, code, codes, words } = weigh(given, all.length > 20 ? '' : textAbout(mail.notice, given.address, all), {
    provider,
    ours: oursIn(mail, given.address),
  });
  const none = kind !== 'bounce';
  return {
    kind,
    recipient: {
      address: given.address,
      ...(given.original !== undefined && { original: given.original }),
      ...(codes !== '' && { status: codes }),
      ...(code !== undefined && { code }),
      reason: judgement.reason,
      scope: judgement.scope,
      class: none ? 'none' : judgement.class,
      ...(words !== '' && { diagnostic: oneLine(words) }),
    },
  };
}

function kindOf({ action, status, diagnostic }: StatusRecipient): FeedbackKind {
  if (/^delay/.test(action)) return 'delay';
  if (/^(?:deliver|relay|expand)/.test(action)) return 'other';
  if (action === '' && (status.startsWith('2') || (status === '' && diagnostic === ''))) return 'other';
  return 'bounce';
}

interface Weighed {
  judgement: Judgement;
  code: string | undefined;
  codes: string;
  words: string;
}

/**
 * The code inside the diagnostic text is the refusing server's own; the Status field is the reporting server's reading of it and often `5.0.0`. What the
 * report says to people is asked where the diagnostic says nothing: there Exim, Postfix and Exchange name the step and the words.
 */
function weigh({ status, diagnostic, hearsay }: StatusRecipient, said: string, known: Pick<Refusal, 'provider' | 'ours'>): Weighed {
  const own = readFacts(diagnostic);
  const told = readFacts(said);
  const codes =
    [own.status, status, own.code === undefined ? told.status : undefined].find((found) => found !== undefined && !vague(found)) ??
    (own.status || status || told.status || '');
  const code = own.code ?? (told.code && (codes === '' || told.code[0] === codes[0]) ? told.code : undefined);
  const step = own.step ?? told.step;
  const facts = {
    ...(code && { code }),
    ...(codes !== '' && { status: codes }),
    ...(step && { step }),
    ...(hearsay && code === undefined && { hearsay }),
    ...known,
  };
  const judgement = classifyFirst(facts, [diagnostic, replyIn(said), said]);
  return { judgement, code, codes, words: diagnostic || judgement.text };
}

/** One entry per address: of two about the same, the one that says more. */
function merged(recipients: readonly FeedbackRecipient[]): FeedbackRecipient[] {
  const byAddress = new Map<string, FeedbackRecipient>();
  for (const recipient of recipients) {
    const key = recipient.address.toLowerCase();
    const known = byAddress.get(key);
    if (!known || (known.reason === 'unknown' && recipient.reason !== 'unknown')) byAddress.set(key, recipient);
  }
  return [...byAddress.values()];
}

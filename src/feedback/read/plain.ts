/** Reports in running text: recognised by their words and their writer, their recipients found line by line. */
import type { FeedbackRecipient, FeedbackReport } from '../../model/feedback.ts';
import { oneLine } from '../../model/smtp-reply.ts';
import { addressesIn } from './addresses.ts';
import { isChallenge, isVacation } from './automatic.ts';
import { classifyFirst } from './classify.ts';
import { readFacts, replyIn } from './diagnostic.ts';
import { delays, failures, reporterName } from './dialects.ts';
import { every, field } from './fields.ts';
import type { Mail } from './mail.ts';
import { bareNames, type NoticeRecipient, namesPlainly, recipientsInNotice, textAbout } from './notice.ts';
import { returnedRecipients } from './origin.ts';
import { domainUnknownWords, mailboxFullWords, unknownUser } from './words-recipient.ts';
import { gatewayOf, hasNullPath, hasReportSubject, isByServer, oursIn } from './writer.ts';

/** Reads a report in running text; undefined when the mail is none. */
export function readPlainReport(mail: Mail): Pick<FeedbackReport, 'kind' | 'recipients'> | undefined {
  const said = mail.notice
    .replace(/^[ \t]*>(?!>>).*$/gm, ' ')
    .replace(/\s+/g, ' ')
    .slice(0, 8000);
  const failedField = every(mail.fields, 'x-failed-recipients').flatMap(addressesIn);
  if (!isReport(mail, said, failedField.length > 0)) return undefined;
  const recipients = recipientsOf(mail, failedField);
  const isDelay =
    delays.some(({ mark }) => mark.test(said)) ||
    (/\b(?:delayed|delay|warning)\b/i.test(mail.subject) && !/\b(?:fail|undeliver|returned)/i.test(mail.subject));
  const provider = [field(mail.fields, 'from'), ...every(mail.fields, 'received').slice(-1), gatewayOf(mail)].join(' ');
  const judged = recipients.map((recipient) => judge(recipient, mail, provider, { isDelay, alone: recipients.length === 1 }));
  // Postfix reports so of mails that it was asked to try: everybody was reached
  if (judged.every(({ status }) => status?.startsWith('2')))
    return { kind: 'other', recipients: judged.map((recipient) => ({ ...recipient, class: 'none' })) };
  return { kind: isDelay ? 'delay' : 'bounce', recipients: judged };
}

/** Small servers say why and nothing more. */
function saysWhy(said: string): boolean {
  return [unknownUser, mailboxFullWords, domainUnknownWords].some((words) => words.test(said.slice(0, 1200)));
}

/** Two of three: the words of a report, its subject, its writer; without the writer, a code or a list of recipients too. A person who quotes one has the words at most. */
function isReport(mail: Mail, said: string, hasFailedField: boolean): boolean {
  if (hasFailedField) return true;
  if (mail.headless) return failures.some(({ mark }) => mark.test(said)) && /@/.test(said) && /\b[45](?:\d\d|\.\d+\.\d+)\b/.test(said);
  if (isChallenge(mail) && !/\b[45]\d\d[ -]|\b[45]\.\d{1,3}\.\d{1,3}\b/.test(said)) return false;
  const from = field(mail.fields, 'from');
  const byList = field(mail.fields, 'x-mlserver') !== '';
  const byMachine = isByServer(mail) || byList;
  const isList = field(mail.fields, 'list-unsubscribe') !== '' || field(mail.fields, 'list-id') !== '';
  if (isList && !/mailer-daemon|postmaster/i.test(from) && !hasNullPath(mail.fields)) return false;
  const subject = hasReportSubject(mail);
  const words =
    failures.some(({ mark }) => mark.test(said)) ||
    delays.some(({ mark }) => mark.test(said)) ||
    (reporterName.test(from) && saysWhy(said) && namesPlainly(mail.notice));
  if (/multipart\/report/.test(mail.contentType) && /delivery-status/.test(mail.contentType)) return words || subject || byMachine;
  if (byList || reporterName.test(from)) return words || subject;
  if (byMachine && isVacation(mail)) return false;
  const definite = (/@/.test(said) && /\b[45]\d\d[ -]|\b[45]\.\d{1,3}\.\d{1,3}\b/.test(said)) || namesPlainly(mail.notice);
  // a shop that could not deliver a parcel has the words and the subject too, and programs answer for people
  return byMachine ? [words, subject, definite].filter(Boolean).length >= 2 : words && subject && definite;
}

/**
 * X-Failed-Recipients of Exim and Gmail has whom the mail was for; the text may name whom it was forwarded to, beside them. Where the text names others
 * and none of the field, somebody rewrote the field on the way.
 */
function recipientsOf(mail: Mail, failed: readonly string[]): NoticeRecipient[] {
  const said = mail.notice.toLowerCase();
  const inText = named(mail);
  const rewritten =
    !failed.some((address) => said.includes(address.toLowerCase())) &&
    inText.some(({ address }) => address !== '' && said.includes(address.toLowerCase()));
  return failed.length === 0 || rewritten ? inText : aboutEach(mail.notice, [...new Set(failed)]);
}

function named(mail: Mail): NoticeRecipient[] {
  const people = [field(mail.fields, 'from'), ...every(mail.fields, 'to')].flatMap(addressesIn);
  const list = field(mail.fields, 'x-mlserver') === '' ? undefined : /^(.+)-admin(@.+)$/i.exec(people[0] ?? '');
  if (list) return [{ address: `${list[1]}${list[2]}`, text: mail.notice }]; // a list manager names who wrote, not whom it refused for
  const found = recipientsInNotice(mail.notice, people);
  if (found.length > 0) return found;
  const bare = bareNames(mail.notice, addressesIn(field(mail.fields, 'from'))[0]);
  if (bare.length > 0) return bare.map((address) => ({ address, text: mail.notice }));
  const returned = returnedRecipients(mail.returned, mail.returnedText);
  return (returned.length > 0 ? returned : ['']).map((address) => ({ address, text: mail.notice }));
}

function aboutEach(notice: string, addresses: readonly string[]): NoticeRecipient[] {
  return addresses.map((address) => ({ address, text: textAbout(notice, address, addresses) }));
}

function judge(
  { address, text }: NoticeRecipient,
  mail: Mail,
  provider: string,
  { isDelay, alone }: { isDelay: boolean; alone: boolean },
): FeedbackRecipient {
  // some say why first and whom afterwards
  const said = alone || text.replaceAll(address, '').replace(/[^\p{L}]/gu, '').length < 12 ? mail.notice.slice(0, 6000) : '';
  const own = readFacts(text.slice(0, 6000));
  const facts = own.code || own.status || said === '' ? own : readFacts(said);
  const { code, status } = facts;
  const words = [replyIn(text), text, replyIn(said), said];
  const judgement = classifyFirst({ ...facts, provider: `${provider} ${address.replace(/^.*@/, '')}`, ours: oursIn(mail, address) }, words);
  return {
    address,
    ...(status && { status }),
    ...(code && { code }),
    reason: judgement.reason,
    scope: judgement.scope,
    class: isDelay ? 'none' : judgement.class,
    ...(judgement.text.trim() !== '' && { diagnostic: oneLine(judgement.text.slice(0, 2000)) }),
  };
}

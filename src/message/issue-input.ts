/** What the mail of an issue is composed from: the same for a send and for a test of it. */
import { createHash } from 'node:crypto';
import type { MessageInput } from './message.ts';

export interface IssueMail {
  publication: { slug: string; name: string; fromAddress: string; replyTo: string | null };
  edition: { subject: string; email: string; plainText: string };
  /** What Feedback-ID calls it: a send by its number, or `test`. */
  campaign: string;
  date: number;
  baseUrl: string;
  bounceDomain: string | undefined;
  leaveByMail?: boolean | undefined;
}

export function issueInput({ publication, edition, campaign, date, baseUrl, bounceDomain, leaveByMail }: IssueMail): MessageInput {
  const { slug, name, fromAddress, replyTo } = publication;
  const fromDomain = fromAddress.slice(fromAddress.lastIndexOf('@') + 1);
  return {
    from: { name, address: fromAddress },
    ...(replyTo !== null && { replyTo }),
    listName: name,
    listId: `${slug}.lists.${fromDomain}`,
    subject: edition.subject,
    email: edition.email,
    text: edition.plainText,
    date,
    baseUrl,
    bounceDomain: bounceDomain ?? fromDomain,
    leaveByMail,
    feedbackId: `${campaign}:${slug}:issue:${senderId(fromDomain)}`,
  };
}

/** The last part of Feedback-ID: 5 to 15 characters, the same for all mail of a sender (Gmail's feedback loop). */
function senderId(domain: string): string {
  return `g${createHash('sha256').update(domain.toLowerCase()).digest('hex').slice(0, 11)}`;
}

/** A mail that is the editors' to answer is passed on as it came: a notice whose message it is, so that it goes out like one and is never lost or doubled. */
import { readOwnAddress } from '../message/message.ts';
import type { WaitingInbound } from '../store/inbound.ts';
import { forwardedSince, forwardToEditors } from '../store/notices.ts';
import { listPublications, type Publication } from '../store/publications.ts';
import type { ActDeps } from './act.ts';

const hour = 3_600_000;
/** Mails passed on in an hour: more is a storm, and nobody reads it. It stays in the tray. */
const forwardsPerHour = 60;
const largestForward = 10 * 1024 * 1024;

/** Passes a mail on to the editors of a publication; of one that names none, to those whose domain it came to, else of the first publication. */
export function forward(
  { db, rehearsal, bounceDomain, log, now }: Pick<ActDeps, 'db' | 'rehearsal' | 'bounceDomain' | 'log' | 'now'>,
  mail: Pick<WaitingInbound, 'id' | 'recipients' | 'raw'>,
  publicationId: number | undefined,
): { state: 'read' | 'tray'; note: string } {
  const publication = addressee(listPublications(db), mail.recipients, publicationId);
  if (publication === undefined) return { state: 'tray', note: 'there is no publication to whose editors it could go' };
  if (mail.raw.length > largestForward) return { state: 'tray', note: 'too large to be passed on' };
  if (forwardedSince(db, now() - hour) >= forwardsPerHour)
    return { state: 'tray', note: `more than ${forwardsPerHour} mails to pass on within an hour` };
  const template = JSON.stringify({ bounceDomain: bounceDomain ?? domainOf(publication), pieces: [withLineEnds(mail.raw)] });
  const fresh = forwardToEditors(db, { publication, rehearsal, inbound: mail.id, template, now: now() });
  if (fresh) log.info('feedback.forwarded', { inbound: mail.id, publication: publication.slug });
  return { state: 'read', note: 'passed on to the editors' };
}

const domainOf = ({ fromAddress }: Publication): string => fromAddress.slice(fromAddress.lastIndexOf('@') + 1).toLowerCase();

function addressee(all: readonly Publication[], recipients: readonly string[], id: number | undefined): Publication | undefined {
  const domains = recipients.map((recipient) => readOwnAddress(recipient)?.domain);
  return all.find((publication) => publication.id === id) ?? all.find((publication) => domains.includes(domainOf(publication))) ?? all[0];
}

/** The octets as a text of one letter each, with the line ends SMTP needs (RFC 5321 section 2.3.8), and the last line ended. */
function withLineEnds(raw: Buffer): string {
  const text = raw.toString('latin1').replace(/\r\n|\r|\n/g, '\r\n');
  return text.endsWith('\r\n') ? text : `${text}\r\n`;
}

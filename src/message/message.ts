/**
 * One reader's mail as bytes. What is the same for all readers of a send is composed once; a reader's address and tokens are spliced in, and the result
 * signed. Header rules: RFC 5322, 2045 to 2049, 2369, 2919, 8058.
 */
import { createHash } from 'node:crypto';
import { AppError } from '../errors.ts';
import { nameAs } from '../model/reader-name.ts';
import { tokenLength } from '../model/token.ts';
import { type BodyHasher, openBodyHasher } from './canonical.ts';
import { asciiDomain, clean, folded, mailbox, named, ownMailbox, unstructured } from './headers.ts';
import { type BodySlot, base64Lines, type EncodedBody, encodeBody, type NameSlot, ownLines, type Piece } from './transfer.ts';

export { type Dkim, type DkimKey, readDkim } from './dkim.ts';
export { checkRecords, type RecordCheck, type TxtLookup } from './dkim-dns.ts';
export { type DkimRecord, dkimRecord } from './dkim-record.ts';
export { type IssueMail, issueInput } from './issue-input.ts';
export { type OwnAddress, readOwnAddress } from './own-address.ts';
export { openSigner, type Signer } from './signer.ts';

export interface MessageInput {
  from: { name: string; address: string };
  replyTo?: string;
  /** Name of the publication, as readers know it. */
  listName: string;
  /** Such as `tidewater.lists.example.org`: the same for the life of the list (RFC 2919). */
  listId: string;
  subject: string;
  /** HTML part, with the placeholders of `model/edition.ts` where the reader's tokens go. Without one the mail is its text alone. */
  email?: string;
  /** Plain-text part, same placeholders. */
  text: string;
  /** Milliseconds UTC. The send's own instant, so that a resend is byte for byte the same. */
  date: number;
  /** Where the service is reached, without a slash at the end. */
  baseUrl: string;
  bounceDomain: string;
  /** Whether somebody reads what is mailed to the bounce domain: only then may a reader leave by mail. */
  leaveByMail?: boolean | undefined;
  /** `campaign:list:type:sender`, for Gmail's feedback loop. */
  feedbackId: string;
  /** Whether it is a test of an issue, which says so in a header of its own. */
  test?: boolean;
}

/** Who a publication's mail comes from, and where answers go. */
export interface Sender {
  /** As readers see it; may be empty. */
  name: string;
  address: string;
  replyTo?: string | undefined;
}

/** Everything that is the same for the readers of a send. JSON-safe: it travels through Redis. */
export interface MessageTemplate {
  bounceDomain: string;
  pieces: Piece[];
}

export interface Addressee {
  address: string;
  /** Token of kind `delivery` or `notice`: names this message in Message-ID, envelope sender and ENVID. */
  delivery: string;
  /** Token of kind `leave`, for the links and headers; a notice has none. */
  leave?: string | undefined;
  /** Token of kind `preferences`, for the link in the body; messages composed before there was one take none. */
  preferences?: string | undefined;
  /** Token of kind `pdf`, for the link to the full issue where only readers may have it. */
  pdf?: string | undefined;
  /** What the reader is called; used where the message has a place for it, which shows its fallback to who has none. */
  name?: string | undefined;
}

export interface PersonalMessage {
  envelope: { from: string; to: string; envid: string };
  /** The message with CRLF line ends, unsigned, not dot-stuffed. UTF-8 stands in it only where the reader's own address needs it. */
  bytes: Buffer;
  /** As `Unsigned` of `dkim.ts` has it. */
  bodyHash?: (() => string) | undefined;
}

/** What a notice is made of; every field as in `MessageInput`. */
export type NoticeInput = Pick<MessageInput, 'from' | 'replyTo' | 'subject' | 'text' | 'date' | 'bounceDomain'> & { email: string };

/**
 * Composes a notice: a mail that a program wrote by itself, so that no other program answers it (RFC 3834 section 5), and none of a list. Fill it in with
 * `personalise`, without a token to leave by. Throws as `composeTemplate`.
 */
export function composeNotice(input: NoticeInput): MessageTemplate {
  const sender = senderFields({ ...input.from, replyTo: input.replyTo });
  const bounceDomain = checked('bounce domain', asciiDomain(input.bounceDomain), input.bounceDomain);
  const automatic = ['Auto-Submitted: auto-generated\r\n', 'X-Auto-Response-Suppress: All\r\n'];
  return { bounceDomain, pieces: joined([...opening(sender, input), ...automatic, ...body(input)]) };
}

/** Composes what all readers of a send share. The same input gives the same template. Throws AppError `message.address` or `message.header` for a wrong address or setting. */
export function composeTemplate(input: MessageInput): MessageTemplate {
  const sender = senderFields({ ...input.from, replyTo: input.replyTo });
  const bounceDomain = checked('bounce domain', asciiDomain(input.bounceDomain), input.bounceDomain);
  const listId = checked('list id', asciiDomain(input.listId), input.listId);
  const feedbackId = checked('feedback id', /^[\x21-\x7e]+$/.exec(input.feedbackId)?.[0] ?? '', input.feedbackId);
  const baseUrl = checked('base URL', /^https?:\/\/[!-;=?-~]+$/.exec(input.baseUrl)?.[0] ?? '', input.baseUrl);

  const pieces: Piece[] = [
    ...opening(sender, input),
    `List-Id: ${named('List-Id', input.listName, listId, { quoted: false })}\r\n`,
    // one HTTP URI, first (RFC 8058 section 3.1); the fold is between the URIs, never in one
    `List-Unsubscribe: <${baseUrl}/u/`,
    { slot: 'leave' },
    '>',
    ...(input.leaveByMail ? [',\r\n <mailto:u+', { slot: 'leave' as const }, `@${bounceDomain}?subject=unsubscribe>`] : []),
    '\r\n',
    'List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n',
    `Feedback-ID: ${folded('Feedback-ID', [clean(feedbackId)])}\r\n`,
    'Precedence: bulk\r\n',
    ...(input.test === true ? ['X-Galley-Test: yes\r\n'] : []),
    'X-Auto-Response-Suppress: OOF, AutoReply\r\n',
    ...body(input),
  ];
  return { bounceDomain, pieces: joined(pieces) };
}

/** The fields that every message begins with. */
function opening(sender: ReturnType<typeof senderFields>, { subject, date }: Pick<MessageInput, 'subject' | 'date'>): Piece[] {
  return [
    sender.from,
    'To: <',
    { slot: 'to' },
    '>\r\n',
    sender.replyTo,
    `Subject: ${unstructured('Subject', subject)}\r\n`,
    `Date: ${dateField(date)}\r\n`,
    'Message-ID: <',
    { slot: 'delivery' },
    `@${sender.domain}>\r\n`,
  ];
}

/** The MIME fields and both parts, or the text alone (RFC 2046 section 4.1). */
function body({ text, email }: Pick<MessageInput, 'text' | 'email'>): Piece[] {
  // between parts the last line end belongs to the boundary (RFC 2046 section 5.1.1); here the encoding itself ends the last line
  if (email === undefined) return ['MIME-Version: 1.0\r\n', ...part('text/plain', encodeBody(text.replace(/\n$/, ''), 'text'))];
  const boundary = boundaryOf({ text, email });
  return [
    'MIME-Version: 1.0\r\n',
    `Content-Type: multipart/alternative;\r\n boundary="${boundary}"\r\n\r\n`,
    `--${boundary}\r\n`,
    ...part('text/plain', encodeBody(text, 'text')),
    `--${boundary}\r\n`,
    ...part('text/html', encodeBody(email, 'html')),
    `--${boundary}--\r\n`,
  ];
}

/**
 * Throws the AppError `message.address` that `composeTemplate` would throw for this sender: an address or reply address that is none, or whose letters
 * before the @ are not plain. Any name can be composed, a line break in it becomes a space.
 */
export function checkSender(sender: Sender): void {
  senderFields(sender);
}

/** The From and Reply-To lines (the latter '' when there is no reply address), and the sender's domain for the Message-ID. */
function senderFields({ name, address, replyTo }: Sender): { from: string; replyTo: string; domain: string } {
  const from = ownMailbox('The sender', address);
  return {
    from: `From: ${named('From', name, from, { quoted: true })}\r\n`,
    replyTo: replyTo === undefined ? '' : `Reply-To: <${ownMailbox('The reply address', replyTo)}>\r\n`,
    domain: from.slice(from.lastIndexOf('@') + 1),
  };
}

/** Fills in one reader. Throws AppError `message.address` when the address cannot be mailed, a RangeError when a token is missing or none of ours. */
export function personalise(template: MessageTemplate, { address, delivery, leave, preferences, pdf, name }: Addressee): PersonalMessage {
  const to = mailbox(address);
  for (const token of [delivery, leave, preferences, pdf])
    if (token !== undefined && !tokenPattern.test(token)) throw new RangeError('not a token');
  const values = { to, delivery, leave, preferences, pdf };
  const tokenFor = (slot: keyof typeof values): string => {
    const value = values[slot];
    if (value === undefined)
      throw new RangeError(
        `this message needs a token ${slot === 'leave' ? 'to leave by' : slot === 'pdf' ? 'for the full issue' : 'for preferences'}`,
      );
    return value;
  };
  const { parts, bodyFrom, hasher } = compiled(template);
  const filled = parts.map((part) => {
    if (part instanceof Uint8Array) return part;
    if (part.slot === 'name') return ownLines(nameAs(part.part, name, part));
    const { slot, base64, between } = part;
    if (base64 === undefined) return Buffer.from(tokenFor(slot));
    const own = (which: BodySlot | NameSlot | typeof slot): string =>
      typeof which === 'string' ? tokenFor(which) : Buffer.from(nameAs(which.part, name, which)).toString('latin1');
    const whole = base64.map((run, i) => (i === 0 ? run : own(between?.[i - 1] ?? slot) + run)).join('');
    return Buffer.from(base64Lines(Buffer.from(whole, 'latin1')), 'latin1');
  });
  const own = (): Buffer[] => filled.filter((_, i) => i >= bodyFrom && !(parts[i] instanceof Uint8Array));
  return {
    envelope: { from: `b+${delivery}@${template.bounceDomain}`, to, envid: delivery },
    bytes: Buffer.concat(filled),
    bodyHash: hasher && (() => hasher.hash(own())),
  };
}

const tokenPattern = new RegExp(`^[a-z2-7]{${tokenLength}}$`);

type Slot = Exclude<Piece, string>;

/** A template as it is filled in, made at its first use in this process: fixed stretches as bytes, the body's beginning a stretch of its own. */
interface Compiled {
  parts: (Buffer | Slot)[];
  /** Which part the body begins with. */
  bodyFrom: number;
  /** Hashes bodies; undefined for a body that has to be read whole. */
  hasher: BodyHasher | undefined;
}

function compiled(template: MessageTemplate): Compiled {
  const known = ready.get(template);
  if (known) return known;
  const ends = template.pieces.findIndex((piece) => typeof piece === 'string' && piece.includes('\r\n\r\n'));
  const parts = template.pieces.flatMap((piece, i): (Buffer | Slot)[] => {
    if (typeof piece !== 'string') return [piece];
    if (i !== ends) return [Buffer.from(piece, 'latin1')];
    const end = piece.indexOf('\r\n\r\n') + 4;
    return [Buffer.from(piece.slice(0, end), 'latin1'), Buffer.from(piece.slice(end), 'latin1')];
  });
  const bodyFrom = ends + 1;
  const made = { parts, bodyFrom, hasher: hasherOf(parts.slice(bodyFrom)) };
  ready.set(template, made);
  return made;
}
const ready = new WeakMap<MessageTemplate, Compiled>();

/** Two slots in a row, or a slot at an end, have an empty stretch between them. A slot in base64 carries whole lines, and no blanks either. */
function hasherOf(body: readonly (Buffer | Slot)[]): BodyHasher | undefined {
  const stretches: Buffer[] = [];
  let wasSlot = true;
  for (const part of body) {
    const isSlot = !(part instanceof Uint8Array);
    if (isSlot && wasSlot) stretches.push(Buffer.alloc(0));
    if (!isSlot) stretches.push(part);
    wasSlot = isSlot;
  }
  if (wasSlot) stretches.push(Buffer.alloc(0));
  return openBodyHasher(stretches);
}

function part(type: string, { encoding, pieces }: EncodedBody): Piece[] {
  return [`Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`, ...pieces];
}

/** From the content alone, so the same for every reader and on every day. `=_` cannot occur in quoted-printable or base64 (RFC 2045 section 6.7, rule 5). */
function boundaryOf({ text, email }: { text: string; email: string }): string {
  return `=_${createHash('sha256').update(text).update('\0').update(email).digest('hex').slice(0, 32)}`;
}

/** RFC 5322 section 3.3. */
function dateField(instant: number): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime()))
    throw new AppError('message.header', `The date of the send, ${instant}, is not an instant in milliseconds`);
  return date.toUTCString().replace('GMT', '+0000');
}

function checked(what: string, value: string, given: string): string {
  if (value !== '') return value;
  throw new AppError('message.header', `The ${what} ${JSON.stringify(given)} cannot stand in a mail header`);
}

/** Neighbouring texts as one, so that a message is a handful of copies. */
function joined(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (typeof piece === 'string' && typeof last === 'string') result[result.length - 1] = last + piece;
    else result.push(piece);
  }
  return result;
}

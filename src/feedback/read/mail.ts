/** Opens a mail that came back: MIME undone by postal-mime, line ends made one, and everything cut to sizes that can be read in a moment. */
import PostalMime, { decodeWords } from 'postal-mime';
import { every, type Fields, field, readFields } from './fields.ts';
import { splitNotice } from './separators.ts';
import { cutLines, cutReturnedBody, cutSecondWording, oneLineEnd, plainText, tidyText } from './text.ts';

/** Letters of a mail that are looked at. Reports stand before what they send back; those of Microsoft 365 begin behind 64,000 letters of HTML. */
const lettersRead = 192 * 1024;
/** Letters of it that are taken apart, once what says nothing new is cut. */
const lettersParsed = 64 * 1024;
/** Octets that hold them whatever the line ends: CRLF counts twice. */
export const bytesRead = 2 * lettersRead;
/** A report has five parts, and a header of fifty lines. What has more than these is read as text: postal-mime is not asked to build it. */
const mostParts = 200;
const mostHeaderLines = 1000;
/** Lines that are looked at: postal-mime's time grows with their square where they are empty. */
const mostLines = 1500;
const deepest = 30;
/** Letters of a line: of MIME, where HTML may be all in one, and of what it decodes to. */
const longestLine = { mime: 16_000, text: 2000 };
const longestText = 48 * 1024;
const headerNames = ['from', 'to', 'subject', 'date', 'received', 'message-id', 'return-path', 'content-type'];

/** A part written for machines: a delivery status, a feedback report, a disposition notification. */
export interface ReportPart {
  kind: 'delivery-status' | 'feedback-report' | 'disposition-notification';
  text: string;
}

export interface Mail {
  fields: Fields;
  /** Decoded, on one line. */
  subject: string;
  /** Content-Type in lower case, parameters included. */
  contentType: string;
  /** It has no header: the words of a report alone, as people paste them. */
  headless: boolean;
  /** What the reporter says to people, before anything it sends back. */
  notice: string;
  reports: ReportPart[];
  /** Header of the mail that came back, as far as it was sent along. */
  returned: Fields;
  /** The same header and what follows it, as text. */
  returnedText: string;
  /** All of it, undecoded: for what stands in no part, or in one that its own boundary hides. */
  raw: string;
}

/** Never throws: what postal-mime cannot read is taken as text. Line ends CRLF, LF and CR give the same. */
export async function openMail(bytes: Uint8Array): Promise<Mail> {
  const letters = oneLineEnd(bytes.subarray(0, bytesRead)).slice(0, lettersRead);
  const raw = cutLines(cutReturnedBody(cutSecondWording(letters)).slice(0, lettersParsed), longestLine.mime, mostLines);
  const parsed = tooMuch(raw) ? undefined : await parse(raw);
  const fields = readFields(utf8(raw.slice(0, longestText).replace(/^(?:[ \t]*\n|>?From [^\n]*\n){1,50}/, '')));
  const headless = headerNames.every((name) => field(fields, name) === '');
  const text = parsed?.text.trim() && !headless ? parsed.text : tidy(utf8(bodyOf(raw, headless)));
  const { notice, rest } = splitNotice(text);
  const returnedText = parsed?.returned || rest;
  return {
    fields,
    subject: decoded(field(fields, 'subject')),
    contentType: every(fields, 'content-type').join(' ').toLowerCase(),
    notice,
    headless,
    reports: parsed?.reports ?? [],
    returned: readFields(returnedText.trimStart()),
    returnedText,
    raw,
  };
}

interface Parsed {
  text: string;
  reports: ReportPart[];
  returned: string;
}

const reportKind = /^message\/(?:global-)?(delivery-status|feedback-report|disposition-notification)$/;

async function parse(raw: string): Promise<Parsed | undefined> {
  try {
    const mail = await PostalMime.parse(Buffer.from(raw, 'latin1'), { forceRfc822Attachments: true, maxNestingDepth: deepest });
    const reports: ReportPart[] = [];
    let returned = '';
    let more = '';
    for (const { mimeType, content, filename } of mail.attachments) {
      const kind = reportKind.exec(mimeType)?.[1] as ReportPart['kind'] | undefined;
      if (kind === undefined && !/^(?:message|text)\//.test(mimeType)) continue;
      const text = textOf(content);
      if (kind !== undefined) reports.push({ kind, text });
      else if (returned === '' && (/^(?:message\/|text\/rfc822)/.test(mimeType) || isHeader(text))) returned = text;
      else if (/^text\//.test(mimeType) && !/\.(?:csv|ics|vcf)$/i.test(filename ?? '')) more += `\n${text}`;
    }
    const text = mail.text?.trim() ? mail.text : plainText((mail.html ?? '').slice(0, longestText));
    return { text: tidy(`${text.slice(0, longestText)}${more}`), reports, returned };
  } catch {
    return undefined;
  }
}

function isHeader(text: string): boolean {
  return splitNotice(`\n\n\n${text.slice(0, 2000)}`).notice.trim() === '';
}

function textOf(content: ArrayBuffer | Uint8Array | string): string {
  if (typeof content === 'string') return tidy(content);
  return tidy(
    utf8(
      Buffer.from(content as ArrayBuffer)
        .subarray(0, longestText)
        .toString('latin1'),
    ),
  );
}

function tidy(text: string): string {
  return tidyText(text.slice(0, longestText), longestLine.text);
}

function bodyOf(raw: string, headless: boolean): string {
  if (headless) return raw;
  const end = raw.indexOf('\n\n');
  return end === -1 ? '' : raw.slice(end + 2);
}

/** Octets as UTF-8 where they are, else as Latin-1, in which nothing is lost. */
function utf8(latin1: string): string {
  if (!/[\u0080-\u00ff]/.test(latin1)) return latin1;
  const text = Buffer.from(latin1, 'latin1').toString('utf8');
  return text.includes('\ufffd') ? latin1 : text;
}

function tooMuch(raw: string): boolean {
  const end = raw.indexOf('\n\n');
  return occursMoreThan(raw, '\n--', mostParts) || occursMoreThan(end === -1 ? raw : raw.slice(0, end), '\n', mostHeaderLines);
}

function occursMoreThan(text: string, what: string, times: number): boolean {
  let at = -1;
  for (let count = 0; count <= times; count += 1) {
    at = text.indexOf(what, at + 1);
    if (at === -1) return false;
  }
  return true;
}

/** Encoded words (RFC 2047) undone, on one line. */
export function decoded(value: string): string {
  try {
    return decodeWords(value.slice(0, 2000)).replace(/\s+/g, ' ').trim();
  } catch {
    return value;
  }
}

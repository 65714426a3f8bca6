/** Opens a mail that came back: MIME undone by postal-mime, line ends made one, and everything cut to sizes that can be read in a moment. */
import PostalMime, { decodeWords } from 'postal-mime';
import { every, type Fields, field, readFields } from './fields.ts';
import { splitNotice } from './separators.ts';

/** Octets of a mail that are looked at. Reports stand before what they send back; the largest real one in sight has 60 KB before it. */
const readBytes = 192 * 1024;
/** Lines with more parts behind them than any report has; postal-mime is not asked to build them. */
const mostParts = 200;
const deepest = 30;
const longestLine = 4000;
const headerNames = ['from', 'to', 'subject', 'date', 'received', 'message-id', 'return-path', 'content-type'];
const longestText = 64 * 1024;

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
  const raw = clip(withOneLineEnd(bytes.subarray(0, readBytes)));
  const parsed = countBoundaries(raw) > mostParts ? undefined : await parse(raw);
  const end = raw.search(/\n\n/);
  const fields = readFields(raw.replace(/^(?:[ \t]*\n|>?From [^\n]*\n)+/, ''));
  const headless = headerNames.every((name) => field(fields, name) === '');
  const body = headless ? raw : end === -1 ? '' : raw.slice(end + 2);
  const text = (parsed?.text.trim() && !headless ? parsed.text : body).slice(0, longestText);
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
    const options = { forceRfc822Attachments: true, maxNestingDepth: deepest };
    const mail = await PostalMime.parse(Buffer.from(raw, 'latin1'), options);
    const reports: ReportPart[] = [];
    let returned = '';
    let more = '';
    for (const { mimeType, content, filename } of mail.attachments) {
      const kind = reportKind.exec(mimeType)?.[1] as ReportPart['kind'] | undefined;
      if (kind !== undefined) reports.push({ kind, text: textOf(content) });
      else if ((/^(?:message\/|text\/rfc822)/.test(mimeType) || looksLikeHeader(textOf(content))) && returned === '')
        returned = textOf(content);
      else if (/^text\//.test(mimeType) && !/\.(?:csv|ics|vcf)$/i.test(filename ?? '')) more += `\n${textOf(content)}`;
    }
    return { text: `${plainText(mail)}${more}`, reports, returned: returned.slice(0, longestText) };
  } catch {
    return undefined;
  }
}

function looksLikeHeader(text: string): boolean {
  return splitNotice(`\n\n\n${text.slice(0, 2000)}`).notice.trim() === '';
}

function plainText({ text, html }: { text?: string | undefined; html?: string | undefined }): string {
  if (text?.trim()) return tidyText(text);
  return tidyText(
    (html ?? '').replace(/<(?:style|script)[^>]{0,2000}>[\s\S]{0,50000}?<\/(?:style|script)>/gi, ' ').replace(/<[^>]{1,2000}>/g, ' '),
  );
}

function textOf(content: ArrayBuffer | Uint8Array | string): string {
  if (typeof content === 'string') return tidyText(content);
  const bytes = Buffer.from(content as ArrayBuffer).subarray(0, longestText);
  const text = bytes.toString('utf8');
  return tidyText(text.includes('\ufffd') ? bytes.toString('latin1') : text);
}

/** One kind of line end and of space; controls as spaces; lines no longer than any server writes. */
function tidyText(text: string): string {
  return clip(
    text
      .slice(0, longestText)
      .replace(/\r\n?/g, '\n')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what it takes out
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u00a0\u200b\ufeff]/g, ' '),
  );
}

function withOneLineEnd(bytes: Uint8Array): string {
  return (
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      .toString('latin1')
      .replace(/\r\n?/g, '\n')
      .replaceAll('\0', ' ')
      // a parameter wrapped without indenting: else postal-mime takes the part behind it for text
      .replace(/^(content-type:[^\n]{1,200};)[ \t]*\n(?=(?:boundary|charset|name|report-type)=)/gim, '$1\n ')
  );
}

function clip(text: string): string {
  return text.length < longestLine ? text : text.replace(new RegExp(`([^\\n]{${longestLine}})[^\\n]+`, 'g'), '$1');
}

function countBoundaries(raw: string): number {
  let count = 0;
  for (let at = raw.indexOf('\n--'); at !== -1 && count <= mostParts; at = raw.indexOf('\n--', at + 3)) count += 1;
  return count;
}

function decoded(value: string): string {
  try {
    const text = decodeWords(/[\u0080-\u00ff]/.test(value) ? Buffer.from(value, 'latin1').toString('utf8') : value);
    return text.replace(/\s+/g, ' ').trim();
  } catch {
    return value;
  }
}

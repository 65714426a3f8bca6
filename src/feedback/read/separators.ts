/** Where a plain report ends and the mail it sends back begins: the lines that servers put between the two, as a table, and the look of a header. */

interface Separator {
  line: RegExp;
  why: string;
}

/** The first line of a report that fits any row ends what the reporter says. */
export const separators: readonly Separator[] = [
  {
    line: /^-{2,}\s*this is a copy of (?:the|your) message\b/i,
    why: 'Exim: "------ This is a copy of the message, including all the headers. ------"',
  },
  { line: /^-{2,}\s*the body of the message is\b/i, why: 'Exim, a long message: only its beginning is returned' },
  { line: /^-{2,}\s*below this line is\b/i, why: 'qmail and Yahoo: "--- Below this line is a copy of the message."' },
  { line: /^-{2,}\s*enclosed (?:is|are)\b/i, why: 'qmail in other hands: "--- Enclosed is a copy of the message."' },
  {
    line: /^[-=\s]*\b(?:un-?sent|undelivered|returned|rejected|failed|bounced|original) (?:message|mail|e-?mail)(?: (?:header|body|text)s?)?(?: follows?(?: below)?)?\.?:?[-=\s]*$/i,
    why: 'Sendmail 5 to 8, Gmail, Smail: "----- Unsent message follows -----", "----- Original message -----"',
  },
  {
    line: /^[-=\s]*message (?:headers?|text|body|contents?)(?: follows?| is following)?[-=:.\s]*$/i,
    why: 'Sendmail: "----- Message header follows -----"',
  },
  {
    line: /^[-=\s]*the (?:headers?|text|body) of (?:the|your) (?:original )?message\b.{0,40}$/i,
    why: 'GMX and 1&1: "--- The header of the original message is following. ---"',
  },
  {
    line: /^[-=\s]*(?:the )?(?:forwarded|original|unsent|returned) (?:message|mail|text) (?:follows|is (?:following|attached|below))\b/i,
    why: 'X.400 gateways, MMDF',
  },
  {
    line: /^[-=\s]*(?:included|below|following|here|attached) (?:is|are) (?:a copy of )?(?:the|your) (?:original )?(?:message|mail|headers?)\b/i,
    why: 'Yahoo, Verizon, Biglobe: "Below is a copy of the original message:"',
  },
  {
    line: /^[-=\s]*your (?:original )?(?:message|mail) (?:reads|was|follows|begins)\b.{0,30}[:-]\s*$/i,
    why: 'MMDF: "Your message begins as follows:"',
  },
  { line: /^\s*original message headers?:?\s*$/i, why: 'Exchange 2007 and later' },
  {
    line: /^[-=\s]*(?:start of|begin(?:ning)? of|begin) (?:the )?(?:returned|original|message|bounced|unsent|included)\b.{0,40}$/i,
    why: 'VM/SMTP, PMDF',
  },
  {
    line: /^\s*-{3,}\s*(?:urspr.{1,3}ngliche nachricht|message d'origine|mensaje original|mensagem original|messaggio originale|исходное сообщение|оригинальное сообщение)\s*-*\s*$/iu,
    why: 'the same in other languages',
  },
  { line: /^[*=-]{3,}\s*(?:original|returned|message) [\w ]{0,30}[*=-]{3,}$/i, why: 'a heading between rules' },
];

const header =
  /^(?:return-path|received|message-id|mime-version|dkim-signature|x-mailer|x-originating-ip|delivered-to|from|to|subject|date|reply-to|content-type):\s?\S/i;
const surelyHeader =
  /^(?:return-path:\s*<|received:\s*(?:from|by|\(|id)|message-id:\s*<|mime-version:\s*1|dkim-signature:|x-mailer:|envelope-)/i;

/**
 * Splits the text of a report into what it says and what it sends back. A header in the text counts as sent back from its first line on: three lines that
 * look like header fields within five, one of which no report would write about itself.
 */
export function splitNotice(text: string): { notice: string; rest: string } {
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line.length > 200 && !header.test(line)) continue;
    const begins = at > 0 && separators.some((separator) => separator.line.test(line));
    if (!begins && !(at > 2 && header.test(line) && beginsHeader(lines, at))) continue;
    return { notice: lines.slice(0, at).join('\n'), rest: lines.slice(begins ? at + 1 : at).join('\n') };
  }
  return { notice: text, rest: '' };
}

function beginsHeader(lines: readonly string[], at: number): boolean {
  let fields = 0;
  let sure = false;
  for (const line of lines.slice(at, at + 8)) {
    if (/^[ \t]+\S/.test(line)) continue;
    if (/^[A-Za-z][A-Za-z-]{1,40}:/.test(line)) fields += 1;
    else break;
    if (surelyHeader.test(line)) sure = true;
  }
  return fields >= 2 && sure;
}

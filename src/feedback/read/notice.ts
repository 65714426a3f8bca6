/** Who was not reached, out of what a report says to people: addresses that lead a line, that follow a name for them, that stand in a failing sentence. */
import { addressesIn, addressSource, isAddress, sameAddress, tidy } from './addresses.ts';

export interface NoticeRecipient {
  address: string;
  /** What is said about this one: from its line to the next one's. */
  text: string;
}

interface Candidate {
  address: string;
  line: number;
  weight: number;
}

const address = `<?(?:mailto:|smtp:)?(?<address>${addressSource})>?`;
const bullet = String.raw`^\s{0,40}(?:[-*•+>|]{1,4}\s*)?`;

interface Shape {
  weight: number;
  line: RegExp;
  why: string;
}

/** Shapes of a line that names somebody. The heaviest that occur in a report are its recipients. */
const shapes: readonly Shape[] = [
  {
    weight: 6,
    line: new RegExp(
      `${bullet}(?:final|original|failed|intended|undeliverable|invalid|unknown|rejected)[ -]?(?:delivery |receiver |to )?(?:recipients?|address(?:es)?|users?|userid|mailbox|receiver)(?: address)?\\s*(?:[:=]|is|was)\\s*(?:rfc822;|utf-8;)?\\s*["']?${address}`,
      'iu',
    ),
    why: 'MDaemon "Failed address:", usa.net "Intended recipient:", IMail "Unknown user:"',
  },
  {
    weight: 6,
    line: new RegExp(
      `${bullet}(?:user mailbox exceeds allowed size|user's mailbox is full|undeliverable to|delivery failed \\d+ attempts?|unknown host|could not be delivered to|not delivered to|message to|recipient address|recipients?|to|an|à|para|кому|收件人)\\s*:\\s*["']?${address}`,
      'iu',
    ),
    why: 'IMail, Prodigy and small servers',
  },
  {
    weight: 6,
    line: new RegExp(`\\b(?:dda:)?smtp=(?<address>${addressSource})`, 'iu'),
    why: 'Exchange 5, an X.400 name: "c=us;a= ;p=x;dda:SMTP=a@b; on Tue, …"',
  },
  {
    weight: 5,
    line: new RegExp(`${bullet}["']?${address}["']?\\s*[:;,.]*\\s*$`, 'u'),
    why: 'an address alone on its line: Exim, Sendmail, Domino, Gmail',
  },
  {
    weight: 5,
    line: new RegExp(`${bullet}<(?:mailto:|smtp:)?(?<address>${addressSource})>\\s*(?:[:,(\\[]|\\.\\.\\.|[-=]+>?)`, 'iu'),
    why: 'Postfix and qmail "<a@b>: …", Sendmail "<a@b>..."',
  },
  {
    weight: 5,
    line: new RegExp(
      `${bullet}(?<address>${addressSource})\\s*(?::|\\.\\.\\.|\\s[-=]+>?\\s|\\(|\\[|\\son\\s\\w+,? \\d|,\\s|\\s{2,}|\\t|;)`,
      'u',
    ),
    why: 'Exchange 2003 "a@b on Thu, …", Smail "a@b ... unknown"',
  },
  {
    weight: 5,
    line: new RegExp(
      `^(?!.*rcpt to).{1,80}\\s*[(<\\[]\\s*(?:mailto:|smtp:)?(?<address>${addressSource})[)>\\]]\\s*(?:<mailto:[^>]{1,320}>)?\\s*$`,
      'iu',
    ),
    why: 'Exchange 2007 and later: "Name (a@b)", "Name<mailto:a@b>"',
  },
  { weight: 4, line: new RegExp(`rcpt to:\\s*<?(?<address>${addressSource})`, 'iu'), why: 'a transcript of the dialogue' },
  {
    weight: 4,
    line: new RegExp(`<(?<address>${addressSource})>(?::|\\.\\.\\.|\\s(?:user|recipient|mailbox|unknown|not|is|does))`, 'iu'),
    why: 'a reply that names whom it refuses',
  },
  {
    weight: 3,
    line: new RegExp(
      `\\b(?:to|for|recipient|address|user|mailbox|account|an|à|para|pour)(?:\\s*[:=]\\s*|\\s+|(?=["'“‘«<(*]))["'“‘«<(*]{0,3}(?:mailto:)?(?<address>${addressSource})`,
      'iu',
    ),
    why: 'a sentence about a delivery to somebody',
  },
  { weight: 2, line: new RegExp(`(?<address>${addressSource})`, 'u'), why: 'anybody else who is named' },
];

/** Lines that name people who were reached, or whom to ask, or who wrote. */
const otherPeople =
  /\b(?:from|sender|reply-to|return-path|contact|help|assist\w*|support|questions?|report(?:ed)? (?:to|this)|forward(?:ed)? this|please (?:send|contact|write|forward|reply|e-?mail)|postmaster|administrator|sent by|message-id|envelope-from|mail from|cc|errors-to|x-\w+|please (?:try|use)|moved to|new address)\b[^@]{0,60}$/i;
/** Who writes reports and takes questions about them; a recipient only where nobody else is named. */
const officials = /^(?:mailer-daemon|postmaster|abuse|noc|mailadmin)@/i;
/** Mailboxes that are asked for help as often as they are written to. */
const roles = /^(?:support|help|helpdesk|admin|webmaster|no-?reply|info-mail)@/i;

/**
 * The recipients named in a report, each with the words about it. `people` are those who are not: the writer of the report and whom it was written to;
 * they count only where a line of the clearest shapes names nobody else.
 */
export function recipientsInNotice(notice: string, people: readonly string[]): NoticeRecipient[] {
  const lines = notice.split('\n').slice(0, 400);
  const candidates = lines.flatMap((line, at) => candidateOf(lines, line, at));
  const others = candidates.filter(({ address }) => !people.some((person) => sameAddress(person, address)));
  const strangers = others.filter(({ address, weight }) => !officials.test(address) && (weight >= 5 || !roles.test(address)));
  const clear = candidates.filter(({ weight }) => weight >= 5);
  const pool = [strangers, clear, others].find((found) => found.length > 0) ?? [];
  const heaviest = Math.max(0, ...pool.map(({ weight }) => weight));
  // a name for the role (6) and an address that leads a line (5) are as clear as each other
  const chosen = pool.filter(({ weight }) => weight === heaviest || (heaviest >= 5 && weight >= 5));
  return textsOf(lines, chosen);
}

/** True when a line names somebody in one of the clearest shapes. */
export function namesPlainly(notice: string): boolean {
  const lines = notice.split('\n').slice(0, 400);
  return lines.some((line, at) => candidateOf(lines, line, at).some(({ weight }) => weight >= 5));
}

/** AOL and other large houses leave their own domain out: names alone on their lines, behind a line that ends in a colon. `reporter` is who writes. */
export function bareNames(notice: string, reporter = ''): string[] {
  const domain = reporter.replace(/^.*@/, '');
  const list = /\b(?:recipients?|address(?:es)?|users?)\b[^\n]{0,120}:[ \t]*\n\s*((?:[ \t]*[\w.-]{2,40}[ \t]*\n){1,20})/i.exec(
    `${notice.slice(0, 4000)}\n`,
  )?.[1];
  return domain === '' || list === undefined
    ? []
    : list
        .split('\n')
        .map((name) => name.trim())
        .filter((name) => name !== '')
        .map((name) => `${name}@${domain}`);
}

function candidateOf(lines: readonly string[], line: string, at: number): Candidate[] {
  if (!line.includes('@') || (/^\s*>(?!>>)/.test(line) && !/^\s*>\s*<?[^\s<>]+>?\s*$/.test(line))) return [];
  const text = line.slice(0, 1000);
  for (const { weight, line: shape } of shapes) {
    const match = shape.exec(text);
    const found = addressesIn(match?.groups?.['address'] ?? '')[0];
    if (!match || !found) continue;
    const before = text.slice(0, text.indexOf(found, match.index));
    if (weight < 6 && otherPeople.test(before.trim() === '' || weight === 5 ? `${(lines[at - 1] ?? '').slice(-80)} ${before}` : before))
      return [];
    if (weight >= 5 && isEcho(lines, at)) return [{ address: found, line: at, weight: 3 }];
    if (/[<"'\s](?:https?|mailto):\S{0,200}$/i.test(before) && weight < 5) continue;
    return [found, ...listedBehind(text.slice(text.indexOf(found, match.index) + found.length))].map((one) => ({
      address: one,
      line: at,
      weight,
    }));
  }
  return [];
}

/** Further addresses of a list on one line: `a@b, c@d`. */
function listedBehind(rest: string): string[] {
  const pieces = rest.replace(/^[>"'\s]{0,4}/, '').split(/[,;]/);
  const more = pieces.slice(1).map((piece) => tidy(piece.trim()));
  return pieces[0] === '' && more.every(isAddress) ? more : [];
}

/** `To:` between `Subject:` and `Sent:` says what the mail was, not whom it did not reach. */
function isEcho(lines: readonly string[], at: number): boolean {
  const near = [...lines.slice(Math.max(0, at - 3), at), ...lines.slice(at + 1, at + 4)];
  return /^\s*to\s*:/i.test(lines[at] ?? '') && near.some((line) => /^\s*(?:sent|subject|from|date)\s*:/i.test(line));
}

function textsOf(lines: readonly string[], chosen: readonly Candidate[]): NoticeRecipient[] {
  const found = new Map<string, NoticeRecipient>();
  chosen.forEach((candidate, index) => {
    const next = chosen.slice(index + 1).find(({ address, line }) => line > candidate.line && !sameAddress(address, candidate.address));
    const text = (
      isReply(lines[candidate.line])
        ? exchangeBefore(lines, candidate.line)
        : lines.slice(candidate.line, next?.line ?? candidate.line + 40)
    )
      .join('\n')
      .slice(0, 2000);
    const key = candidate.address.toLowerCase();
    const known = found.get(key);
    if (known) known.text = `${known.text}\n${text}`.slice(0, 4000);
    else if (found.size < 50) found.set(key, { address: candidate.address, text });
  });
  if (found.size > 1)
    for (const recipient of found.values()) recipient.text = `${recipient.text}\n${saidElsewhere(lines, recipient)}`.slice(0, 4000);
  return [...found.values()];
}

/** Lists first, reasons afterwards: the lines that name this one and are not in its text yet. */
function saidElsewhere(lines: readonly string[], { address, text }: NoticeRecipient): string {
  const wanted = address.toLowerCase();
  return lines
    .slice(0, 200)
    .flatMap((line, at) => {
      if (line.length > 1000 || !line.toLowerCase().includes(wanted) || text.includes(line)) return [];
      return isReply(line) || /^\s*<<</.test(line) ? exchangeBefore(lines, at) : [line];
    })
    .slice(0, 20)
    .join('\n');
}

function isReply(line = ''): boolean {
  return /^\s*[45]\d\d[ -]/.test(line);
}

/** In a transcript the words stand before the line that names whom they are about: `>>> RCPT`, `<<< 550 …`, `550 <a@b>... User unknown`. */
function exchangeBefore(lines: readonly string[], at: number): string[] {
  let from = at;
  while (from > 0 && at - from < 6 && /^\s*(?:>>>|<<<)/.test(lines[from - 1] ?? '')) from -= 1;
  return lines.slice(from, at + 1);
}

/** What the report says about an address that is known from elsewhere; all of it when it names nobody, '' when it names others only. */
export function textAbout(notice: string, wanted: string, all: readonly string[]): string {
  const lines = notice.split('\n').slice(0, 400);
  const at = lines.flatMap((line, index) => (line.toLowerCase().includes(wanted.toLowerCase()) ? [index] : []));
  if (all.length <= 1) return notice.slice(0, 4000);
  const others = all.filter((other) => !sameAddress(other, wanted)).map((other) => other.toLowerCase());
  return at
    .map((index) => {
      const rest = lines.slice(index + 1, index + 40);
      const next = rest.findIndex((line) => others.some((other) => line.toLowerCase().includes(other)));
      return [lines[index], ...rest.slice(0, next === -1 ? undefined : next)].join('\n');
    })
    .join('\n')
    .slice(0, 4000);
}

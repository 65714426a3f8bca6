/** Texts made fit for patterns: one kind of line end, no controls, no endless lines or runs, and no more of a returned mail than its header. */

/** Octets as Latin-1 letters with LF line ends. */
export function oneLineEnd(bytes: Uint8Array): string {
  return (
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      .toString('latin1')
      .replace(/\r\n?/g, '\n')
      .replaceAll('\0', ' ')
      // a parameter wrapped without indenting: else postal-mime takes the part behind it for text
      .replace(/^(content-type:[^\n]{1,200};)[ \t]{0,20}\n(?=(?:boundary|charset|name|report-type)=)/gim, '$1\n ')
  );
}

/** The first `most` lines, each cut to `longest` letters. */
export function cutLines(text: string, longest: number, most = Number.POSITIVE_INFINITY): string {
  const lines = text.split('\n', most);
  return lines.some((line) => line.length > longest) || lines.length === most
    ? lines.map((line) => line.slice(0, longest)).join('\n')
    : text;
}

/** Decoded text with LF, controls as spaces, long runs of the same space or rule short: patterns try every beginning of a run. */
export function tidyText(text: string, longest: number): string {
  const plain = text
    .replace(/\r\n?/g, '\n')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what it takes out
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u00a0\u200b\ufeff]/g, ' ')
    .replace(/[ \t]{9,}/g, '        ')
    .replace(/([-=*_#~.])\1{40,}/g, (_, rule: string) => rule.repeat(40))
    .replace(/\n{4,}/g, '\n\n\n');
  return cutLines(plain, longest);
}

/** Letters of a returned mail's body that are kept: enough to see that it is one. */
const bodyKept = 1000;

/** What a returned mail says is no news; its header is. Nothing is cut when a report stands behind it. */
export function cutReturnedBody(raw: string): string {
  const part = /\ncontent-type:[ \t]*message\/(?:rfc822|global)\b(?!-)/i.exec(raw);
  if (!part) return raw;
  const header = raw.indexOf('\n\n', part.index);
  const body = header === -1 ? -1 : raw.indexOf('\n\n', header + 2);
  if (body === -1) return raw;
  const rest = raw.slice(body + bodyKept);
  return /\ncontent-type:[ \t]*message\/|\n(?:final-recipient|feedback-type):/i.test(rest) ? raw : raw.slice(0, body + bodyKept);
}

/** A report in text and again in HTML says the same twice: the HTML goes, up to the next line that may be a boundary. */
export function cutSecondWording(raw: string): string {
  const text = /\ncontent-type:[ \t]*text\/plain\b/i.exec(raw);
  if (!text) return raw;
  const html = /\ncontent-type:[ \t]*text\/html\b/i.exec(raw.slice(text.index));
  if (!html) return raw;
  const start = raw.indexOf('\n\n', text.index + html.index);
  const end = start === -1 ? -1 : raw.indexOf('\n--', start + 1);
  return end === -1 ? raw : raw.slice(0, start + 2) + raw.slice(end);
}

const entities: Record<string, string> = { nbsp: ' ', lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

/** The words of HTML, a line for each block: for reports that have no other text. */
export function plainText(html: string): string {
  return html
    .split(/<(?=style\b|script\b|title\b|!--)/i)
    .map((piece, at) => (at === 0 ? piece : behindHidden(piece)))
    .join(' ')
    .replace(/\s+/g, ' ')
    .replace(/<(?:br|\/?(?:p|div|tr|li|ul|ol|table|h[1-6]|pre|blockquote|hr))\b[^>]{0,2000}>/gi, '\n')
    .replace(/<\/?[a-z!][^<>@]{0,4000}(?:@[^<>]{0,400})?>/gi, (tag) => (/^<[^\s<>"=]{1,64}@[^\s<>"=]{1,255}>$/.test(tag) ? tag : ' '))
    .replace(/&(?:#(\d{1,6})|#x([0-9a-f]{1,6})|([a-z]{2,6}));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return entities[name.toLowerCase()] ?? whole;
      const point = decimal === undefined ? Number.parseInt(hex ?? '0', 16) : Number(decimal);
      return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : ' ';
    })
    .replace(/[ \t]*\n[ \t]*/g, '\n');
}

/** What follows the end of a comment or an element that nobody sees; '' when it does not end. */
function behindHidden(piece: string): string {
  const close = piece.startsWith('!--') ? '-->' : `</${/^[a-z]+/i.exec(piece)?.[0].toLowerCase()}`;
  const end = piece.toLowerCase().indexOf(close);
  const bracket = end === -1 ? -1 : piece.indexOf('>', end);
  return bracket === -1 ? '' : piece.slice(bracket + 1);
}

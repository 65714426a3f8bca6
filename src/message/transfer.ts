/** Bodies made fit for any mail server (RFC 2045 section 6), with the places of a reader's token kept whole so that filling them in is pure joining. */
import { leaveTokenPlaceholder, pdfTokenPlaceholder, preferencesTokenPlaceholder } from '../model/edition.ts';
import { cutAtNames, type NamePlace } from '../model/reader-name.ts';
import { tokenLength } from '../model/token.ts';

/** The tokens that stand in a body. */
export type BodySlot = 'leave' | 'preferences' | 'pdf';

/** The place of the reader's name in a part, and which part it is: it is written in each in its own way. */
export interface NameSlot extends NamePlace {
  slot: 'name';
  part: 'html' | 'text';
}

/**
 * A stretch of a message: text that is the same for every reader, or a slot. In base64 a token does not begin at a letter's border, so its slot carries
 * the few bytes around it: the tokens between the `base64` runs (one letter a byte) are encoded together, each of them the one that `between` names, or `slot`.
 * After a name, which is of any length, that goes on to the end of the part.
 */
export type Piece =
  | string
  | { slot: 'to' | 'delivery' | BodySlot; base64?: string[]; between?: (BodySlot | NameSlot)[] }
  | (NameSlot & { base64?: never });

const placeholders: Record<string, BodySlot> = {
  [leaveTokenPlaceholder]: 'leave',
  [preferencesTokenPlaceholder]: 'preferences',
  [pdfTokenPlaceholder]: 'pdf',
};
const placeholder = new RegExp(`(${Object.keys(placeholders).join('|')})`);

/** A text cut at its placeholders: runs, and the slot before each but the first. */
function cut(text: string, part: NameSlot['part']): { run: string; slot?: BodySlot | NameSlot }[] {
  const runs: { run: string; slot?: BodySlot | NameSlot }[] = [];
  let name: NameSlot | undefined;
  for (const piece of cutAtNames(text)) {
    if (typeof piece !== 'string') name = { slot: 'name', part, ...piece };
    else {
      const [first = '', ...rest] = piece.split(placeholder);
      runs.push({ run: first, ...(name && { slot: name }) });
      for (let i = 0; i < rest.length; i += 2) runs.push({ run: rest[i + 1] ?? '', slot: placeholders[rest[i] ?? ''] ?? 'leave' });
    }
  }
  return runs;
}

/** RFC 2045 section 6.7 and 6.8: at most 76 letters a line, the soft break included. */
const lineLength = 76;

export interface EncodedBody {
  encoding: 'quoted-printable' | 'base64';
  /** Ends with CRLF. */
  pieces: Piece[];
}

/** Encodes a text part: quoted-printable, or base64 where more than a third of the letters are not Latin and quoted-printable would treble them. */
export function encodeBody(text: string, part: NameSlot['part']): EncodedBody {
  const whole = text.toWellFormed();
  const foreign = whole.match(/[\u0250-\u1dff\u2c00-\udbff\ue000-\uffff]/g)?.length ?? 0;
  return foreign > whole.length / 3
    ? { encoding: 'base64', pieces: base64(whole, part) }
    : { encoding: 'quoted-printable', pieces: quotedPrintable(whole, part) };
}

function quotedPrintable(text: string, part: NameSlot['part']): Piece[] {
  const pieces: Piece[] = [];
  const writer = openWriter();
  for (const line of text.split(/\r\n|\r|\n/)) {
    const runs = cut(line, part);
    runs.forEach(({ run, slot }, i) => {
      if (typeof slot === 'string') {
        writer.makeRoom(tokenLength);
        pieces.push(writer.taken(tokenLength), { slot });
      } else if (slot !== undefined) {
        // a name is of any length: it has lines of its own, joined to those around it by soft breaks
        writer.softBreak();
        pieces.push(writer.taken(0), slot);
      }
      // what follows on the line: a slot counts as something, so a space before it need not be hidden
      writer.write(run, i < runs.length - 1 ? 'slot' : '');
    });
    writer.endLine();
  }
  return [...pieces, writer.taken(0)];
}

/** A reader's name as quoted-printable lines of its own, which begin a line and end in a soft break. `words` is on one line and not empty. */
export function ownLines(words: string): Buffer {
  const writer = openWriter();
  writer.write(words.toWellFormed(), 'slot');
  writer.softBreak();
  return Buffer.from(writer.taken(0), 'latin1');
}

/** Writes quoted-printable, at most 76 letters a line. */
function openWriter() {
  let out = '';
  let column = 0;
  const softBreak = (): void => {
    if (column > 0) out += '=\r\n';
    column = 0;
  };
  const makeRoom = (width: number): void => {
    if (column + width >= lineLength) softBreak();
  };
  return {
    softBreak,
    makeRoom,
    write(run: string, after: string): void {
      let at = 0;
      for (const letter of run) {
        at += letter.length;
        const rest = run.slice(at, at + 4) || after;
        let unit = encodeLetter(letter, rest === '');
        makeRoom(unit.length);
        // a dot or "From " that begins a line is changed on the way by careless servers, and a changed body breaks the signature
        if (column === 0 && (letter === '.' || (letter === 'F' && rest.startsWith('rom ')))) unit = hex(letter);
        out += unit;
        column += unit.length;
      }
    },
    endLine(): void {
      out += '\r\n';
      column = 0;
    },
    /** What was written since it was last taken, where something of `width` letters follows on the line. */
    taken(width: number): string {
      const written = out;
      out = '';
      column += width;
      return written;
    },
  };
}

/** One letter; all bytes of a code point stay together, so that no line ends inside one. Space and tab are hidden at the end of a line only. */
function encodeLetter(letter: string, last: boolean): string {
  const code = letter.charCodeAt(0);
  if (code === 0x20 || code === 0x09) return last ? hex(letter) : letter;
  return code > 0x20 && code < 0x7f && code !== 0x3d ? letter : hex(letter);
}

function hex(letter: string): string {
  return [...Buffer.from(letter)].map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

function base64(text: string, part: NameSlot['part']): Piece[] {
  const segments = cut(text.replace(/\r\n|\r|\n/g, '\r\n'), part);
  const pieces: Piece[] = [];
  let mixed: { base64: string[]; between: (BodySlot | NameSlot)[] } | undefined;
  let tail = '';
  segments.forEach(({ run, slot }, i) => {
    let bytes = Buffer.from(run);
    if (slot !== undefined) {
      mixed ??= { base64: [tail], between: [] };
      mixed.base64.push('');
      mixed.between.push(slot);
    }
    if (mixed) {
      const { base64, between } = mixed;
      // groups of three bytes must come out even before plain text may go on; after a name nobody knows where they do
      const ofAnyLength = between.some((each) => typeof each !== 'string');
      const sofar = base64.join('').length + between.length * tokenLength;
      const missing = ofAnyLength ? bytes.length : (3 - (sofar % 3)) % 3;
      base64.push(`${base64.pop()}${bytes.toString('latin1', 0, missing)}`);
      const even = bytes.length >= missing && !ofAnyLength;
      bytes = bytes.subarray(missing);
      if (even || i === segments.length - 1) {
        const first = between[0] ?? 'leave';
        pieces.push({
          slot: typeof first === 'string' ? first : 'leave',
          base64,
          ...(new Set(between).size > 1 || ofAnyLength ? { between } : {}),
        });
        mixed = undefined;
      }
    }
    const end = i === segments.length - 1 ? bytes.length : bytes.length - (bytes.length % 3);
    tail = bytes.toString('latin1', end);
    if (end > 0) pieces.push(base64Lines(bytes.subarray(0, end)));
  });
  return pieces.length > 0 ? pieces : ['\r\n'];
}

/** Base64 in lines of 76, the last one ended too. */
export function base64Lines(bytes: Buffer): string {
  const whole = bytes.toString('base64');
  let lines = '';
  for (let at = 0; at < whole.length; at += lineLength) lines += `${whole.slice(at, at + lineLength)}\r\n`;
  return lines;
}

/** Blocks of `Name: value` lines, read as leniently as mail is written: header blocks, delivery reports, feedback reports, and pieces of them in running text. */

/** Fields in the order they stand, names in lower case. */
export type Fields = readonly (readonly [name: string, value: string])[];

const fieldLine = /^[ \t]{0,8}([A-Za-z][A-Za-z0-9-]{1,60})[ \t]{0,4}:(?:[ \t]|$|(?=[^/\s]))(.*)$/;

/**
 * Reads a block from its first line to its first blank one, or all of it with `pastBlanks`. Folded lines are joined (RFC 5322 section 2.2.3), and so are
 * lines that are no field at all: Exchange and others wrap without indenting. Each value has at most 4,000 characters.
 */
export function readFields(block: string, { pastBlanks = false } = {}): Fields {
  const fields: [string, string][] = [];
  for (const line of block.split('\n', 2000)) {
    if (line.trim() === '') {
      if (pastBlanks) continue;
      break;
    }
    const folded = /^[ \t]/.test(line);
    const last = fields.at(-1);
    const found = folded && last ? undefined : fieldLine.exec(line.slice(0, 4000));
    if (found) fields.push([(found[1] ?? '').toLowerCase(), (found[2] ?? '').trim()]);
    else if (last && last[1].length < 4000) last[1] = `${last[1]} ${line.slice(0, 4000).trim()}`;
  }
  return fields;
}

/** The first value of a field; '' when it is not there. */
export function field(fields: Fields, name: string): string {
  return fields.find(([key]) => key === name)?.[1] ?? '';
}

/** All values of a field. */
export function every(fields: Fields, name: string): string[] {
  return fields.filter(([key]) => key === name).map(([, value]) => value);
}

/** Two people at one form: what each typed against what both had before them, field by field, so that nobody's change is lost in silence. */
import type { Html } from '../../html.ts';
import { html } from '../../html.ts';

/** The fields of a form as texts. */
export type Texts<Field extends string> = Record<Field, string>;

export interface Merged<Field extends string> {
  /** What the form says now: what this person typed, and where they changed nothing what is stored. */
  texts: Texts<Field>;
  /** Fields that this person changes. */
  changed: Field[];
  /** Fields that somebody else changed meanwhile and this person did not. */
  theirs: Field[];
  /** Fields that both changed, and not to the same. */
  clashes: Field[];
}

/** `before` is what the form showed when it was opened, `typed` what came back, `stored` how it stands now. */
export function mergeTexts<Field extends string>(
  fields: readonly Field[],
  { before, typed, stored }: { before: Texts<Field>; typed: Texts<Field>; stored: Texts<Field> },
): Merged<Field> {
  const mine = (field: Field): boolean => typed[field] !== before[field];
  const other = (field: Field): boolean => stored[field] !== before[field];
  const texts = Object.fromEntries(fields.map((field) => [field, mine(field) ? typed[field] : stored[field]])) as Texts<Field>;
  return {
    texts,
    changed: fields.filter((field) => mine(field) && typed[field] !== stored[field]),
    theirs: fields.filter((field) => other(field) && !mine(field)),
    clashes: fields.filter((field) => mine(field) && other(field) && typed[field] !== stored[field]),
  };
}

/** Most letters that are taken of a field: more than any rule lets pass, so that a rule says what is wrong. */
const mostLetters = 2000;

/**
 * Reads the fields of a form and what it showed before. A field that did not come is as it was shown; one whose earlier text did not come, from a program, counts as shown as it is stored.
 */
export function readTexts<Field extends string>(
  fields: readonly Field[],
  field: (name: string) => string | null | undefined,
  stored: Texts<Field>,
): { before: Texts<Field>; typed: Texts<Field> } {
  const read = (name: string): string | undefined => field(name)?.slice(0, mostLetters).replaceAll('\r\n', '\n');
  const before = Object.fromEntries(fields.map((name) => [name, read(`was.${name}`) ?? stored[name]])) as Texts<Field>;
  const typed = Object.fromEntries(fields.map((name) => [name, read(name) ?? before[name]])) as Texts<Field>;
  return { before, typed };
}

/** The hidden fields by which a form says what it showed. */
export function shownBefore<Field extends string>(texts: Texts<Field>): Html[] {
  return Object.entries<string>(texts).map(([name, value]) => html`<input type="hidden" name="was.${name}" value="${value}">`);
}

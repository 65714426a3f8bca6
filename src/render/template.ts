/** Templates of mails: files in `emails/` with named slots, filled through the auto-escaping tag. */

import { readFileSync } from 'node:fs';
import { type Fill, type Html, html, raw } from '../html.ts';

/** Prints a template with its slots filled; what is filled in is text unless it was made as markup. */
export type Template<Slot extends string> = (fills: Record<Slot, Fill>) => Html;

/** Opens `emails/NAME` for exactly these slots, written `{{slot}}`; one may stand in several places. Throws as `readTemplate`. */
export function openTemplate<Slot extends string>(name: string, slots: readonly Slot[]): Template<Slot> {
  return readTemplate(name, readFileSync(new URL(`../../emails/${name}`, import.meta.url), 'utf8'), slots);
}

/**
 * Reads a template. Called when a file is loaded, so that a template that does not fit its code ends the program at its start and not in the middle of a send.
 * Throws when a slot is unknown or missing, when braces are left over, and where the tag would refuse a hole (`html.ts`). Comments are for people and left out.
 */
export function readTemplate<Slot extends string>(name: string, source: string, slots: readonly Slot[]): Template<Slot> {
  const pieces = source
    .replace(/<!--[\s\S]*?-->\s*/g, '')
    .trim()
    .split(/\{\{([a-zA-Z]+)\}\}/);
  const parts = pieces.filter((_, i) => i % 2 === 0);
  const holes = pieces.filter((_, i) => i % 2 === 1) as Slot[];
  const unknown = holes.find((hole) => !slots.includes(hole));
  if (unknown !== undefined) throw new Error(`emails/${name}: nothing fills {{${unknown}}}; the slots are ${slots.join(', ')}`);
  const missing = slots.find((slot) => !holes.includes(slot));
  if (missing !== undefined) throw new Error(`emails/${name}: there is no {{${missing}}} in it`);
  const left = parts.find((part) => part.includes('{{') || part.includes('}}'));
  if (left !== undefined) throw new Error(`emails/${name}: a slot is written {{name}}, in letters only: ${left.slice(0, 80)}`);
  const strings = Object.assign(parts, { raw: parts }) as TemplateStringsArray;
  html(strings, ...holes.map(() => raw(''))); // looks at every place once: a slot where no escaping is safe throws here
  return (fills) => html(strings, ...holes.map((hole) => fills[hole]));
}

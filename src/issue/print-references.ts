/** References and labelled lines → Markdown. */

import type { Inline, Reference } from '../model/issue.ts';
import { writeDetails } from '../model/reference.ts';
import { printAddress, printInline } from './print-inline.ts';

const text = (v: string): Inline => ({ t: 'text', v });

/** A list of references, one to a line. */
export function printReferences(items: readonly Reference[]): string {
  return items.map(printReference).join('\n');
}

function printReference({ title, href, ...details }: Reference): string {
  const { before = '', outlet = '', after } = writeDetails(details) ?? { after: Object.values(details).join(', ') };
  const tail: Inline[] = [];
  const add = (words: string, node: Inline) => words !== '' && tail.push(text(', '), node);
  add(before, text(before));
  add(outlet, { t: 'em', c: [text(outlet)] });
  add(after, text(after));
  return `- [${printInline(title, false)}](${printAddress(href)})${printInline(tail, false)}`;
}

/** `Source: …` and its like. */
export function labelled(label: 'Source' | 'Note' | 'Alt', words: string): string {
  return `${label}: ${printInline([text(words)], false)}`;
}

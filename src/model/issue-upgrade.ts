/** Issue trees of past formats → the newest. Pure: a stored revision is upgraded each time it is read and never rewritten. */

import { AppError } from '../errors.ts';
import { cleanText } from './clean.ts';
import { type Inline, treeFormat } from './issue.ts';
import { tidy, tidyLine } from './tidy.ts';

type Upgrader = (tree: Record<string, unknown>) => Record<string, unknown>;

/** From each past format to the one after it. */
const upgraders: Record<number, Upgrader> = {
  // Format 2 knows the month beside the number; before, a period without a number was the number. Its text is clean of hidden turns of direction, and running text in its one form.
  1: ({ tree: _, ...rest }) => {
    const { number } = rest;
    const period = typeof number === 'string' && /^\d{4}-(?:0[1-9]|1[0-2])$/.test(number) ? { period: number } : {};
    return { tree: 2, ...(cleaned(rest) as object), ...period };
  },
};

/** A tree of any format we know in the shape of the newest; what is no tree comes back as it is. Error: `tree.newer`, a format from the future. */
export function upgradeTree(json: unknown): unknown {
  let tree = json;
  for (let format = formatOf(tree); format !== undefined && format !== treeFormat; format = formatOf(tree)) {
    if (format > treeFormat) {
      const text = `The issue was written by a newer Galley (format ${format}, this one knows ${treeFormat}): start that version or restore a backup made before it`;
      throw new AppError('tree.newer', text, { status: 409 });
    }
    const upgrade = upgraders[format];
    if (!upgrade) return tree;
    tree = upgrade(tree as Record<string, unknown>);
  }
  return tree;
}

function formatOf(json: unknown): number | undefined {
  const format = json !== null && typeof json === 'object' && 'tree' in json ? json.tree : undefined;
  return typeof format === 'number' ? format : undefined;
}

/** Running text of the tree that stands on one line. */
const onOneLine = ['title', 'headline', 'caption'];

/** A copy with all its text cleaned and tidied, and without lists and quotes that hold nothing. */
function cleaned(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) {
    const parts = value.map((part) => cleaned(part)).filter((part) => !isEmpty(part));
    if (!isRunning(parts)) return parts;
    return onOneLine.includes(key) ? tidyLine(parts) : tidy(parts);
  }
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, cleaned(part, name)]));
}

/** A list, a quote or an item of a list in which nothing stands, or a mark around nothing. */
function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (value === null || typeof value !== 'object') return false;
  const within = 'items' in value && 't' in value ? value.items : 'c' in value ? value.c : undefined;
  return Array.isArray(within) && within.length === 0;
}

const kinds = ['text', 'em', 'strong', 'link', 'br'];

function isRunning(values: readonly unknown[]): values is Inline[] {
  const isInline = (value: unknown): boolean => {
    if (value === null || typeof value !== 'object' || !('t' in value) || !kinds.includes(String(value.t))) return false;
    if (value.t === 'text') return 'v' in value && typeof value.v === 'string';
    return value.t === 'br' || ('c' in value && Array.isArray(value.c) && value.c.every(isInline));
  };
  return values.length > 0 && values.every(isInline);
}

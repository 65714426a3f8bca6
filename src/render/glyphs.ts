/** Signs that no typeface here has: named to the editor, because a reader would see an empty box. */

import { AppError } from '../errors.ts';

/** The error that names signs nobody can print, under the code of what was to be drawn. `where` goes before it. */
export function unprintable(
  code: 'render.chart' | 'render.pdf',
  signs: Iterable<string>,
  { where = '', cause }: { where?: string; cause?: unknown } = {},
): AppError {
  const all = [...signs];
  // The marks of direction that stand around a foreign run are ours, and no editor would find them.
  const seen = all.map((sign) => sign.replace(/\p{Default_Ignorable_Code_Point}/gu, '')).filter((sign) => sign !== '');
  const named = [...new Set(seen.length > 0 ? seen : all)].map((sign) => `${sign} (${[...sign].map(codeOf).join(' ')})`);
  return new AppError(
    code,
    `${where}No typeface here can print ${named.join(', ')}. Write it in words or in Latin, Cyrillic, Greek or Arabic letters`,
    cause === undefined ? {} : { cause },
  );
}

function codeOf(letter: string): string {
  return `U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

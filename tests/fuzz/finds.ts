/** The targets, and what they once broke: inputs that fuzzing found, kept as `finds/TARGET-HASH.txt`. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Target } from './target.ts';

/** Loaded when asked for: the drawing ones are heavy. */
export const targets: Record<string, () => Promise<{ target: Target }>> = {
  parse: () => import('./parse.ts'),
  addresses: () => import('./addresses.ts'),
  places: () => import('./places.ts'),
  print: () => import('./print.ts'),
  drawn: () => import('./drawn.ts'),
};

export const finds = globSync('finds/*.txt', { cwd: import.meta.dirname })
  .toSorted()
  .map((file) => ({
    name: file.replace(/^finds\/|-[0-9a-f]+\.txt$/g, ''),
    file,
    input: readFileSync(join(import.meta.dirname, file), 'utf8'),
  }));

/** `npm run bench [-- NAME…]`: runs the measurements of this folder, or those named, one after the other, into `docs/measured.md`. Ends with 1 when one misses its bound. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { keepFinding, loadNow, type Plot } from '../support/measured.ts';

/** What a file of this folder exports: measures, prints, may plot, and says whether its bounds hold. */
type Bench = { bench: (print: (line: string) => void, plot: (plot: Plot) => void) => Promise<boolean> };

const asked = process.argv.slice(2);
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'bench.ts')
  .map((file) => file.replace(/\.ts$/, ''));
const unknown = asked.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`No bench ${unknown.join(', ')}: there is ${names.join(', ')}`);
  process.exit(2);
}
for (const name of asked.length > 0 ? asked : names) {
  const { bench } = (await import(join(import.meta.dirname, `${name}.ts`))) as Bench;
  console.log(`${name}:`);
  const loadBefore = loadNow();
  const lines: string[] = [];
  let plot: Plot | undefined;
  const holds = await bench(
    (line) => {
      lines.push(line);
      console.log(`  ${line}`);
    },
    (drawn) => {
      plot = drawn;
    },
  );
  await keepFinding({ name, lines, plot, holds, loadBefore });
  if (!holds) process.exitCode = 1;
}

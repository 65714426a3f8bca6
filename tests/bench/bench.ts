/** `npm run bench [-- NAME…]`: runs the measurements of this folder, or those named, one after the other. Ends with 1 when one misses its bound. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What a file of this folder exports: measures, prints, and says whether its bound holds. */
type Bench = { bench: (print: (line: string) => void) => Promise<boolean> };

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
  if (!(await bench((line) => console.log(`  ${line}`)))) process.exitCode = 1;
}

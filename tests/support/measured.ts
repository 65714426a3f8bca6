/** What the benches found, kept as a page for readers of the project: a section for each bench, with its lines, its plot, and what it ran on. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import type { Chart } from '../../src/model/issue.ts';
import { chartSvg } from '../../src/render/chart.ts';

/** Bars: what they are of, what the number is, and a row for each. */
export interface Plot {
  of: string;
  number: string;
  rows: [name: string, value: number][];
}

export interface Finding {
  name: string;
  lines: readonly string[];
  plot?: Plot | undefined;
  holds: boolean;
  /** Load average of the minute before: what else the machine was doing. */
  loadBefore: number;
}

const folder = resolve(import.meta.dirname, '../../docs');
const width = 620;
const opening = `# What was measured

Made by \`npm run bench\`; \`npm run bench -- NAME\` measures one section anew. Figures are of the machine named in each section and differ elsewhere; what should hold
elsewhere too are the ratios, each against something that ran beside it in the same run. Where runs differ, the median counts and all of them are printed. "Load
before" is the load average of the minute before a section began: above about 0.3 something else was running, and the figures are worse than the machine can do.
`;

/** Puts a finding in the place of what was there of that name. */
export async function keepFinding(finding: Finding): Promise<void> {
  mkdirSync(join(folder, 'measured'), { recursive: true });
  const file = join(folder, 'measured.md');
  const sections = new Map(
    (existsSync(file) ? readFileSync(file, 'utf8') : '')
      .split(/^(?=## )/m)
      .slice(1)
      .map((section) => [/^## (\S+)/.exec(section)?.[1] ?? '', section.trim()]),
  );
  sections.set(finding.name, await sectionOf(finding));
  const all = [...sections].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, section]) => section);
  writeFileSync(file, `${[opening.trim(), ...all].join('\n\n')}\n`);
}

async function sectionOf({ name, lines, plot, holds, loadBefore }: Finding): Promise<string> {
  const machine = `${cpus()[0]?.model.trim() ?? 'some processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Linux ${release().split('.', 2).join('.')}, Node ${process.versions.node}`;
  const parts = [
    `## ${name}`,
    `${new Date().toISOString().slice(0, 10)}, commit ${commit()}; ${machine}; load before ${loadBefore.toFixed(1)}. ${holds ? 'All bounds hold.' : 'A bound is missed.'}`,
    `\`\`\`\n${lines.join('\n')}\n\`\`\``,
  ];
  if (plot !== undefined) {
    writeFileSync(join(folder, 'measured', `${name}.svg`), await draw(name, plot));
    parts.push(`![${plot.of}: ${plot.rows.map(([row, value]) => `${row} ${value}`).join(', ')}](measured/${name}.svg)`);
  }
  return parts.join('\n\n');
}

/** Room for names in a face wider than the one they were measured in: a reader of the page may not have ours. */
const margin = 80;

/** Drawn as the charts of an issue are, on paper, so that it is seen on dark pages too. */
async function draw(name: string, { of, number, rows }: Plot): Promise<string> {
  const data = { columns: [of, number], rows: rows.map(([row, value]) => [row, String(value)]) };
  const chart: Chart = { t: 'chart', id: name, preset: 'bars', data, caption: [{ t: 'text', v: of }], source: 'npm run bench', alt: of };
  const svg = await chartSvg(chart, 'ltr', width, name);
  const [from, to] = [`width="${width}" height`, `width="${width + margin}" height`];
  return svg
    .replaceAll(from, to)
    .replace('viewBox="0 0 ', `viewBox="${-margin} 0 `)
    .replace(` ${width} `, ` ${width + margin} `)
    .replace('<rect ', `<rect x="${-margin}" `);
}

function commit(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8', cwd: folder }).trim();
  return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--', '../src', '../tests') === '' ? '' : ' with changes'}`;
}

/** Load average of the last minute. */
export const loadNow = (): number => loadavg()[0] ?? 0;

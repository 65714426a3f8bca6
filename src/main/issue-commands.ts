/** The commands about issues: add, check, preview. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describeFindings } from '../issue/issue.ts';
import { openDrawing } from '../render/render.ts';
import { getPublication } from '../store/publications.ts';
import { withData } from './data.ts';
import { drawPreview, keepIssue, loadIssue } from './issues.ts';
import { type Arguments, type Context, needed } from './table.ts';

export async function issueAdd(context: Context, { positionals: [file = ''], values }: Arguments): Promise<number> {
  return withData(context.config, async ({ db }) => {
    const publication = getPublication(db, needed(values, 'publication', 'issue add'));
    const studio = openDrawing();
    try {
      const { issue, findings } = await keepIssue(db, studio, publication, file);
      if (findings.length > 0) context.warn(describeFindings(file, findings));
      if (issue === undefined) return 1;
      context.print(values['json'] ? JSON.stringify(issue) : `Added ${issue.issue}, revision ${issue.revision}`);
      return 0;
    } finally {
      await studio.close();
    }
  });
}

export async function issueCheck(context: Context, { positionals: [file = ''] }: Arguments): Promise<number> {
  const studio = openDrawing();
  try {
    const { findings } = await loadIssue(studio, file);
    if (findings.length > 0) context.print(describeFindings(file, findings));
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    if (errors === 0) context.print(`${file}: no errors${findings.length > 0 ? `, ${findings.length} to look at` : ''}`);
    return errors > 0 ? 1 : 0;
  } finally {
    await studio.close();
  }
}

export async function issuePreview(context: Context, { positionals: [file = ''], values }: Arguments): Promise<number> {
  const studio = openDrawing();
  try {
    const folder = String(values['out'] ?? `${basename(file).replace(/\.[^.]*$/, '')}-preview`);
    const { findings, files } = await drawPreview(studio, context.config, file);
    if (findings.length > 0) context.warn(describeFindings(file, findings));
    if (files === undefined) return 1;
    for (const [name, content] of files) {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    context.print(`Wrote ${['email.html', 'email.txt', 'page.html', 'issue.pdf', 'checks.json'].join(', ')} in ${folder}`);
    return 0;
  } finally {
    await studio.close();
  }
}

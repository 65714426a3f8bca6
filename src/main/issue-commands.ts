/** The commands about issues: add, check, preview, approve, withdraw. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { AppError } from '../errors.ts';
import { describeFindings } from '../issue/issue.ts';
import { parseSlot, slotAfter } from '../model/slot.ts';
import { iso } from '../model/zone.ts';
import { openDrawing } from '../render/render.ts';
import { approveIssue } from '../schedule/approve.ts';
import { noteAudit } from '../store/audit.ts';
import { findIssue } from '../store/issues.ts';
import { getPublication, type Publication } from '../store/publications.ts';
import { withdrawIssue } from '../store/published.ts';
import { inTransaction } from '../store/statement.ts';
import { withData } from './data.ts';
import { drawPreview, keepIssue, type PreviewFor, previewFor } from './issues.ts';
import { readIssueName, readWaivers } from './send-command.ts';
import { type Arguments, type Context, needed } from './table.ts';

export async function issueAdd(context: Context, { positionals: [file = ''], values }: Arguments): Promise<number> {
  return withData(context.config, async ({ db }) => {
    const publication = getPublication(db, needed(values, 'publication', 'issue add'));
    const studio = openDrawing();
    try {
      const { issue, undone, findings, title } = await keepIssue(db, studio, publication, file);
      if (findings.length > 0) context.warn(describeFindings(file, findings));
      if (issue === undefined) return 1;
      if (title !== undefined && title !== publication.name)
        context.warn(
          `The issue names ${JSON.stringify(title)} as its publication; it was added to ${publication.slug}, ${JSON.stringify(publication.name)}`,
        );
      for (const name of undone?.unscheduled ?? [])
        context.warn(`${name} had not started and is cancelled: the issue changed. Send it again`);
      if (undone?.voided)
        context.warn(`The approval of ${issue.issue} is void: the issue changed. galley issue approve ${issue.issue} approves it again`);
      context.print(values['json'] ? JSON.stringify(issue) : `Added ${issue.issue}, revision ${issue.revision}`);
      return 0;
    } finally {
      await studio.close();
    }
  });
}

export async function issueApprove(context: Context, { positionals: [issue = ''], values }: Arguments): Promise<number> {
  const { slug, number } = readIssueName(issue);
  const waived = readWaivers(values['waive']);
  return withData(context.config, async ({ db }) => {
    const publication = getPublication(db, slug);
    const studio = openDrawing();
    try {
      const deps = { db, draw: studio.draw, baseUrl: context.config.baseUrl, now: Date.now };
      const { revision, before } = await approveIssue(deps, { publication, number, waived, actor: 'operator' });
      context.print(`${issue}, revision ${revision}, is approved. ${describeSlotOf(publication, before)}`);
      return 0;
    } finally {
      await studio.close();
    }
  });
}

/** Takes an issue off the web, or with --back puts it there again; no send of it does that. Mails that went out stay as they are, and a send under way goes on. */
export async function issueWithdraw(context: Context, { positionals: [issue = ''], values }: Arguments): Promise<number> {
  const { slug, number } = readIssueName(issue);
  const back = values['back'] === true;
  return withData(context.config, ({ db }) => {
    const found = findIssue(db, getPublication(db, slug).id, number);
    if (found === undefined) throw new AppError('issue.not_found', `No issue ${issue}: there is nothing to withdraw`, { status: 404 });
    const now = Date.now();
    const changed = inTransaction(db, () => {
      const moved = withdrawIssue(db, found.id, back ? null : now);
      if (moved) noteAudit(db, { at: now, actor: 'operator', action: back ? 'put back' : 'withdraw', subject: issue });
      return moved;
    });
    const state = back ? 'is on the web again' : 'is withdrawn: its page, its PDF and its entry in archive and feeds are gone';
    context.print(changed ? `${issue} ${state}` : `${issue} ${back ? 'was not withdrawn' : 'was withdrawn already'}`);
    return 0;
  });
}

/** When an approved issue goes out: in the publication's next slot, or in a later one when others were approved before it. */
function describeSlotOf({ slug, slot, zone }: Publication, before: number): string {
  if (slot === null) return `${slug} has no monthly slot: galley send sends it`;
  let at = Date.now();
  for (let turn = 0; turn <= before; turn += 1) at = slotAfter(parseSlot(slot), zone, at).at;
  const others = before === 0 ? '' : `, after ${before === 1 ? 'one that was' : `${before} that were`} approved before it`;
  return `It goes out at ${iso(at, zone)} (${zone})${others}`;
}

/** The publication that a check or a preview names; neither needs one, nor a DATA_DIR without it. */
async function dressedFor({ config }: Context, values: Arguments['values']): Promise<PreviewFor | undefined> {
  const slug = values['publication'];
  return typeof slug === 'string' ? withData(config, ({ db }) => previewFor(db, slug, config)) : undefined;
}

/** Draws the issue too: some of what is wrong shows only then. */
export async function issueCheck(context: Context, { positionals: [file = ''], values }: Arguments): Promise<number> {
  const studio = openDrawing();
  try {
    const { findings } = await drawPreview(studio, context.config, file, await dressedFor(context, values));
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    if (values['json']) context.print(JSON.stringify(findings));
    else if (findings.length > 0) context.print(describeFindings(file, findings));
    if (errors === 0 && !values['json']) context.print(`${file}: no errors${findings.length > 0 ? `, ${findings.length} to look at` : ''}`);
    return errors > 0 ? 1 : 0;
  } finally {
    await studio.close();
  }
}

export async function issuePreview(context: Context, { positionals: [file = ''], values }: Arguments): Promise<number> {
  const studio = openDrawing();
  try {
    const folder = String(values['out'] ?? `${basename(file).replace(/\.[^.]*$/, '')}-preview`);
    const { findings, files } = await drawPreview(studio, context.config, file, await dressedFor(context, values));
    if (findings.length > 0) context.warn(describeFindings(file, findings));
    if (files === undefined) return 1;
    for (const [name, content] of files) {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    context.print(
      `Wrote ${['email.html', 'email.txt', 'page.html', 'issue.pdf', 'light.html', 'light-page.html', 'checks.json'].join(', ')} in ${folder}`,
    );
    return 0;
  } finally {
    await studio.close();
  }
}

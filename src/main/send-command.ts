/** `galley send`: approves an issue, freezes its edition, schedules its send, and waits for it when asked to. */
import { AppError } from '../errors.ts';
import { stoppingChecks } from '../issue/issue.ts';
import { iso, parseWhen } from '../model/zone.ts';
import { openDrawing } from '../render/render.ts';
import { sendToMissed } from '../schedule/missed.ts';
import { scheduleSend } from '../schedule/schedule.ts';
import { readEngine } from '../store/engine.ts';
import { findRevision } from '../store/issues.ts';
import { isLocked } from '../store/lock.ts';
import { getPublication, type Publication } from '../store/publications.ts';
import { openSend, type Send } from '../store/sends.ts';
import { type Data, withData } from './data.ts';
import { sendAndWait } from './sending.ts';
import type { Arguments, Context } from './table.ts';

export async function send(context: Context, { positionals: [issue = ''], values }: Arguments): Promise<number> {
  const { slug, number } = readIssueName(issue);
  const waived = readWaivers(values['waive']);
  const now = Date.now();
  return withData(context.config, async (data) => {
    const publication = getPublication(data.db, slug);
    refuseOtherRoute(context, data);
    if (values['missed'] === true) return sendMissed(context, data, { publication, number }, values);
    const at = values['at'] === undefined ? now : futureInstant(String(values['at']), publication.zone, now);
    const studio = openDrawing();
    let row: Send;
    const under = values['wait'] === true && values['at'] === undefined ? underWay(context, data, publication, number) : undefined;
    if (under !== undefined) {
      context.warn(`${under.name} is under way already: waiting for it`);
      return sendAndWait(context, data, under.id);
    }
    try {
      const deps = { db: data.db, draw: studio.draw, baseUrl: context.config.baseUrl, now: Date.now };
      row = await scheduleSend(deps, { publication, number, at, rehearsal: context.config.smtp === undefined, waived, actor: 'operator' });
    } finally {
      await studio.close();
    }
    const when = at > now ? `scheduled for ${iso(at, publication.zone)} (${publication.zone})` : 'on its way';
    context.warn(
      `${row.name} ${when}${row.rehearsal ? ', as a rehearsal: SMTP_URL is not set, so the built-in catcher takes the mail' : ''}`,
    );
    if (values['wait'] === true) return sendAndWait(context, data, row.id);
    context.warn('A running galley serve sends it; galley status shows how it goes');
    return 0;
  });
}

/** `--missed`: in the edition that went out, so nothing is checked, approved or put off. */
function sendMissed(
  context: Context,
  data: Data,
  { publication, number }: { publication: Publication; number: string },
  values: Arguments['values'],
): number | Promise<number> {
  if (values['at'] !== undefined || values['waive'] !== undefined)
    throw new AppError('usage', '--missed sends at once what went out already: leave --at and --waive out');
  const issue = findRevision(data.db, publication.id, number);
  if (issue === undefined)
    throw new AppError('issue.not_found', `No issue ${publication.slug}/${number}: galley issue add FILE adds one`, { status: 404 });
  const order = { issueId: issue.issueId, rehearsal: context.config.smtp === undefined, actor: 'operator' };
  const row = sendToMissed({ db: data.db, now: Date.now }, order);
  context.warn(`${row.name} is on its way to those whom the sends before it missed`);
  return values['wait'] === true ? sendAndWait(context, data, row.id) : 0;
}

/** The parts of SLUG/NUMBER. */
export function readIssueName(issue: string): { slug: string; number: string } {
  const [slug = '', number = ''] = issue.split('/');
  if (number === '') throw new AppError('usage', `"${issue}" is no issue: write SLUG/NUMBER, such as durand/2025-02`);
  return { slug, number };
}

function futureInstant(text: string, zone: string, now: number): number {
  const when = parseWhen(text, zone);
  if ('problem' in when) throw new AppError('send.when', `--at: ${when.problem}`);
  if (when.instant < now)
    throw new AppError(
      'send.when',
      `--at ${text} is past (${iso(when.instant, zone)} in ${zone}): name a time to come, or leave --at out to send now`,
    );
  return when.instant;
}

/** The waivers of the command line, each `CHECK=REASON`. */
export function readWaivers(given: Arguments['values'][string]): Record<string, string> {
  const list = Array.isArray(given) ? given : [];
  return Object.fromEntries(
    list.map((entry) => {
      const [, check = '', reason = ''] = /^([a-z-]+)=(.*)$/s.exec(String(entry)) ?? [];
      if (reason.trim() === '')
        throw new AppError('usage', `--waive ${entry}: write CHECK=REASON, such as --waive links="sources follow on the web page"`);
      if (!stoppingChecks.some((known) => known === check))
        throw new AppError('usage', `--waive ${check}: the checks to waive are ${stoppingChecks.join(', ')}`);
      return [check, reason.trim()];
    }),
  );
}

/** Beside a serve that has a relay no rehearsal can be sent, and beside one without no real send: neither would ever start. */
function refuseOtherRoute({ config }: Context, { db }: Data): void {
  const { rehearsal } = readEngine(db);
  if (rehearsal === config.rehearsal || !isLocked(config.dataDir)) return;
  throw new AppError(
    'send.route',
    rehearsal
      ? 'The galley serve on this DATA_DIR runs without a relay, and this command has SMTP_URL: set it for serve too and start serve again, or unset it here for a rehearsal'
      : 'The galley serve on this DATA_DIR has a relay, and this command has no SMTP_URL: set the same here, or rehearse in a DATA_DIR of its own',
  );
}

/** The send of an issue that was begun and is not over, such as one whose `--wait` was interrupted. */
function underWay({ config }: Context, { db }: Data, publication: Publication, number: string): Send | undefined {
  const revision = findRevision(db, publication.id, number);
  return revision === undefined ? undefined : openSend(db, revision.issueId, config.smtp === undefined);
}

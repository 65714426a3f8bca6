/** The commands for a send under way: status, pause, resume, cancel, unknown. They change rows only; a running serve sees it within a second. */
import { AppError } from '../errors.ts';
import { type SendStatus, type SteerAction, statusOf } from '../model/send.ts';
import { iso } from '../model/zone.ts';
import { comingSlot, publicationSlots } from '../schedule/slots.ts';
import { cancelStep, steer } from '../schedule/steer.ts';
import { dismissUnknowns, resendUnknowns, unknownsOf } from '../schedule/unknowns.ts';
import { finishSends } from '../settle/settle.ts';
import { readEngine } from '../store/engine.ts';
import { isLocked } from '../store/lock.ts';
import { troubledNotices } from '../store/notices.ts';
import type { Db } from '../store/open.ts';
import { findSend, getSend, newestSend, type Send, sendMaterial } from '../store/sends.ts';
import { withData } from './data.ts';
import type { Arguments, Context } from './table.ts';

export async function status(context: Context, { positionals: [name], values }: Arguments): Promise<number> {
  return withData(context.config, ({ db }) => {
    const row = name === undefined ? newestSend(db) : namedSend(db, name);
    if (row === undefined) throw new AppError('send.not_found', ['Nothing has been sent yet', ...describeCalendar(db)].join('\n'));
    const state = statusOf(row);
    if (values['json']) context.print(JSON.stringify(state));
    else for (const line of [...describeStatus(db, row, state), ...(name === undefined ? describeCalendar(db) : [])]) context.print(line);
    return 0;
  });
}

function namedSend(db: Db, name: string): Send {
  const found = findSend(db, name);
  if (found === undefined) throw new AppError('send.not_found', `No send "${name}": galley status shows the newest`, { status: 404 });
  return found;
}

function describeStatus(db: Db, row: Send, state: SendStatus): string[] {
  const {
    send: name,
    rehearsal,
    prepared,
    accepted,
    refused,
    deferred,
    unknown: unknowns,
    cancelled,
    waiting,
    bounced,
    complained,
  } = state;
  const counts = Object.entries({ prepared, accepted, refused, deferred, unknown: unknowns, cancelled, waiting, bounced, complained });
  const lines = [
    `${name}: ${stateOf(row)}${rehearsal ? ' (rehearsal)' : ''}`,
    ...counts.map(([word, count]) => `${String(count).padStart(9)} ${word}`),
  ];
  if (unknowns > 0) lines.push(`galley unknown ${name} list names the readers of whose mail nobody knows whether it arrived`);
  if (row.asOf === null) lines.push(...describeStart(db, row));
  const trouble = readEngine(db).relayTrouble;
  if (trouble !== null && state.state === 'sending') lines.push(`The relay does not take mail: ${trouble}`);
  return lines;
}

/** When a send that has not started goes out, or why it waits. */
function describeStart(db: Db, { id, name, state, scheduledFor }: Send): string[] {
  const { zone } = sendMaterial(db, id).publication;
  const time = `${iso(scheduledFor, zone)} (${zone})`;
  if (state === 'scheduled') return [`It goes out at ${time}`];
  if (state !== 'paused') return [];
  if (scheduledFor > Date.now()) return [`It was to go out at ${time}; galley resume ${name} schedules it again`];
  return [`It was to go out at ${time} and waits for you: galley resume ${name} sends it now, galley cancel ${name} drops it`];
}

/** The next slot of each publication that has one, and notices that did not get through. */
function describeCalendar(db: Db): string[] {
  const slots = publicationSlots(db).map((each) => {
    const { at, issue } = comingSlot(db, each, Date.now());
    const { slug, zone } = each.publication;
    return `Next slot of ${slug}: ${iso(at, zone)} (${zone}), ${issue ?? 'nothing approved for it yet'}`;
  });
  const notices = troubledNotices(db, 5).map(
    ({ facts, address, state, reply, createdAt }) =>
      `Notice ${facts.kind} of ${new Date(createdAt).toISOString().slice(0, 16)}Z to ${address} is ${state}: ${reply ?? 'nobody knows whether it arrived'}`,
  );
  return [...slots, ...notices];
}

/** The state in words; of a send that a person stopped, also how much of it workers have not yet given back. */
function stateOf({ state, queued }: Send): string {
  if (queued === 0 || (state !== 'paused' && state !== 'cancelled')) return state;
  return `${state}; ${queued === 1 ? '1 message is' : `${queued} messages are`} still out`;
}

const steering =
  (action: SteerAction) =>
  async (context: Context, { positionals: [name = ''] }: Arguments): Promise<number> =>
    withData(context.config, ({ db }) => {
      const { send, changed } = steer({ db, now: Date.now }, namedSend(db, name).id, action, 'operator');
      if (action === 'cancel' && !isLocked(context.config.dataDir)) cancelAlone(context, db);
      const now = getSend(db, send.id);
      context.print(`${now.name} is ${changed ? '' : 'already '}${stateOf(now)}`);
      if (now.state === 'sending' && !isLocked(context.config.dataDir)) context.warn('It goes on when galley serve runs');
      return 0;
    });

export const pause = steering('pause');
export const resume = steering('resume');
export const cancel = steering('cancel');

/** Without a serve nobody else cancels the rows. */
function cancelAlone({ log }: Context, db: Db): void {
  const deps = { db, log, now: Date.now };
  while (cancelStep(deps));
  finishSends(deps);
}

export async function unknown(context: Context, { positionals: [name = '', action = '', ...emails], values }: Arguments): Promise<number> {
  const all = values['all'] === true;
  if (!['list', 'resend', 'dismiss'].includes(action))
    throw new AppError('usage', `unknown ${name} takes list, resend or dismiss, not "${action}"`);
  if (action === 'list' && (all || emails.length > 0)) throw new AppError('usage', 'unknown SEND list lists them all: it takes no names');
  if (action !== 'list' && all === emails.length > 0)
    throw new AppError('usage', `unknown SEND ${action} takes either --all or the addresses it is about`);
  const chosen = all ? 'all' : emails;
  return withData(context.config, async ({ db }) => {
    const send = namedSend(db, name);
    if (action === 'list') return listUnknowns(context, db, send, values['json'] === true);
    if (action === 'resend') return resend(context, db, send, chosen);
    const dismissed = dismissUnknowns({ db, now: Date.now }, send, chosen, 'operator');
    context.print(`${counted(dismissed)} dismissed: nothing more goes to ${dismissed === 1 ? 'this reader' : 'these readers'}`);
    return 0;
  });
}

/** One line for each: the address and the last reply; with `json` one object a line. */
async function listUnknowns(context: Context, db: Db, send: Send, json: boolean): Promise<number> {
  for (const { address, reply, since, resent } of unknownsOf(db, send.id)) {
    const facts = { address, reply, since: new Date(since).toISOString(), resent };
    await context.write(`${json ? JSON.stringify(facts) : `${address}  ${reply ?? ''}`.trimEnd()}\n`);
  }
  return 0;
}

function resend(context: Context, db: Db, send: Send, chosen: 'all' | readonly string[]): number {
  const { resent, early, possibleAt } = resendUnknowns({ db, now: Date.now }, send, chosen, 'operator');
  const { state } = getSend(db, send.id);
  context.print(`${counted(resent)} to be sent again${state === 'paused' && resent > 0 ? ' once the send is resumed' : ''}`);
  if (possibleAt === undefined) return 0;
  const { zone } = sendMaterial(db, send.id).publication;
  const minute = 60_000;
  const from = iso(Math.ceil(possibleAt / minute) * minute, zone);
  context.warn(
    `${counted(early)} not sent again yet: what became unknown less than 15 minutes ago may still turn out to have arrived. Possible from ${from} (${zone}) on`,
  );
  return 1;
}

const counted = (messages: number): string => (messages === 1 ? '1 message is' : `${messages} messages are`);

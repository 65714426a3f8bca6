/** The calendar: coming slots with what goes out in them, what is scheduled beside, and how each publication is run. */
import { AppError } from '../../errors.ts';
import type { Html } from '../../html.ts';
import { parseAddresses } from '../../model/address.ts';
import { type Customs, type MissedSlot, missedSlots, mostGraceMinutes } from '../../model/customs.ts';
import { mayAs } from '../../model/person.ts';
import { describeSlot, parseSlot, slotAfter } from '../../model/slot.ts';
import { missingFor, nextSlot, revisePublication } from '../../schedule/schedule.ts';
import { listAwaiting } from '../../store/approvals.ts';
import { noteAudit } from '../../store/audit.ts';
import { customsOf, saveCustoms } from '../../store/customs.ts';
import type { Db } from '../../store/open.ts';
import { getPublication, listPublications, type Publication } from '../../store/publications.ts';
import { sendsInState } from '../../store/sends.ts';
import { inTransaction } from '../../store/statement.ts';
import { type Coming, calendarBody, customsBody } from './calendar-page.ts';
import type { Desk } from './desk.ts';
import { actorOf, personOf } from './entry.ts';
import { readLongForm } from './long-body.ts';
import { publicationOf } from './show.ts';

const slotsShown = 6;

/** Serves `/console/calendar` and `/console/calendar/:slug`. */
export function calendarRoutes(desk: Desk, { db, now }: { db: Db; now: () => number }): void {
  desk.get('/console/calendar', 'viewer', (request, response) => {
    const chosen = publicationOf(db, request);
    const publications = listPublications(db).filter(({ id }) => chosen === undefined || id === chosen.id);
    const mayChange = mayAs(personOf(response).role, 'owner');
    const body = calendarBody(
      publications.map((publication) => ({
        publication,
        customs: customsOf(db, publication.id),
        coming: comingOf(db, publication, now()),
      })),
      mayChange,
    );
    desk.show(response, { title: 'Calendar', here: { place: 'calendar', exact: true }, body, byPublication: true });
  });

  const form = (publication: Publication, wrong?: string, typed?: URLSearchParams): Html =>
    customsBody({ publication, customs: customsOf(db, publication.id), wrong, typed });

  desk.get('/console/calendar/:slug', 'owner', (request, response) => {
    const publication = getPublication(db, request.params.slug);
    desk.show(response, { title: `How ${publication.name} is run`, here: { place: 'calendar', exact: false }, body: form(publication) });
  });

  desk.post('/console/calendar/:slug', 'owner', async (request, response) => {
    const publication = getPublication(db, request.params.slug);
    const typed = await readLongForm(request as never);
    try {
      change(db, publication, readCustoms(typed), typed.get('slot') ?? '', { actor: actorOf(response), at: now() });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      response.status(422);
      return desk.show(response, {
        title: `How ${publication.name} is run`,
        here: { place: 'calendar', exact: false },
        body: form(publication, error.message, typed),
      });
    }
    response.redirect(303, `/console/calendar?publication=${encodeURIComponent(publication.slug)}`);
  });
}

/** What comes for a publication, by its instant: its next slots with the issues that wait for them, and sends at other times. */
function comingOf(db: Db, publication: Publication, now: number): Coming[] {
  const sends = sendsInState(db, 'scheduled')
    .filter(({ publicationId, rehearsal }) => publicationId === publication.id && !rehearsal)
    .map((send): Coming => ({ kind: 'send', at: send.scheduledFor, issueId: send.issueId, issue: send.name }));
  if (publication.slot === null) return sends.toSorted((a, b) => a.at - b.at);
  const slot = parseSlot(publication.slot);
  const waiting = listAwaiting(db, publication.id, now);
  const { missing, issue, issueId } = missingFor(db, publication, now);
  const slots: Coming[] = [];
  for (let next = nextSlot(db, publication, now); slots.length < slotsShown; next = slotAfter(slot, publication.zone, next.at)) {
    const place = slots.length;
    const taken = waiting[place];
    if (taken !== undefined)
      slots.push({
        kind: 'slot',
        at: next.at,
        issueId: taken.approval.issueId,
        issue: `${publication.slug}/${taken.number}`,
        missing: 'nothing',
      });
    else
      slots.push({
        kind: 'slot',
        at: next.at,
        ...(place === 0 && issueId !== undefined ? { issueId, issue: issue ?? '', missing } : { missing: 'issue' }),
      });
  }
  return [...slots, ...sends].toSorted((a, b) => a.at - b.at);
}

const mostPeople = 20;

/** The form as it was sent. Errors in words: what is none of what it takes. */
function readCustoms(typed: URLSearchParams): Customs {
  const field = (name: string): string => (typed.get(name) ?? '').trim();
  const missedSlot = Object.keys(missedSlots).find((key): key is MissedSlot => key === field('missed'));
  if (missedSlot === undefined) throw wrong('Say what becomes of a slot that was missed.');
  const graceMinutes = Number(field('grace'));
  if (!/^\d{1,3}$/.test(field('grace')) || graceMinutes > mostGraceMinutes)
    throw wrong(`Minutes to take a send back are a whole number from 0 to ${mostGraceMinutes}.`);
  const days = field('days')
    .split(/[\s,;]+/)
    .filter((word) => word !== '');
  if (days.some((word) => !/^\d{1,2}$/.test(word) || Number(word) < 1 || Number(word) > 31) || days.length > 5)
    throw wrong('Reminders are up to five numbers of days from 1 to 31, such as 7, 3, 1.');
  const reminderTo = parseAddresses(field('people'));
  if (!Array.isArray(reminderTo)) throw wrong(`“${reminderTo.word.slice(0, 80)}” ${reminderTo.problem}: ${reminderTo.remedy}.`);
  if (reminderTo.length > mostPeople) throw wrong(`At most ${mostPeople} people can be reminded.`);
  const reminderDays = [...new Set(days.map(Number))].toSorted((a, b) => b - a);
  return { twoPeople: typed.get('two') === 'yes', graceMinutes, missedSlot, reminderDays, reminderTo };
}

const wrong = (text: string): AppError => new AppError('customs', text, { status: 422 });

function change(db: Db, publication: Publication, customs: Customs, slot: string, { actor, at }: { actor: string; at: number }): void {
  const spelt = slot.trim() === '' ? null : describeSlot(parseSlot(slot));
  inTransaction(db, () => {
    saveCustoms(db, publication.id, customs);
    revisePublication(db, publication.slug, { actor, now: at }, (before) =>
      spelt === before.slot ? undefined : { changes: { slot: spelt }, detail: 'slot' },
    );
    const { reminderTo, ...rest } = customs;
    noteAudit(db, {
      at,
      actor,
      action: 'customs',
      subject: publication.slug,
      detail: JSON.stringify({ slot: spelt, ...rest, people: reminderTo.length }),
    });
  });
}

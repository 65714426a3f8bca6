/** Drawings of the calendar and of the form that says how a publication is run. */
import { attrs, type Html, html } from '../../html.ts';
import { type Customs, missedSlots } from '../../model/customs.ts';
import type { Missing } from '../../schedule/schedule.ts';
import type { Publication } from '../../store/publications.ts';
import { counted, moment, slotWords } from './page.ts';

/** Something that comes: a slot, or a send at another time. */
export type Coming = { at: number; issueId?: number; issue?: string } & ({ kind: 'slot'; missing: Missing } | { kind: 'send' });

export interface PublicationCalendar {
  publication: Publication;
  customs: Customs;
  coming: readonly Coming[];
}

const missingWords: Record<Missing, { look: string; label: string }> = {
  nothing: { look: 'on', label: 'Goes out by itself' },
  slot: { look: 'half', label: 'Approved, not put down for the slot' },
  approval: { look: 'half', label: 'Not approved yet' },
  text: { look: 'half', label: 'Being written' },
  issue: { look: 'off', label: 'Nothing begun' },
};

export function calendarBody(calendars: readonly PublicationCalendar[], mayChange: boolean): Html {
  if (calendars.length === 0)
    return html`<div class="head"><h1>Nothing to come</h1><p class="muted">There is no publication yet.</p></div>`;
  return html`<div class="head"><h1>What comes</h1></div>${calendars.map((calendar) => one(calendar, mayChange))}`;
}

function one({ publication, customs, coming }: PublicationCalendar, mayChange: boolean): Html {
  const { slug, name, slot, zone } = publication;
  const row = (item: Coming): Html => {
    const state = item.kind === 'send' ? { look: 'on', label: 'Scheduled for this time' } : missingWords[item.missing];
    return html`<tr><th scope="row">${moment(item.at, zone)}</th><td>${item.issue !== undefined ? html`<a href="/console/issues/${item.issueId}/proof"><bdi>${item.issue}</bdi></a>` : html`<span class="muted">No issue</span>`}</td><td><span class="tag ${state.look}">${state.label}</span></td></tr>`;
  };
  return html`<section class="part calendar" aria-labelledby="c-${slug}"><h2 id="c-${slug}"><bdi>${name}</bdi></h2><p class="muted">${slot === null ? 'No monthly slot' : html`Slot: ${slotWords(slot)}`}, on the clocks of ${zone}. ${customsWords(customs)} ${mayChange && html`<a href="/console/calendar/${slug}">Change how it is run</a>`}</p>
${coming.length > 0 ? html`<table class="list"><thead class="unseen"><tr><th scope="col">When</th><th scope="col">Issue</th><th scope="col">Stands</th></tr></thead><tbody>${coming.map(row)}</tbody></table>` : html`<p>Nothing is scheduled.</p>`}</section>`;
}

function customsWords({ twoPeople, missedSlot, reminderDays, reminderTo }: Customs): string {
  const reminders =
    reminderDays.length === 0 || reminderTo.length === 0
      ? 'Nobody is reminded.'
      : `${counted(reminderTo.length, 'person is', 'people are')} reminded ${reminderDays.join(', ')} ${reminderDays.at(-1) === 1 && reminderDays.length === 1 ? 'day' : 'days'} before.`;
  return `${twoPeople ? 'Two people sign off. ' : ''}A slot that was missed: ${missedSlots[missedSlot].toLowerCase()}. ${reminders}`;
}

export interface CustomsView {
  publication: Publication;
  customs: Customs;
  wrong: string | undefined;
  typed: URLSearchParams | undefined;
}

export function customsBody({ publication, customs, wrong, typed }: CustomsView): Html {
  const value = (field: string, kept: string): string => typed?.get(field) ?? kept;
  const missed = value('missed', customs.missedSlot);
  const two = typed === undefined ? customs.twoPeople : typed.get('two') === 'yes';
  return html`<p class="back"><a href="/console/calendar">Calendar</a></p><div class="head"><h1>How <bdi>${publication.name}</bdi> is run</h1></div>
${wrong !== undefined && html`<p class="err" role="alert">${wrong}</p>`}
<form class="sheet" method="post" action="/console/calendar/${publication.slug}">
<label>Monthly slot <input class="input" name="slot" value="${value('slot', publication.slot ?? '')}" placeholder="first tuesday 09:00" autocomplete="off"><small>first, second, third, fourth or last, a weekday and a time; or day 15 09:00. On the clocks of ${publication.zone}. Empty for none.</small></label>
<fieldset><legend>A slot that was missed by hours, because nothing ran</legend>${Object.entries(missedSlots).map(([key, label]) => html`<label class="choice"><input type="radio" name="missed" value="${key}"${attrs({ checked: key === missed })}> ${label}</label>`)}</fieldset>
<label class="choice"><input type="checkbox" name="two" value="yes"${attrs({ checked: two })}> Two people sign off: who wrote the last words does not approve them</label>
<label>Minutes to take back a send for now <input class="input short" name="grace" inputmode="numeric" value="${value('grace', String(customs.graceMinutes))}"></label>
<label>Remind, days before a slot <input class="input short" name="days" value="${value('days', customs.reminderDays.join(', '))}" placeholder="7, 3, 1" autocomplete="off"></label>
<label>Whom to remind <textarea class="input" name="people" rows="3" dir="ltr" spellcheck="false" placeholder="noor@example.org, marta@example.org">
${value('people', customs.reminderTo.join(', '))}</textarea></label>
<p><button class="btn go">Keep it</button></p></form>`;
}

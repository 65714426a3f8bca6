/** The calendar of serve: slots are taken and notices drawn beside the engine's loop, because drawing takes seconds and a turn must not. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log.ts';
import type { RedisUrl } from '../queue/connect.ts';
import { openSlotSchedule } from '../queue/slots.ts';
import { openDrawing } from '../render/render.ts';
import { drawNotices } from '../schedule/notices.ts';
import { remindOfSlots } from '../schedule/reminders.ts';
import { publicationSlots, takeSlots } from '../schedule/slots.ts';
import { findUndrawn } from '../store/notices.ts';
import type { Db } from '../store/open.ts';

export interface CalendarOptions {
  db: Db;
  redisUrl: RedisUrl;
  baseUrl: string;
  /** A rehearsal uses up no slot. */
  rehearsal: boolean;
  log: Log;
  now: () => number;
}

export interface Calendar {
  /** Looks after slots, their schedules in Redis and notices, now or after the look under way. Returns at once. */
  look(): void;
  /** As `look`, when some notice waits to be drawn. Called every turn. */
  lookAtNotices(): void;
  /** Waits for the look under way, whose drawing is cut short. */
  close(): Promise<void>;
}

/** After a look that failed the next one waits so long, lest it fails five times a second. */
const restMs = 5000;

/** Opens the calendar; the schedules in Redis wake it at the instant of a slot, the engine's sweep every half minute. */
export async function openCalendar({ db, redisUrl, log, now, ...at }: CalendarOptions): Promise<Calendar> {
  const studio = openDrawing();
  const closing = new AbortController();
  let looking: Promise<void> | undefined;
  let again = false;
  const schedule = await openSlotSchedule(
    redisUrl,
    () => look(),
    (error) => log.debug('slots.redis', { error: error.message }),
  );

  async function once(): Promise<void> {
    if (!at.rehearsal) {
      await takeSlots({ db, draw: studio.draw, baseUrl: at.baseUrl, log, now });
      remindOfSlots({ db, log, now });
      await schedule.keep(publicationSlots(db).map(({ publication: { slug, zone }, slot }) => ({ slug, zone, slot })));
    }
    await drawNotices({ db, drawNotice: studio.drawNotice, ...at });
  }

  async function untilQuiet(): Promise<void> {
    do {
      again = false;
      try {
        await once();
      } catch (error) {
        if (closing.signal.aborted) return;
        log.warn('calendar.waits', { error });
        await sleep(restMs, undefined, { signal: closing.signal }).catch(() => {});
      }
    } while (again && !closing.signal.aborted);
    looking = undefined;
  }

  function look(): void {
    if (closing.signal.aborted) return;
    again = true;
    looking ??= untilQuiet();
  }

  return {
    look,
    lookAtNotices() {
      if (looking === undefined && findUndrawn(db, at.rehearsal) !== undefined) look();
    },
    async close() {
      closing.abort();
      await studio.close();
      await looking;
      await schedule.close();
    },
  };
}

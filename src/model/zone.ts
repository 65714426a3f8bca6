/** Wall time in a time zone to an instant, by the zone data of Intl. */

/** The instants at which a clock in `zone` shows this wall time: none in the hour that a change to summer time skips, two in the hour that comes twice. */
export function instantsOf(
  wall: { year: number; month: number; day: number; hour: number; minute: number; second?: number },
  zone: string,
): number[] {
  const asUtc = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second ?? 0);
  const day = 86_400_000;
  const offsets = new Set([asUtc - day, asUtc, asUtc + day].map((instant) => offsetAt(instant, zone)));
  return [...offsets]
    .map((offset) => asUtc - offset)
    .filter((instant) => instant + offsetAt(instant, zone) === asUtc)
    .sort((a, b) => a - b);
}

/** What a zone's clocks are ahead of UTC at an instant, in milliseconds. */
export function offsetAt(instant: number, zone: string): number {
  const parts = clockOf(zone).formatToParts(instant);
  const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.find((found) => found.type === type)?.value);
  const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return shown - Math.floor(instant / 1000) * 1000;
}

/** Making a formatter costs a hundred times what using it does. */
const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const parts = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' } as const;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    ...parts,
  });
  clocks.set(zone, made);
  return made;
}

export function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/**
 * Reads WHEN: ISO 8601 with an offset or Z, or without one as wall time in `zone`. Returns the instant in ms, or what is wrong with it.
 * An hour that does not exist is refused; of one that comes twice the first is taken only when an offset says so.
 */
export function parseWhen(text: string, zone: string): { instant: number } | { problem: string } {
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?)?(Z|[+-]\d{2}:?\d{2})?$/i.exec(text.trim());
  if (match === null) return { problem: `"${text}" is no time: write 2026-12-01T09:00, or with an offset 2026-12-01T09:00+05:00` };
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map((part) => Number(part ?? 0));
  const asUtc = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  if (asUtc.getUTCMonth() !== month - 1 || asUtc.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59) {
    return { problem: `"${text}" names a day or an hour that no calendar has` };
  }
  const offset = match[7];
  if (offset !== undefined) {
    const ms = offsetMs(offset);
    return Math.abs(ms) > 14 * 3_600_000
      ? { problem: `"${text}": no place on earth is ${offset} from UTC` }
      : { instant: asUtc.getTime() - ms };
  }
  const instants = instantsOf({ year, month, day, hour, minute, second }, zone);
  const [first, again] = instants;
  if (first === undefined)
    return { problem: `${text} does not exist in ${zone}: the clocks are put forward over it. Choose an hour before or after` };
  if (again !== undefined)
    return { problem: `${text} comes twice in ${zone}: say which by an offset, ${iso(first, zone)} or ${iso(again, zone)}` };
  return { instant: first };
}

/** `2026-12-01T09:00+05:00`: an instant as a zone's clocks show it. */
export function iso(instant: number, zone: string): string {
  const offset = offsetAt(instant, zone);
  const minutes = Math.abs(offset) / 60_000;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `${new Date(instant + offset).toISOString().slice(0, 16)}${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

function offsetMs(offset: string): number {
  if (/^z$/i.test(offset)) return 0;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(offset) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

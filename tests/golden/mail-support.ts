/** What mail programs do not support of what a mail uses, by the tables of caniemail.com. */
import { caniemail } from 'caniemail';

type Programs = Parameters<typeof caniemail>[0]['clients'];

/** The mail programs asked about. Left out are those of which the tables do not know whether they show pictures or space around text:
 *  free.fr, rainloop, t-online, wp.pl, ionos, thunderbird on Windows, the phone programs of GMX, WEB.DE and La Poste. */
const programs: Programs = [
  'aol.*',
  'apple-mail.*',
  'fastmail.*',
  'gmail.*',
  'gmx.desktop-webmail',
  'hey.*',
  'laposte.desktop-webmail',
  'mail-ru.*',
  'orange.*',
  'outlook.*',
  'protonmail.*',
  'samsung-email.*',
  'sfr.*',
  'thunderbird.macos',
  'web-de.desktop-webmail',
  'yahoo.*',
];

/** What the mails use that some program does not support at all: a line for each feature and program, sorted, so that it can be kept and compared. */
export function unsupported(mails: readonly string[]): string[] {
  const lines = new Set<string>();
  for (const html of mails)
    for (const [program, issues] of caniemail({ clients: programs, html }).issues.errors)
      for (const { title } of issues) lines.add(`${title}: ${program}`);
  return [...lines].toSorted();
}

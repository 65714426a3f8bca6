/** The editors hear of a relay that has taken nothing for minutes, while a send of theirs goes out. */
import type { Log } from '../log.ts';
import { noticedSince, tellEditors } from '../store/notices.ts';
import type { Db } from '../store/open.ts';
import { getPublicationById } from '../store/publications.ts';
import { runningSends } from '../store/sends.ts';
import { inTransaction } from '../store/statement.ts';

/** Relays are restarted, and answer again within this time. */
const tellAfterMs = 5 * 60_000;
/** A relay that comes and goes is the same trouble. */
const tellAgainAfterMs = 24 * 3_600_000;

/**
 * Opens the watch; call it with what workers say keeps them from the relay, null when nothing does. The notice waits for the relay like everything else: it says
 * afterwards why a send took so long, and the desk shows meanwhile that it waits.
 */
export function watchRelay({ db, rehearsal, log, now }: { db: Db; rehearsal: boolean; log: Log; now: () => number }) {
  let since: number | undefined;
  let told = false;
  return (trouble: string | null): void => {
    if (trouble === null) {
      since = undefined;
      told = false;
      return;
    }
    since ??= now();
    const minutes = Math.floor((now() - since) / 60_000);
    if (told || now() - since < tellAfterMs) return;
    told = true;
    if (noticedSince(db, 'relay-trouble', now() - tellAgainAfterMs)) return;
    inTransaction(db, () => {
      for (const { publicationId, name: send } of runningSends(db, rehearsal)) {
        const facts = { kind: 'relay-trouble', send, trouble, minutes } as const;
        tellEditors(db, { publication: getPublicationById(db, publicationId), rehearsal, facts, now: now() });
        log.warn('relay.trouble_told', { send, trouble, minutes });
      }
    });
  };
}

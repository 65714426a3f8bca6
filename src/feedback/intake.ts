/** Taking mails in: each is a row before its sender hears 250. Mails that come together are written together, so that a flood costs few syncs of the disk. */
import { addInbound, type NewInbound } from '../store/inbound.ts';
import type { Db } from '../store/open.ts';

export interface Intake {
  /** Resolves when the mail is on the disk; rejects when it could not be written. */
  take(mail: NewInbound): Promise<void>;
}

/** How long the first mail waits for company. */
const gatherMs = 10;
const mailsAtOnce = 100;

/** `taken` is called after each commit: something waits to be read. */
export function openIntake(db: Db, { now, taken }: { now: () => number; taken: () => void }): Intake {
  let gathered: { mail: NewInbound; done: () => void; failed: (error: unknown) => void }[] = [];
  let timer: NodeJS.Timeout | undefined;

  function write(): void {
    clearTimeout(timer);
    timer = undefined;
    const mails = gathered;
    gathered = [];
    try {
      addInbound(
        db,
        mails.map(({ mail }) => mail),
        now(),
      );
    } catch (error) {
      for (const { failed } of mails) failed(error);
      return;
    }
    for (const { done } of mails) done();
    taken();
  }

  return {
    take: (mail) =>
      new Promise((done, failed) => {
        gathered.push({ mail, done, failed });
        if (gathered.length >= mailsAtOnce) write();
        else timer ??= setTimeout(write, gatherMs);
      }),
  };
}

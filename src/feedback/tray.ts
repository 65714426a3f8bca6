/** The tray: mails nobody understood, looked at by a person, who says what each is. Every answer counts once and stands in the audit. */
import { AppError } from '../errors.ts';
import { noteAudit } from '../store/audit.ts';
import { dismissTray, findInbound, inboundRaw, inboundStart, rereadTray } from '../store/inbound.ts';
import { inTransaction } from '../store/statement.ts';
import type { ActDeps } from './act.ts';
import { forward } from './forward.ts';
import { field } from './read/fields.ts';
import { decoded, openMail } from './read/mail.ts';

/** What a person may say of a mail in the tray. */
export const trayAnswers = ['nothing', 'again', 'editors'] as const;
export type TrayAnswer = (typeof trayAnswers)[number];

export type TrayDeps = Pick<ActDeps, 'db' | 'rehearsal' | 'bounceDomain' | 'log' | 'now'>;

/**
 * Does what a person says of a mail in the tray: leaves it alone for good, has it read again, or passes it on to the editors. False when it is in the tray no
 * more: somebody has answered before. Errors: it cannot be passed on, because of its size or a storm of others.
 */
export function answerTray(deps: TrayDeps, id: number, answer: TrayAnswer, actor: string): boolean {
  const { db, now } = deps;
  return inTransaction(db, () => {
    const mail = findInbound(db, id);
    if (mail?.state !== 'tray') return false;
    if (answer === 'again' && !rereadTray(db, id, now()))
      throw new AppError('tray.gone', 'This mail is not kept any more, so it cannot be read again.', { status: 409 });
    if (answer === 'nothing') dismissTray(db, id, 'a person looked at it: it is nothing');
    if (answer === 'editors') {
      const raw = inboundRaw(db, id);
      if (raw === undefined) throw new AppError('tray.gone', 'This mail is not kept any more, so it cannot be passed on.', { status: 409 });
      const { state, note } = forward(deps, { ...mail, raw }, undefined);
      if (state === 'tray') throw new AppError('tray.forward', `It stays in the tray: ${note}.`, { status: 409 });
      dismissTray(db, id, note);
    }
    noteAudit(db, { at: now(), actor, action: `tray ${answer}`, subject: `mail ${id}` });
    return true;
  });
}

/** What can be told of a mail at a glance. */
export interface Glimpse {
  from: string;
  subject: string;
  /** The first lines of its text, as one. */
  words: string;
}

const glimpseOctets = 32 * 1024;
const glimpseLetters = 280;

/** Who wrote a mail, about what, and how it begins; undefined when it is not kept any more. */
export async function glimpse({ db }: Pick<TrayDeps, 'db'>, id: number): Promise<Glimpse | undefined> {
  const start = inboundStart(db, id, glimpseOctets);
  if (start === undefined) return undefined;
  const { fields, subject, notice } = await openMail(start);
  const words = notice.replace(/\s+/g, ' ').trim();
  return {
    from: decoded(field(fields, 'from')).slice(0, glimpseLetters),
    subject: subject.slice(0, glimpseLetters),
    words: words.length > glimpseLetters ? `${words.slice(0, glimpseLetters)}…` : words,
  };
}

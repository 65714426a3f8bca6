/** What the tests ask of a mail server of the system, whichever it is. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Mailboxes a mail server holds itself. Whoever is not in `good`, `full` or `away` is unknown, which it finds out after it has taken the mail. */
export interface Mailboxes {
  domain: string;
  good: readonly string[];
  /** Their mail comes back at once, as that of a mailbox over its quota does. */
  full: readonly string[];
  /** Their mail stays in the queue. */
  away: readonly string[];
}

/** A mail server of the system that runs for one test. */
export interface MailServer extends AsyncDisposable {
  port: number;
  /** How many mails lie in a mailbox. */
  mailsOf(name: string): number;
}

/** How many mails lie in the Maildir of a name. */
export function mailsIn(folder: string, name: string): number {
  const inbox = join(folder, name, 'new');
  return existsSync(inbox) ? readdirSync(inbox).length : 0;
}

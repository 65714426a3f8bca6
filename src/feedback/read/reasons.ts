/**
 * What a server's refusal means, as one table: who answers, at which step, its codes and its words → reason and scope. Words come first, because the same
 * code means many things (5.7.1 has thirteen reasons in the mails this was made from, 5.0.0 twenty); codes decide where words say nothing.
 */
import type { ReasonRow } from './reason-row.ts';
import { reasonsByCodes } from './reasons-by-codes.ts';
import { reasonsOfAbsence } from './reasons-of-absence.ts';
import { reasonsOfMailbox } from './reasons-of-mailbox.ts';
import { reasonsOfSender } from './reasons-of-sender.ts';

/** The first row that fits decides; the last fits everything. */
export const reasonTable: readonly ReasonRow[] = [...reasonsOfMailbox, ...reasonsOfSender, ...reasonsOfAbsence, ...reasonsByCodes];

/** A row of the table of reasons. */
import type { FeedbackClass, FeedbackReason, FeedbackScope } from '../../model/feedback.ts';
import type { DialogueStep } from './diagnostic.ts';

export interface ReasonRow {
  reason: FeedbackReason;
  scope: FeedbackScope;
  /** Matched against the names of the hosts that refused and reported, and the domain of the address. */
  provider?: RegExp;
  /** `unsaid`: a server elsewhere answered, and nobody says at which step. */
  step?: DialogueStep | 'unsaid';
  hearsay?: true;
  /** Matched against the enhanced code, `5.1.1`. */
  status?: RegExp;
  /** Matched against the reply code, `550`. */
  code?: RegExp;
  text?: RegExp;
  /** Matched against the text in which our own addresses and their domains stand as `⟨us⟩`. */
  nameless?: RegExp;
  /** Where it is another one than the reason's own. */
  class?: FeedbackClass;
  why: string;
  /** Words of a server that prompted the row. */
  seen: string;
}

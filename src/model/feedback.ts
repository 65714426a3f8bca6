/** What comes back for a mail that was sent: the words for its kind, its reason and whom it is about, and what reading one mail gives. */

/** `other`: neither a bounce nor anything else we know, a person's answer among them. */
export const feedbackKinds = ['bounce', 'delay', 'complaint', 'auto-reply', 'unsubscribe', 'other'] as const;
export type FeedbackKind = (typeof feedbackKinds)[number];

/** Whom a failure speaks about. Only `recipient` and `domain` may ever count against a reader. */
export const feedbackScopes = ['recipient', 'domain', 'sender', 'auth', 'message', 'relay', 'remote', 'unknown'] as const;
export type FeedbackScope = (typeof feedbackScopes)[number];

/** `hard`: the address does not exist, has moved, or its domain does not exist or never takes mail. `soft`: every other failure. `none`: no failure. */
export const feedbackClasses = ['hard', 'soft', 'none'] as const;
export type FeedbackClass = (typeof feedbackClasses)[number];

export const feedbackReasons = [
  ...(['user-unknown', 'moved', 'domain-unknown', 'null-mx'] as const),
  ...(['mailbox-disabled', 'mailbox-full', 'rate', 'filtered', 'policy', 'blocked', 'auth', 'relaying'] as const),
  ...(['content', 'virus', 'too-large', 'remote-down', 'network', 'expired', 'loop', 'protocol', 'greylisted'] as const),
  ...(['abuse', 'fraud', 'not-spam', 'auth-report', 'opt-out', 'vacation', 'challenge', 'read-receipt', 'unknown'] as const),
] as const;
export type FeedbackReason = (typeof feedbackReasons)[number];

/** What one mail says about one recipient. */
export interface FeedbackRecipient {
  /** As the mail spells it; empty when the mail does not say. */
  address: string;
  /** Original-Recipient, when it differs: the reader we wrote to, where `address` is whom the mail was forwarded to. */
  original?: string;
  /** RFC 3463 code such as `5.1.1`. */
  status?: string;
  /** SMTP reply code such as `550`. */
  code?: string;
  reason: FeedbackReason;
  scope: FeedbackScope;
  class: FeedbackClass;
  /** The same report says that another address got the mail: a reader has it forwarded to several, and this is one of them. */
  arrived?: true;
  /** The words that decided, one line, at most 200 characters. */
  diagnostic?: string;
}

/** What one mail says, read without looking anything up. */
export interface FeedbackReport {
  kind: FeedbackKind;
  recipients: FeedbackRecipient[];
  /** Message-ID of the mail it is about, without angle brackets. */
  messageId?: string;
  /**
   * A token as it stands in the mail, unverified, in lower case: of kind delivery or notice from the address it came to, Original-Envelope-Id, Message-ID or
   * returned headers; of kind leave where there is only that of a List-Unsubscribe, and in a mail that asks to leave.
   */
  token?: string;
  /** Host that reports. */
  reporter?: string;
  /** When the failure happened, else when the report was written; ms UTC. */
  date?: number;
}

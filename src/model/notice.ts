/** Notices: the mails that Galley writes itself. Here are the facts each kind tells; `render` puts them into words. */

/** What a notice is about. Times are as the publication's clocks show them, with offset: `2026-12-01T09:00+05:00`. */
export type NoticeFacts =
  /** To the editors: a slot came and no issue was approved, so nothing went out. `next` is the slot after it. */
  | { kind: 'slot-empty'; at: string; zone: string; next: string }
  /** To those who are named for it: a slot comes in `days`; what is missing for it, and of which issue (`SLUG/NUMBER`). */
  | {
      kind: 'slot-near';
      at: string;
      zone: string;
      days: number;
      missing: 'issue' | 'text' | 'approval' | 'slot' | 'nothing';
      issue?: string;
    }
  /** To the editors: a slot was found `hours` late and left out, as the publication asks; the issue that was approved for it waits for the `next`. */
  | { kind: 'slot-skipped'; at: string; zone: string; hours: number; next: string }
  /** To the editors: an issue (`SLUG/NUMBER`) that was approved and waited would be another mail now, so it waits for a person. */
  | { kind: 'approval-void'; issue: string }
  /** A test of an issue, to whoever was named: the mail as readers would get it, marked as a test. */
  | { kind: 'test'; issue: string; revision: number }
  /** To the editors: a send was due while nothing ran, so long ago that a person must say whether it still goes out. `hours` it was late when found. */
  | { kind: 'send-late'; send: string; at: string; zone: string; hours: number }
  /** To the editors: so much of a send came back (`hard` bounces), or so many complained, of `attempts` mails, that it stopped itself; not `paused` when it was over. */
  | {
      kind: 'send-alarm';
      send: string;
      cause: 'bounces' | 'complaints';
      hard: number;
      complaints: number;
      attempts: number;
      paused: boolean;
    }
  /**
   * To the editors: a provider says of `hard` mailboxes that they are not there, more than can be true. What it said in the last `days` counts for nobody;
   * `earlier` is the time before, of which a person may think the same. Instants in UTC: `2026-12-01T09:00Z`.
   */
  | { kind: 'outage'; domains: readonly string[]; hard: number; days: number; earlier: { from: string; to: string } }
  /** To the editors: the relay refused several readers in a row for a reason that is ours (`reply`), so the send stopped itself. */
  | { kind: 'send-halted'; send: string; reply: string }
  /** To the editors: for `minutes` the relay has taken nothing of a send; `trouble` says why. */
  | { kind: 'relay-trouble'; send: string; trouble: string; minutes: number }
  /** To the editors: a mail that came to us and is theirs to answer, passed on as it is. `inbound` is its number. */
  | { kind: 'forward'; inbound: number }
  /** To the editors: so many asked within an hour that the confirmations of the others wait. */
  | { kind: 'signup-brake'; asked: number }
  /** To somebody of the desk who asked for a link to sign in, good for `minutes`. */
  | { kind: 'sign-in'; token: string; minutes: number }
  /** To somebody whom `by` invites to the desk, good for `days`; `role` in words. */
  | { kind: 'invitation'; token: string; by: string; role: string; days: number }
  /** To an address that somebody asked for: the reader says yes with the link of `token`, within `days`. */
  | (ToReader & { kind: 'confirm'; days: number })
  /** To a reader who asked for what comes already; `token` leads to the preferences. */
  | (ToReader & { kind: 'known' })
  /** To a reader who has just joined; without an issue while none has come out. */
  | (ToReader & { kind: 'welcome'; latest?: { title: string; number: string } })
  /** To a reader whose link was used to leave: `token` takes it back until an instant. */
  | (ToReader & { kind: 'left'; until: number; zone: string })
  /** To a reader whose link was used to pause. */
  | (ToReader & { kind: 'paused'; until: number; zone: string })
  /** To a reader who asked for the link to their own data. */
  | (ToReader & { kind: 'own'; minutes: number })
  /** To an address that is to take the place of another. */
  | (ToReader & { kind: 'new-address'; days: number })
  /** To a reader who asked for a fresh link to a full issue. */
  | (ToReader & { kind: 'full-issue'; number: string });

/** What every notice to a reader has: the language it is written in, and the token of its link. */
interface ToReader {
  language: string;
  token: string;
}

/** What is put into words; a mail passed on and a test of an issue have their own. */
export type DrawnFacts = Exclude<NoticeFacts, { kind: 'forward' | 'test' }>;
export type NoticeKind = DrawnFacts['kind'];

/** A notice put into words: the parts of its mail. */
export interface NoticeDrawing {
  subject: string;
  /** HTML part. */
  email: string;
  /** Plain-text part. */
  text: string;
}

/** Stands where a batch, an outcome or a token would name its send: it is about a notice, and what would be the reader is the notice's number. */
export const noSend = 0;

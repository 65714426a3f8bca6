/** Notices: the mails that Galley writes itself. Here are the facts each kind tells; `render` puts them into words. */

/** What a notice is about. Times are as the publication's clocks show them, with offset: `2026-12-01T09:00+05:00`. */
export type NoticeFacts =
  /** To the editors: a slot came and no issue was approved, so nothing went out. `next` is the slot after it. */
  | { kind: 'slot-empty'; at: string; zone: string; next: string }
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
  /** To the editors: a mail that came to us and is theirs to answer, passed on as it is. `inbound` is its number. */
  | { kind: 'forward'; inbound: number };

/** What is put into words; a mail passed on has its own. */
export type DrawnFacts = Exclude<NoticeFacts, { kind: 'forward' }>;
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

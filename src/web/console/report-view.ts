/** What the report of a send is drawn from, and its figures as a file. */
import { csvRow } from '../../audience/audience.ts';
import { statusOf } from '../../model/send.ts';
import { countsOf } from '../../store/counts.ts';
import { type Tally, talliesOf } from '../../store/live.ts';
import { countMissed } from '../../store/missed.ts';
import type { Db } from '../../store/open.ts';
import { findPublicationById, type Publication } from '../../store/publications.ts';
import { countLeaves, leavesOf, reasonsOf, sendsBefore } from '../../store/report.ts';
import { getSend, type Send, subjectOf } from '../../store/sends.ts';
import { kindWords, reasonWords } from './feedback-words.ts';
import { providerLabel } from './sending-view.ts';

/** What readers did with an issue, where it is measured: downloads of the PDF and links followed. */
export interface Measured {
  downloads: number;
  followed: number;
}

/** The figures of one send, for its report and for those of later ones. */
export interface SendFigures {
  send: Send;
  left: number;
}

export interface ReportView extends SendFigures {
  publication: Publication | undefined;
  subject: string;
  tallies: readonly Tally[];
  reasons: ReturnType<typeof reasonsOf>;
  /** Leaves by span, without gaps, in the first days; `span` in milliseconds. */
  leaves: { span: number; spans: readonly { at: number; leaves: number }[] };
  earlier: readonly SendFigures[];
  /** Readers it missed who may be mailed now; at most `missedShown`, which stands for as many or more. */
  missed: number;
  measured: Measured | undefined;
}

export const missedShown = 1000;
const earlierShown = 6;
const hour = 3_600_000;
/** Spans of the plot of leaves: three days by hours of six. */
const leaveSpan = 6 * hour;
const leaveSpans = 12;

/** Reads a send's report. Nothing in it grows with the audience, but for the count of the missed, which has an end. */
export function reportView(db: Db, send: Send, now: number): ReportView {
  const publication = findPublicationById(db, send.publicationId);
  return {
    send,
    left: countLeaves(db, send),
    publication,
    subject: subjectOf(db, send.id),
    tallies: talliesOf(db, send.id),
    reasons: reasonsOf(db, send.id),
    leaves: { span: leaveSpan, spans: leaveSpansOf(db, send) },
    earlier: sendsBefore(db, send, earlierShown).map((id) => figuresOf(db, getSend(db, id))),
    missed: send.finishedAt === null ? 0 : countMissed(db, send.id, missedShown, now),
    measured: measuredOf(db, send, publication),
  };
}

const figuresOf = (db: Db, send: Send): SendFigures => ({ send, left: countLeaves(db, send) });

/** Undefined where nothing is measured and nothing was. */
function measuredOf(db: Db, { issueId, rehearsal }: Send, publication: Publication | undefined): Measured | undefined {
  if (rehearsal || publication?.measure === null) return undefined;
  const { links, downloads, firstDay } = countsOf(db, issueId);
  if (publication?.measure !== 'on' && firstDay === undefined) return undefined;
  const sum = (counts: readonly { times: number }[]): number => counts.reduce((all, { times }) => all + times, 0);
  return { downloads: sum(downloads), followed: sum(links) };
}

function leaveSpansOf(db: Db, send: Send): { at: number; leaves: number }[] {
  const from = send.asOf ?? 0;
  const known = new Map(leavesOf(db, send, leaveSpan).map(({ at, leaves }) => [at, leaves]));
  return Array.from({ length: leaveSpans }, (_, i) => ({ at: from + i * leaveSpan, leaves: known.get(from + i * leaveSpan) ?? 0 }));
}

/** The report as CSV: `figure,count`, then by mailbox, then by reason. */
export function reportCsv({ send, left, tallies, reasons }: ReportView): string {
  const { send: name, state, rehearsal, ...counts } = statusOf(send);
  const rows: (readonly (string | number)[])[] = [
    ['group', 'figure', 'count'],
    ['send', name, ''],
    ['send', 'state', state],
    ...(rehearsal ? [['send', 'rehearsal', 'yes']] : []),
    ...Object.entries(counts).map(([figure, count]) => ['send', figure, count]),
    ['send', 'left', left],
    ...tallies.flatMap(({ provider, ...tally }) =>
      Object.entries(tally).map(([figure, count]) => [providerLabel(provider), figure, count]),
    ),
    ...reasons.map(({ kind, reason, events }) => [kindWords[kind].one, reasonWords[reason], events]),
  ];
  return rows.map(csvRow).join('');
}

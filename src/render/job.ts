/** What the service and its drawing process say to each other. */

import type { AdmittedPdf, Drawing, Masthead, PdfSubject, Picture } from '../model/edition.ts';
import type { IssueTree } from '../model/issue.ts';
import type { DrawnFacts, NoticeDrawing } from '../model/notice.ts';
import type { KnownPdf } from './drawing.ts';
import type { NoticeMasthead } from './notice-words.ts';

export type Job =
  | { kind: 'draw'; tree: IssueTree; masthead: Masthead; figures: Map<string, Uint8Array>; known?: KnownPdf }
  | { kind: 'notice'; facts: DrawnFacts; masthead: NoticeMasthead }
  | { kind: 'admit'; bytes: Uint8Array }
  | { kind: 'admit-pdf'; bytes: Uint8Array; subject: PdfSubject };

/** `rss` is the memory that the process holds after the job, in bytes. */
export type Answer =
  | { kind: 'done'; result: Drawing | NoticeDrawing | Picture | AdmittedPdf | { problem: string; remedy: string }; rss: number }
  /** An AppError by its parts; `code` is missing when the failure was not an expected one. */
  | { kind: 'failed'; code?: string; status?: number; message: string; stack?: string; rss: number };

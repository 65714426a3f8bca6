/** The drawing of notices, which comes after their row so that none is lost. */
import type { DrawnFacts, NoticeDrawing } from '../model/notice.ts';
import type { NoticeMasthead } from '../render/render.ts';
import { findUndrawn, saveNoticeDrawing } from '../store/notices.ts';
import type { Db } from '../store/open.ts';

export interface DrawNoticesDeps {
  db: Db;
  drawNotice: (facts: DrawnFacts, masthead: NoticeMasthead) => Promise<NoticeDrawing>;
  baseUrl: string;
  rehearsal: boolean;
}

/** Draws the notices that nobody has drawn yet, oldest first; from then on they can go out. Errors: those of drawing; the notice stays undrawn. */
export async function drawNotices({ db, drawNotice, baseUrl, rehearsal }: DrawNoticesDeps): Promise<void> {
  for (let next = findUndrawn(db, rehearsal); next !== undefined; next = findUndrawn(db, rehearsal)) {
    const { slug, name, postalAddress, brand } = next.publication;
    const drawing = await drawNotice(next.notice.facts, { slug, name, postalAddress, baseUrl, ...(brand !== null && { brand }) });
    saveNoticeDrawing(db, next.notice.id, drawing);
  }
}

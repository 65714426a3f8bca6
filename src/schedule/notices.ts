/** Notices that the calendar writes: to whom they go, and their drawing, which comes after the row so that none is lost. */
import type { NoticeDrawing, NoticeFacts } from '../model/notice.ts';
import type { NoticeMasthead } from '../render/render.ts';
import { addNotice, findUndrawn, saveNoticeDrawing } from '../store/notices.ts';
import type { Db } from '../store/open.ts';
import type { Publication } from '../store/publications.ts';

/** Writes a notice to the editors of a publication: they are reached where readers' answers are. Call it in the transaction of what it tells. */
export function tellEditors(
  db: Db,
  { publication, rehearsal, facts, now }: { publication: Publication; rehearsal: boolean; facts: NoticeFacts; now: number },
): void {
  addNotice(db, { publicationId: publication.id, address: publication.replyTo ?? publication.fromAddress, rehearsal, facts, now });
}

export interface DrawNoticesDeps {
  db: Db;
  drawNotice: (facts: NoticeFacts, masthead: NoticeMasthead) => Promise<NoticeDrawing>;
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

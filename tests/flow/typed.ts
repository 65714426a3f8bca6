/** A text that somebody else saves while a page is open. */
import { saveText } from '../../src/store/writing.ts';
import type { Site } from '../web/site.ts';

export async function keepText({ db, now }: Pick<Site, 'db' | 'now'>, issueId: number, source: string): Promise<void> {
  saveText(db, { issueId, source, tag: undefined, actor: 'person 7', now: now() });
}

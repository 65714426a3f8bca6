/** A process like serve whose studio draws an issue and takes in a large picture, over and over: tells by IPC how late its timers came. With nothing to draw, a witness. */
import type { Masthead } from '../../src/model/edition.ts';
import type { IssueTree } from '../../src/model/issue.ts';
import { openDrawing } from '../../src/render/render.ts';
import { watchLoop } from './loop-delay.ts';

type Work =
  | { drawings: 0 }
  | { drawings: number; tree: IssueTree; masthead: Masthead; figures: Map<string, Uint8Array>; picture: Uint8Array };

const tell = watchLoop();
process.on('message', async (work: Work | 'tell') => {
  if (work === 'tell') process.send?.(tell());
  else if ('tree' in work) {
    const studio = openDrawing();
    tell(); // what it took to get here counts for nothing
    for (let n = 0; n < work.drawings; n += 1) {
      await studio.draw(work.tree, work.masthead, work.figures);
      if (n % 10 === 0) await studio.admitPicture(work.picture);
    }
    process.send?.(tell());
    await studio.close();
  } else tell();
});

/** Sources of every kind, drawn when they parse: nothing in mail, page or chart could run, and the PDF is typeset or the signs it cannot print are named. */
import { closeDrawing, drawn, treeFrom } from './drawing.ts';
import { sources } from './inputs.ts';
import type { Outcome, Target } from './target.ts';

const csv = 'first,second,third\na <b>,x,1\n"#read(""x"")",x,22\na <b>,"]]>",1600\n';

async function check(source: string): Promise<Outcome> {
  const tree = treeFrom(source, csv);
  return tree && (await drawn(tree)) ? 'done' : 'refused';
}

export const target: Target = { inputs: sources, check, close: closeDrawing };

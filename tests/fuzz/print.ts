/** The printer: what is read from a source that parses is the same when the tree is printed and read again, ids, numbers and pictures included. */
import { isDeepStrictEqual } from 'node:util';
import { parseIssue } from '../../src/issue/issue.ts';
import { printIssue } from '../../src/issue/print.ts';
import type { IssueTree } from '../../src/model/issue.ts';
import { fill, treeFrom } from './drawing.ts';
import { sources } from './inputs.ts';
import { must, type Outcome, type Target } from './target.ts';

const csv = 'first,second,third\na <b>,x,1\n"#read(""x""), y",x,22\na <b>,"]]>","1,600"\n';

function check(source: string): Outcome {
  const tree = treeFrom(source, csv);
  if (!tree) return 'refused';
  const { source: printed, files } = printIssue(tree);
  const again = readAgain(printed, files);
  must(isDeepStrictEqual(again, tree), `another tree is read from ${JSON.stringify(printed)}: ${differenceOf(tree, again)}`);
  must(printIssue(again).source === printed, 'it is printed otherwise the second time');
  return 'done';
}

function readAgain(printed: string, files: Map<string, string>): IssueTree {
  const { tree, findings, needs } = parseIssue(printed);
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (!tree || errors.length > 0) throw new Error(`what is printed has errors: ${JSON.stringify(errors[0])} in ${JSON.stringify(printed)}`);
  for (const need of needs) must(fill(need, files.get(need.path) ?? ''), 'the printed numbers are refused');
  return tree;
}

/** Where two trees part, with a little of both. */
function differenceOf(one: IssueTree, other: IssueTree): string {
  const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
  const at = [...a].findIndex((letter, i) => letter !== b[i]);
  return `…${a.slice(Math.max(0, at - 60), at + 60)}… became …${b.slice(Math.max(0, at - 60), at + 60)}…`;
}

export const target: Target = { inputs: sources, check };

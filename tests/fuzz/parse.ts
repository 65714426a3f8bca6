/** The parser: whatever is typed, it answers within two seconds, with findings that say where, what and what instead, and with a tree within its limits. */
import { limits, parseIssue } from '../../src/issue/issue.ts';
import { type Block, blocksOf } from '../../src/model/issue.ts';
import { sources } from './inputs.ts';
import { must, type Outcome, type Target } from './target.ts';

/** Of the processor's time, which a busy machine does not lengthen. */
const longestMs = 2000;

/** Parses and looks at the answer; the tree when no finding is an error. */
export function parsed(source: string) {
  const before = process.threadCpuUsage();
  const answer = parseIssue(source);
  const { user, system } = process.threadCpuUsage(before);
  must((user + system) / 1000 < longestMs, `parsing took ${Math.round((user + system) / 1000)} ms`);
  const { tree, findings } = answer;
  const lines = source.split(/\r\n?|[\n\u2028\u2029]/).length;
  for (const finding of findings) {
    const said = JSON.stringify(finding);
    must(finding.line >= 1 && finding.line <= lines && Number.isInteger(finding.line), `a finding on a line that is not there: ${said}`);
    must(finding.column >= 1 && Number.isInteger(finding.column), `a finding in no column: ${said}`);
    must(/^[^\n]+[^.\n]$/.test(finding.problem), `a problem that is no clause: ${said}`);
    must(/^[A-Z][^\n]*[.?]$/.test(finding.remedy), `a remedy that is no sentence: ${said}`);
    must(said.isWellFormed() && !/\p{Cc}/u.test(finding.problem + finding.remedy), `control characters in a finding: ${said}`);
  }
  must(
    findings.every(({ line }, i) => line >= (findings[i - 1]?.line ?? 0)),
    'the findings are not in the order of the source',
  );
  const errors = findings.some(({ severity }) => severity === 'error');
  must(tree !== undefined || errors, 'neither a tree nor an error');
  return tree === undefined || errors ? undefined : { ...answer, tree };
}

function depthOf(block: Block): number {
  if (block.t === 'quote') return 1 + Math.max(0, ...block.c.map(depthOf));
  return block.t === 'list' ? 1 + Math.max(0, ...block.items.flat().map(depthOf)) : 0;
}

function check(source: string): Outcome {
  const answer = parsed(source);
  if (!answer) return 'refused';
  const { tree } = answer;
  const ids = tree.sections.flatMap(({ id, items }) => [id, ...items.map((item) => item.id)]);
  const blocks = [...blocksOf(tree)];
  for (const block of blocks) if ('id' in block) ids.push(block.id);
  must(new Set(ids).size === ids.length, 'two places have the same name');
  must(
    ids.every((id) => id !== '' && !/[\s"'<>&#]/.test(id)),
    'a name that would end an attribute or an address',
  );
  const headings = blocks.filter(({ t }) => t === 'heading').length + tree.sections.reduce((sum, { items }) => sum + 1 + items.length, 0);
  must(headings <= limits.headings, `${headings} headings`);
  must(
    blocks.every((block) => depthOf(block) <= limits.indent),
    'lists or quotes nested beyond the limit',
  );
  const json = JSON.stringify(tree);
  must(
    json.isWellFormed() && !/\\u00[0189]|\\[nrbf]|[\u200b\ufeff\u202a-\u202e\u2066-\u2069]/u.test(json.replaceAll('\\\\', '')),
    'hidden or control characters in the tree',
  );
  must(json === json.normalize('NFC'), 'text that is not in composed form');
  return 'done';
}

export const target: Target = { inputs: sources, check };

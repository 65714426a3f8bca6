/** Links: whatever address is typed, or stands in a stored tree, a reader's browser finds a page, a mail or a telephone behind it, or no link at all. */
import { html } from '../../src/html.ts';
import { parseIssue } from '../../src/issue/issue.ts';
import { targetOf } from '../../src/render/addresses.ts';
import { dangersIn, isHarmless } from '../support/markup.ts';
import { front, lyingAddresses } from './inputs.ts';
import { must, type Outcome, type Target } from './target.ts';

function check(address: string): Outcome {
  const printed = html`<a href="${address}" title="${address}">x</a>`.toString();
  must(dangersIn(printed).length === 0, `html prints ${printed}`);
  const stored = targetOf(address);
  if (stored.kind === 'outside') {
    const drawn = html`<a href="${stored.href}">x</a>`.toString();
    must(dangersIn(drawn).length === 0, `a stored address is drawn as ${drawn}`);
    must(isHarmless(stored.href), `the PDF would link to ${stored.href}`);
  }
  let outcome: Outcome = 'refused';
  for (const typed of [`[w](${address})`, `[w](<${address}>)`, `:::reading\n- [w](<${address}>)\n:::`]) {
    const { tree, findings } = parseIssue(`${front}\n${typed}\n`);
    if (!tree || findings.some(({ severity }) => severity === 'error')) continue;
    for (const [, quoted = ''] of JSON.stringify(tree).matchAll(/"href":("(?:[^"\\]|\\.)*")/g)) {
      const href = JSON.parse(quoted) as string;
      must(/^(?:https?:\/\/[^/]|mailto:.|tel:[+\d]|#)/i.test(href) && isHarmless(href), `the tree holds the address ${quoted}`);
      must(!/[\s<>"]/.test(href), `the tree holds ${quoted}, which would end an attribute`);
      outcome = 'done';
    }
  }
  return outcome;
}

export const target: Target = { inputs: lyingAddresses, check };

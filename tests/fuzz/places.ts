/** Hostile words in every place an issue has for words, each sign meant as typed: no drawing may be built otherwise than with harmless words, and each prints them. */
import { cleanLine } from '../../src/model/clean.ts';
import type { Drawing } from '../../src/model/edition.ts';
import { structureOf, wordsIn } from '../support/markup.ts';
import { closeDrawing, drawn, straight, treeFrom, wordsInPdf } from './drawing.ts';
import { hostileWords } from './inputs.ts';
import { must, type Outcome, type Target } from './target.ts';

/** An issue with the same words in every place. A letter goes before them, so that they are never a label, a mark of the grammar or nothing at all. */
function sourceWith(words: string): string {
  const w = `w ${words}`.replace(/[!-/:-@[-`{-~]/g, '\\$&');
  const inFront = JSON.stringify(`w ${words}`);
  return `---
publication: ${inFront}
title: ${inFront}
period: 2026-11
lang: en
preheader: ${inFront}
---

${w} *${w}* **${w}** [${w}](https://a.example/?q=1&amp=2#x)

::toc

::download[${w}]

## ${w} {#section}

${w}\\
${w}

### ${w} {#item lang=en-GB}

${w}

Implications: ${w}:

- ${w}
- *${w}*

> ${w}

1. ${w}
2. ${w}

   - ${w}

#### ${w} {#heading}

:::papers
- [${w}](https://a.example/), ${w}, *${w}*, 28 February 2025, ${w}
:::

:::sources
- [${w}](#item), ${w}, *${w}*, ${w}
:::

:::chart{#chart data="a.csv" preset="grouped-bars"}
${w}

Source: ${w}

Note: ${w}

Alt: ${w}
:::

:::figure{#figure src="b.png"}
${w}

Source: ${w}

Note: ${w}

Alt: ${w}
:::
`;
}

/** Numbers whose names are the words. */
function csvWith(words: string): string {
  const cell = `"w ${words.replaceAll('"', '""').replace(/\s+/g, ' ')}`;
  return `${cell}",${cell}second",third\n${cell}",${cell}",1\n${cell}2",${cell}",2\n${cell}2",${cell}3",3\n`;
}

/** The issue with these words in it, drawn; undefined when it is refused. */
async function drawnWith(words: string): Promise<Drawing | undefined> {
  const tree = treeFrom(sourceWith(words), csvWith(words));
  return tree && (await drawn(tree));
}

let harmless: Drawing | undefined;

async function check(typed: string): Promise<Outcome> {
  const words = cleanLine(typed) === '' ? 'x' : cleanLine(typed);
  const drawing = await drawnWith(words);
  if (!drawing) return 'refused';
  harmless ??= await drawnWith('x');
  if (!harmless) throw new Error('the harmless issue is not drawn');
  for (const part of ['email', 'page'] as const) {
    const [here, there] = [structureOf(drawing[part]), structureOf(harmless[part])];
    const at = here.findIndex((each, i) => each !== there[i]);
    must(at < 0 && here.length === there.length, `the ${part} is built otherwise: ${here[at]} for ${there[at]}`);
    must(
      wordsIn(drawing[part])
        .replace(/[\u2068\u2069]/g, '')
        .includes(words.replace(/\s+/g, '')),
      `the ${part} does not print the words`,
    );
  }
  const bare = (text: string) => text.replace(/[\s>\u2068\u2069]+/g, '');
  must(bare(drawing.text).includes(bare(words)), 'the text does not print the words');
  const inPdf = wordsInPdf(drawing.pdf);
  // Which sign comes first in a line that runs both ways is the reader's program to say.
  if (inPdf !== undefined && /^[\u0020-\u024f\u2010-\u203a]*$/.test(words))
    must(inPdf.includes(straight(words)), 'the PDF does not print the words');
  return 'done';
}

export const target: Target = { inputs: hostileWords, check, close: closeDrawing };

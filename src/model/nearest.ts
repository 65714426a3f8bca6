/** Finds the word that was probably meant when an unknown one was typed. */

/**
 * The word of `known` that `typed` is most likely a slip of, in any letter case; undefined when none is close.
 * Close means at most two slips, and fewer than half of the letters: a letter added, dropped or changed, or two neighbours swapped.
 */
export function nearest(typed: string, known: Iterable<string>): string | undefined {
  const wanted = typed.toLowerCase();
  let best: { word: string; slips: number } | undefined;
  for (const word of known) {
    const limit = Math.min(2, Math.floor((Math.max(word.length, wanted.length) - 1) / 2));
    if (Math.abs(word.length - wanted.length) > limit) continue;
    const slips = slipsBetween(wanted, word.toLowerCase());
    if (slips <= limit && slips < (best?.slips ?? limit + 1)) best = { word, slips };
  }
  return best?.word;
}

/** The optimal string alignment distance (Levenshtein's with swaps), a row of its table at a time. */
function slipsBetween(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line++) {
    const row = [line];
    for (let column = 1; column <= to.length; column++) {
      const same = from[line - 1] === to[column - 1];
      const isSwap = line > 1 && column > 1 && from[line - 1] === to[column - 2] && from[line - 2] === to[column - 1];
      const changed = cell(last, column - 1) + (same ? 0 : 1);
      const swapped = isSwap ? cell(beforeLast, column - 2) + 1 : changed;
      row.push(Math.min(cell(last, column) + 1, cell(row, column - 1) + 1, changed, swapped));
    }
    beforeLast = last;
    last = row;
  }
  return cell(last, to.length);
}

const cell = (row: readonly number[], column: number): number => row[column] ?? Number.POSITIVE_INFINITY;

/** Makes an input that breaks a rule smaller, by leaving out lines and then letters as long as it still breaks the rule (delta debugging: Zeller, 1999). */

/** The smallest text found within `budgetMs` that still `fails`; the text itself fails. */
export async function smaller(text: string, fails: (text: string) => Promise<boolean>, budgetMs: number): Promise<string> {
  const end = Date.now() + budgetMs;
  let best = text;
  for (const split of [/(?<=\n)/, /(?:)/u]) {
    for (let parts = best.split(split), size = Math.ceil(parts.length / 2); parts.length > 0 && Date.now() < end; ) {
      let shrunk = false;
      for (let at = 0; at < parts.length && Date.now() < end; ) {
        const without = parts.toSpliced(at, size);
        if (await fails(without.join(''))) {
          parts = without;
          shrunk = true;
        } else at += size;
      }
      best = parts.join('');
      if (size === 1 && !shrunk) break;
      size = Math.max(1, Math.floor(size / 2));
    }
  }
  return best;
}

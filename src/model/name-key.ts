/** What readers are found by when a name is typed: without accents and letter case, from any of its words on. */

/** Letters that Unicode keeps apart from the ones people type for them. */
const same: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', ł: 'l', þ: 'th', ı: 'i' },
  ...{ ي: 'ی', ى: 'ی', ك: 'ک', ة: 'ه', ہ: 'ه', ھ: 'ه' }, // one letter on Arabic, Persian and Urdu keyboards
};

/** A name, or what was typed of one, as it is compared: small letters and digits with one space between words. */
export function foldName(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\p{M}\u0640'’]/gu, '') // marks, the Arabic stroke that only stretches, apostrophes
    .replace(/[^\0-\x7f]/gu, (letter) => same[letter] ?? letter)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

const mostWords = 6;
const longestKey = 80;

/** The keys of a name: it from each of its words on, the words before after it. So whatever word is typed first, it is the beginning of one. */
export function nameKeys(name: string): string[] {
  const words = foldName(name)
    .split(' ')
    .filter((word) => word !== '')
    .slice(0, mostWords);
  const keys = words.map((_, at) => [...words.slice(at), ...words.slice(0, at)].join(' ').slice(0, longestKey));
  return [...new Set(keys)];
}

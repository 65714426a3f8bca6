/** Takes out of typed or pasted text what a reader never sees and a mail program may trip over. */

/** Stands for a picture in text copied from a word processor (U+FFFC). No text holds it, so the parser takes it to remember a backslash. */
export const objectMark = '\ufffc';

/**
 * Text with Unix line ends, in Unicode's composed form (NFC), without control characters (C1 ones make Gmail show "Message clipped"),
 * code points that are no characters (U+FFFE and the like, which a character reference cannot name), zero-width spaces, byte-order marks, object marks and the embeddings and overrides of direction (U+202A to 202E, U+2066 to 2069), which turn text round unseen; no-break spaces, which Word pastes in numbers, become spaces.
 * U+200C and U+200D stay: Persian, Pashto and Urdu are misspelt without them.
 */
export function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(/[^\P{Cc}\n\t]|[\p{Noncharacter_Code_Point}\u200b\ufeff\ufffc\u202a-\u202e\u2066-\u2069]/gu, '')
    .replaceAll('\u00a0', ' ')
    .normalize('NFC');
}

/** Clean text on one line, without spaces at its ends. */
export function cleanLine(text: string): string {
  return cleanText(text).replace(/\s+/g, ' ').trim();
}

/** Whether text is as `cleanText` leaves it, on one line. */
export function isClean(text: string): boolean {
  return !text.includes('\n') && cleanText(text) === text;
}

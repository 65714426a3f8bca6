/** Languages by their tags (BCP 47), and which way their scripts run. */

/** Scripts written from right to left, by ISO 15924 code. */
const rightToLeft = new Set(['Arab', 'Hebr', 'Syrc', 'Thaa', 'Nkoo', 'Adlm', 'Rohg', 'Mand', 'Samr']);

/** RFC 5646 in shape, with a language of ISO 639 in front ("english" has the shape but is no language). */
export function isLanguage(tag: string): boolean {
  if (!/^[A-Za-z]{2,3}(-|$)/.test(tag)) return false;
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

/** The tag as it is commonly spelled: `fa-AF` for `FA-af`. Only for what `isLanguage` takes. */
export function canonicalLanguage(tag: string): string {
  return Intl.getCanonicalLocales(tag)[0] ?? tag;
}

/** The direction of the script that a language is written in, by the tag or by custom. Only for what `isLanguage` takes. */
export function directionOf(tag: string): 'ltr' | 'rtl' {
  return rightToLeft.has(new Intl.Locale(tag).maximize().script ?? '') ? 'rtl' : 'ltr';
}

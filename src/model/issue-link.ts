/** Where a link of an issue may lead: http, https, mail, telephone, or a place in the issue itself. */

/** Letters of the longest address. */
const longest = 20_000;

/** Whether an address may stand in the tree: `#`, `#id`, or one whose scheme is on the allow-list, with nothing in it that would end an attribute or a line. */
export function isLink(href: string): boolean {
  if (href.length > longest || /[\s<>"\p{Cc}]/u.test(href)) return false;
  if (href.startsWith('#')) return true;
  if (/^https?:/i.test(href)) return isWebAddress(href);
  return isMailAddress(href) || isTelephone(href);
}

export const isWebAddress = (href: string): boolean => /^https?:\/\/[^/?#\s]/i.test(href) && URL.canParse(href);
export const isMailAddress = (href: string): boolean => /^mailto:[^@\s]+@[^@\s]+$/i.test(href);
export const isTelephone = (href: string): boolean => /^tel:[+\d][\d().-]*$/i.test(href);

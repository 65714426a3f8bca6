/** Several patterns as one, so that each can stand on a line of its own. */

/** Matches what any of them matches. They must have the same flags, and no groups that are counted. */
export function anyOf(first: RegExp, ...others: RegExp[]): RegExp {
  return new RegExp([first, ...others].map(({ source }) => source).join('|'), first.flags);
}

/** The voice a stretch of an issue is set in: its language, its direction, and Galley's own words in it. */

import type { Direction, IssueTree, Item } from '../model/issue.ts';
import { directionOf } from '../model/language.ts';
import { type Words, wordsFor } from './words.ts';

export interface Voice {
  /** BCP 47 */
  language: string;
  direction: Direction;
  words: Words;
}

/** The voice of the issue itself. */
export function voiceOf(tree: IssueTree): Voice {
  return { language: tree.language, direction: tree.direction, words: wordsFor(tree.language) };
}

/** The voice of an item: the issue's own, unless the item has a language. */
export function voiceOfItem(tree: IssueTree, { language }: Pick<Item, 'language'>): Voice {
  return language === undefined ? voiceOf(tree) : { language, direction: directionOf(language), words: wordsFor(language) };
}

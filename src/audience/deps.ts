/** What the rules of consent work with. */
import type { TokenKeys } from '../model/token.ts';
import type { Languages } from '../model/words/catalogue.ts';
import type { Db } from '../store/open.ts';

export interface ReaderDeps {
  db: Db;
  tokenKeys: TokenKeys;
  suppressionKey: Uint8Array;
  languages: Languages;
  /** Whether notices go into the built-in catcher. */
  rehearsal: boolean;
  /** DATA_DIR, where the list of those who were erased is kept. */
  dataDir: string;
}

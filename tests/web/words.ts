/** Catalogues as they will be once somebody has reviewed them: so that tests can walk through languages that are not offered yet. */
import { type Catalogue, textOf } from '../../src/model/words/catalogue.ts';

/** A catalogue all of whose texts count as reviewed. */
export function reviewed(catalogue: Catalogue): Catalogue {
  const entries = Object.entries(catalogue.entries).map(([key, entry]) => [
    key,
    { text: textOf(entry), reviewed: { by: 'a test', on: '2026-11-25' } },
  ]);
  return { ...catalogue, entries: Object.fromEntries(entries) };
}

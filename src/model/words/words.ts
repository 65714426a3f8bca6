/** The languages that Galley speaks to readers, as they are reviewed today. */
import { ar } from './ar.ts';
import { type Languages, openLanguages } from './catalogue.ts';
import { fa } from './fa.ts';
import { ps } from './ps.ts';
import { ur } from './ur.ts';

export const catalogues = [ur, ps, fa, ar] as const;

export const languages: Languages = openLanguages(catalogues);

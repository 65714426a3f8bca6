/** Where the TTF files of the drawings lie: the folders for Typst, the single files for chart pictures. */

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

function weight(family: string, name: string): { folder: string; file: string } {
  const folder = join(dirname(require.resolve(`@expo-google-fonts/${family}/package.json`)), name);
  const stem = family
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
  return { folder, file: join(folder, `${stem}_${name}.ttf`) };
}

const sansRegular = weight('source-sans-3', '400Regular');
const sansSemiBold = weight('source-sans-3', '600SemiBold');
const arabicRegular = weight('vazirmatn', '400Regular');
const arabicSemiBold = weight('vazirmatn', '600SemiBold');

/** Text faces by script: Source for Latin, Cyrillic and Greek; Scheherazade New and Vazirmatn for Arabic, which survive copying out of a PDF. */
export const typstFontFolders = [
  ...['400Regular', '400Regular_Italic', '600SemiBold', '600SemiBold_Italic'].map((name) => weight('source-serif-4', name)),
  ...['400Regular', '700Bold'].map((name) => weight('scheherazade-new', name)),
  sansRegular,
  sansSemiBold,
  weight('source-sans-3', '400Regular_Italic'),
  weight('source-sans-3', '700Bold'),
  arabicRegular,
  arabicSemiBold,
  weight('vazirmatn', '700Bold'),
].map((face) => face.folder);

/** Faces of the charts, for measuring text and for drawing it: they must be the same files. */
export const chartFonts = {
  latin: { regular: sansRegular.file, semiBold: sansSemiBold.file },
  arabic: { regular: arabicRegular.file, semiBold: arabicSemiBold.file },
};

/** Quoted, because an unquoted family name that ends in a digit is invalid CSS and Typst then takes another face. */
export const chartFontFamily = {
  latin: "'Source Sans 3', 'Vazirmatn', sans-serif",
  arabic: "'Vazirmatn', 'Source Sans 3', sans-serif",
};

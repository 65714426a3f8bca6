/** Pins the faces of a photographed document: every family that mails, pages and charts name is one of the faces the project carries, so a picture does not depend on the machine's fonts. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import type { Drawing } from '../../src/model/edition.ts';
import { stylesheetLink } from '../../src/render/render.ts';
import { readAssets } from '../../src/web/assets.ts';
import { type IssueSite, withDocuments } from './issue-site.ts';

/** Families as mails, pages and charts name them → the look that stands in for them. `serif` and `sans-serif` at the end of a list are never reached: these have every letter. */
const families: Readonly<Record<string, 'serif' | 'sans'>> = {
  Georgia: 'serif',
  'Times New Roman': 'serif',
  'Noto Naskh Arabic': 'serif',
  'Scheherazade New': 'serif',
  Arial: 'sans',
  Helvetica: 'sans',
  Tahoma: 'sans',
  'Source Sans 3': 'sans',
  Vazirmatn: 'sans',
};

const arabic = 'U+0600-06FF,U+0750-077F,U+0870-08FF,U+200C-200F,U+FB50-FDFF,U+FE70-FEFC';

/** The faces of each look: package, file, weight and style; an Arabic one is asked for its own letters only, and before the others. */
const faces = {
  serif: [
    ['source-serif-4/400Regular/SourceSerif4_400Regular.ttf', 400, 'normal'],
    ['source-serif-4/400Regular_Italic/SourceSerif4_400Regular_Italic.ttf', 400, 'italic'],
    ['source-serif-4/700Bold/SourceSerif4_700Bold.ttf', 700, 'normal'],
    ['scheherazade-new/400Regular/ScheherazadeNew_400Regular.ttf', 400, 'normal', arabic],
    ['scheherazade-new/400Regular/ScheherazadeNew_400Regular.ttf', 400, 'italic', arabic],
    ['scheherazade-new/700Bold/ScheherazadeNew_700Bold.ttf', 700, 'normal', arabic],
  ],
  sans: [
    ['source-sans-3/400Regular/SourceSans3_400Regular.ttf', 400, 'normal'],
    ['source-sans-3/400Regular_Italic/SourceSans3_400Regular_Italic.ttf', 400, 'italic'],
    ['source-sans-3/600SemiBold/SourceSans3_600SemiBold.ttf', 600, 'normal'],
    ['source-sans-3/700Bold/SourceSans3_700Bold.ttf', 700, 'normal'],
    ['vazirmatn/400Regular/Vazirmatn_400Regular.ttf', 400, 'normal', arabic],
    ['vazirmatn/600SemiBold/Vazirmatn_600SemiBold.ttf', 600, 'normal', arabic],
    ['vazirmatn/700Bold/Vazirmatn_700Bold.ttf', 700, 'normal', arabic],
  ],
} as const;

const pathOf = (file: string) => `/pinned/${file.slice(file.lastIndexOf('/') + 1)}`;

/** The faces as CSS: a declared face goes before an installed one of the same name. */
const css = Object.entries(families)
  .flatMap(([family, look]) =>
    faces[look].map(
      ([file, weight, style, range]) =>
        `@font-face{font-family:"${family}";src:url(${pathOf(file)});font-weight:${weight};font-style:${style};font-display:block${range ? `;unicode-range:${range}` : ''}}`,
    ),
  )
  .join('\n');

/** Serves the pinned faces beside an issue. */
export function servePinnedFaces(site: IssueSite): void {
  for (const [file] of Object.values(faces).flat())
    site.put(pathOf(file), { type: 'font/ttf', bytes: readFileSync(fileURLToPath(import.meta.resolve(`@expo-google-fonts/${file}`))) });
}

const readerSheet = String(readAssets().find('reader.css')?.bytes);

/** A drawing for the photographer: mail and page name the pinned faces, and the page has its style sheet in it, so that the document is all of the look. */
export function prepared(drawing: Drawing): Drawing {
  return withDocuments(drawing, (document) => withPinnedFaces(document.replace(stylesheetLink, () => `<style>${readerSheet}</style>`)));
}

function withPinnedFaces(document: string): string {
  if (document.includes(css)) return document;
  if (!document.includes('</head>')) throw new Error('the document has no head that could hold the pinned faces');
  return document.replace('</head>', () => `<style>${css}</style></head>`);
}

/** The families of this machine that the open page is written in, with the words it took them for. Empty when every face is pinned. */
export async function strayFaces(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  await session.send('DOM.enable');
  await session.send('CSS.enable');
  const { root } = await session.send('DOM.getDocument', { depth: 0 });
  const { nodeIds } = await session.send('DOM.querySelectorAll', { nodeId: root.nodeId, selector: 'body, body *' });
  const answers = await Promise.all(
    nodeIds.map(async (nodeId) => {
      const { fonts } = await session.send('CSS.getPlatformFontsForNode', { nodeId });
      const stray = fonts.filter(({ isCustomFont }) => !isCustomFont);
      if (stray.length === 0) return [];
      const { outerHTML } = await session.send('DOM.getOuterHTML', { nodeId });
      return stray.map(
        ({ familyName }) =>
          `${familyName}: ${outerHTML
            .replace(/<[^>]*>/g, ' ')
            .replace(/\s+/g, ' ')
            .trim()
            .slice(0, 60)}`,
      );
    }),
  );
  await session.detach();
  return [...new Set(answers.flat())];
}

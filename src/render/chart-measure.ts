/** How wide a text of a chart will be: measured with the very fonts that draw it, and taught to Vega. */

import * as fontkit from 'fontkit';
import * as vega from 'vega';
import { chartFontFamily, chartFonts } from './fonts.ts';

const faces = {
  latin: { regular: open(chartFonts.latin.regular), semiBold: open(chartFonts.latin.semiBold) },
  arabic: { regular: open(chartFonts.arabic.regular), semiBold: open(chartFonts.arabic.semiBold) },
};

function open(file: string): fontkit.Font {
  const font = fontkit.openSync(file);
  if (!('layout' in font)) throw new Error(`${file} holds no single font`);
  return font;
}

/** Width of a line of text in pixels, from the files that it will be drawn with; `rtl` says which face comes first. */
export function widthOf(text: string, fontSize: number, semiBold: boolean, rtl: boolean): number {
  const family = rtl || /[\u0600-\u08ff\ufb50-\ufefc]/.test(text) ? faces.arabic : faces.latin;
  const font = semiBold ? family.semiBold : family.regular;
  return (font.layout(text).advanceWidth / font.unitsPerEm) * fontSize;
}

/** The signs of a text that neither face has, in order; those that take no room and draw nothing are not asked for. */
export function missingFrom(text: string): string[] {
  const seen = [...text].filter((sign) => !/[\s\p{Default_Ignorable_Code_Point}]/u.test(sign));
  return seen.filter((sign) => [faces.latin, faces.arabic].every(({ regular }) => !regular.hasGlyphForCodePoint(sign.codePointAt(0) ?? 0)));
}

// Without a canvas Vega takes 0.8 em a letter, cuts labels that would fit and leaves wide margins.
const { textMetrics } = vega as unknown as {
  textMetrics: { width: (item: { font?: string; fontSize?: number; fontWeight?: unknown }, text: unknown) => number };
};
textMetrics.width = (item, text) => {
  const lines = Array.isArray(text) ? text : [text];
  const semiBold = /bold|[6-9]00/.test(String(item.fontWeight));
  return Math.max(...lines.map((line) => widthOf(String(line ?? ''), item.fontSize ?? 11, semiBold, item.font === chartFontFamily.arabic)));
};

/** Of names that take more than one line. */
export const lineHeight = 15;

/** Breaks a name into lines no wider than `width` where words allow; labels are split again at the newline by the one fixed expression below. */
export function wrap(name: string, width: number, fontSize: number, rtl: boolean): string {
  let line = '';
  const lines: string[] = [];
  for (const word of name.split(/\s+/)) {
    if (line && widthOf(`${line} ${word}`, fontSize, true, rtl) > width) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line].join('\n');
}

/** Draws a chart: numbers in, SVG and PNG out. */

import { Resvg } from '@resvg/resvg-js';
import sharp from 'sharp';
import * as vega from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { Chart, Direction } from '../model/issue.ts';
import { gridOf } from './chart-data.ts';
import { lineHeight, missingFrom } from './chart-measure.ts';
import { presets } from './chart-presets.ts';
import { config } from './chart-style.ts';
import { chartFonts } from './fonts.ts';
import { unprintable } from './glyphs.ts';

/** What a picture in the mail may weigh, in bytes. */
const mostPngBytes = 25_000;
/** Pixels wide and colours, tried until the picture is light enough: fewer colours cost letters some of their softness, fewer pixels their sharpness on fine screens. */
const pngSizes = [
  { width: 1200, colours: 64 },
  { width: 1200, colours: 16 }, // half a byte a pixel
  { width: 828, colours: 16 },
  { width: 552, colours: 16 },
] as const;

const refuse = async (address: string): Promise<never> => {
  throw new Error(`a chart may not load ${address}`);
};

/** What Vega-Lite is asked to draw, `width` units wide. Throws `render.chart` on data that is not numbers, or holds signs that no face of ours has: in the mail they
 *  would be empty boxes, and Typst, looking for a face, may never come back (U+23B1 in an SVG). */
export function chartSpec(chart: Chart, direction: Direction, width: number): TopLevelSpec {
  const missing = missingFrom([...chart.data.columns, ...chart.data.rows.flat()].join(' '));
  if (missing.length > 0) throw unprintable('render.chart', missing, { where: `Chart "${chart.id}": ` });
  const rtl = direction === 'rtl';
  return { ...presets[chart.preset](gridOf(chart), width, rtl), config: config(rtl) } as TopLevelSpec;
}

/** Draws a chart as SVG, `width` units wide, without title, note or source: those stand in the caption. Same chart, same bytes.
 *  Ids begin with `prefix`, so that several charts may stand in one page. Throws as `chartSpec`. */
export async function chartSvg(chart: Chart, direction: Direction, width: number, prefix: string): Promise<string> {
  return tidy(await drawSpec(chartSpec(chart, direction, width)), prefix);
}

/** SVG as Vega writes it. */
export async function drawSpec(spec: TopLevelSpec): Promise<string> {
  const quiet = vega.logger(vega.Error);
  const view = new vega.View(vega.parse(compile(spec, { logger: quiet }).spec, undefined, { ast: true }), {
    renderer: 'none',
    loader: { load: refuse, sanitize: refuse, http: refuse, file: refuse } as unknown as vega.Loader,
    // Walks the expression instead of compiling it: no `new Function` over anything that came with an issue.
    expr: expressionInterpreter,
    logger: quiet,
  });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** Leaves out what only scripts and debuggers use, hidden parts, and counters that differ from run to run. */
function tidy(svg: string, prefix: string): string {
  const ids = new Map<string, string>();
  const own = (id: string) => ids.get(id) ?? (ids.set(id, `${prefix}-${ids.size}`).get(id) as string);
  const out = svg
    .replace(/<path[^>]*display="none"[^>]*\/>/g, '')
    .replace(/<text[^>]* opacity="0"[^>]*>[^<]*<\/text>/g, '')
    .replace(/<text([^>]*)>((?:<tspan[^>]*>[^<]*<\/tspan>)+)<\/text>/g, (_, attributes: string, lines: string) => apart(attributes, lines))
    .replace(/<[^>]+>/g, (tag) =>
      tag
        .replace(/ (class|role|version|pointer-events|aria-[a-z]+|xmlns:xlink)="[^"]*"| opacity="1"/g, '')
        .replace(/(?<=\d\.\d\d)\d+/g, '')
        .replace(/ id="([^"]*)"/g, (_, id: string) => ` id="${own(id)}"`)
        .replace(/url\(#([^)]*)\)/g, (_, id: string) => `url(#${own(id)})`),
    );
  // resvg would open a file that an <image> names. Vega draws none; this keeps it so.
  if (/<image|href\s*=/i.test(out.replace(/>[^<]*/g, '>'))) throw new Error('a chart came out with a reference to something outside');
  // In a page that runs right to left the anchors of all texts would flip.
  return out.replace('<svg', '<svg direction="ltr"');
}

/** Writes each line of a label as a text of its own: Vega lets lines grow downwards only, and resvg mixes up Arabic across tspans.
 *  Heads of columns (the centred ones) grow upwards from the plot, names of rows keep their middle. */
function apart(attributes: string, spans: string): string {
  const lines = [...spans.matchAll(/<tspan[^>]*>([^<]*)<\/tspan>/g)].map((span) => span[1] ?? '');
  const shift = (lines.length - 1) * (attributes.includes('text-anchor="middle"') ? 1 : 0.5);
  const at = (i: number) =>
    attributes.replace(
      /translate\(([^,]*),([^)]*)\)/,
      (_, x: string, y: string) => `translate(${x},${Number(y) + (i - shift) * lineHeight})`,
    );
  return lines.map((line, i) => `<text${at(i)}>${line}</text>`).join('');
}

/** The chart as a picture for the mail: at most 1200 pixels wide, and as fine as 25 KB allow. */
export async function chartPng(svg: string): Promise<{ bytes: Uint8Array; width: number; height: number }> {
  const fontFiles = [chartFonts.latin.regular, chartFonts.latin.semiBold, chartFonts.arabic.regular, chartFonts.arabic.semiBold];
  let picture = { bytes: new Uint8Array(), width: 0, height: 0 };
  for (const { width, colours } of pngSizes) {
    const drawn = new Resvg(svg, {
      fitTo: { mode: 'width', value: width },
      background: '#ffffff',
      font: { fontFiles, loadSystemFonts: false, defaultFontFamily: 'Source Sans 3', sansSerifFamily: 'Source Sans 3' },
    }).render();
    const bytes = await sharp(drawn.asPng()).png({ palette: true, colours, dither: 0, effort: 10 }).toBuffer();
    picture = { bytes, width: drawn.width, height: drawn.height };
    if (bytes.length <= mostPngBytes) break;
  }
  return picture;
}

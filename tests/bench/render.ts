/**
 * All four renderings of the February issue (the sample where that does not lie beside the project), warm, beside the libraries alone on the very input that the
 * renderings give them: MJML on the mail's markup, Vega-Lite, Vega, resvg and sharp on each chart, Typst on the same data with its cache emptied as often.
 * Then a process like serve, in which a studio draws over and over and takes in large pictures: how long anything holds its event loop, beside one that does nothing.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler';
import { Resvg } from '@resvg/resvg-js';
import mjml2html from 'mjml';
import sharp from 'sharp';
import * as vega from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile, type TopLevelSpec } from 'vega-lite';
import { readIssue } from '../../src/issue/issue.ts';
import type { Drawing, Masthead } from '../../src/model/edition.ts';
import { blocksOf, type IssueTree } from '../../src/model/issue.ts';
import { addressesOf } from '../../src/render/addresses.ts';
import { chartSpec, chartSvg } from '../../src/render/chart.ts';
import { chartWidths, drawIssue } from '../../src/render/drawing.ts';
import { emailMarkup } from '../../src/render/email.ts';
import { chartFonts, typstFontFolders } from '../../src/render/fonts.ts';
import { dataOf } from '../../src/render/pdf.ts';
import { admitPicture } from '../../src/render/picture.ts';
import { wordsFor } from '../../src/render/words.ts';
import { median } from '../support/bench.ts';
import type { LoopDelay } from '../support/loop-delay.ts';

const runs = 15;
const bound = 1.5;
const mostEmailBytes = 50 * 1024;
const drawings = 40;
const heldBoundMs = 50;
const february = resolve(import.meta.dirname, '../../../shared/seed/durand-dispatch-2025-02.md');
const file = existsSync(february) ? february : resolve(import.meta.dirname, '../../emails/sample/issue.md');
const masthead: Masthead = {
  slug: 'bench',
  name: 'The Bench Review',
  postalAddress: '1 Example Street',
  baseUrl: 'https://news.bench.example',
  pictureBase: 'https://news.bench.example/a/',
};

/** The issue and its pictures. */
async function readFebruary(): Promise<{ tree: IssueTree; figures: Map<string, Uint8Array> }> {
  const figures = new Map<string, Uint8Array>();
  const { tree, findings } = await readIssue(readFileSync(file, 'utf8'), file, async (bytes) => {
    const picture = await admitPicture(bytes);
    if ('name' in picture) figures.set(picture.name, picture.bytes);
    return picture;
  });
  if (!tree) throw new Error(`${file} cannot be read: ${JSON.stringify(findings)}`);
  return { tree, figures };
}

export async function bench(print: (line: string) => void): Promise<boolean> {
  const { tree, figures } = await readFebruary();
  const drawing = await drawIssue(tree, masthead, figures);
  const libraries = await librariesOf(tree, figures, drawing);
  print(`${file.endsWith('issue.md') ? 'the sample' : 'the February issue'}, ${runs} runs each in turn, medians`);
  const ours: number[] = [];
  const theirs = libraries.map(() => [] as number[]);
  for (let run = -2; run < runs; run += 1) {
    const own = await milliseconds(() => drawIssue(tree, masthead, figures));
    const each: number[] = [];
    for (const { work } of libraries) each.push(await milliseconds(work));
    if (run < 0) continue; // warming up
    ours.push(own);
    for (const [i, time] of each.entries()) theirs[i]?.push(time);
  }
  for (const [i, { name }] of libraries.entries()) print(`${name.padEnd(21)}${median(theirs[i] ?? []).toFixed(1)} ms`);
  const sum = median(ours.map((_, run) => theirs.reduce((total, times) => total + (times[run] ?? 0), 0)));
  const ratio = median(ours) / sum;
  print(`libraries alone      ${sum.toFixed(1)} ms`);
  print(`four renderings      ${median(ours).toFixed(1)} ms`);
  print(`ratio                ${ratio.toFixed(2)}    (bound ${bound})`);
  const bytes = Buffer.byteLength(drawing.email);
  print(`HTML of the mail     ${kilobytes(bytes)} KB (bound ${mostEmailBytes / 1024})`);

  const light = [Buffer.byteLength(drawing.light.email), gzipSync(drawing.light.page, { level: 9 }).length] as const;
  print(`HTML of the light mail ${kilobytes(light[0])} KB (bound 25), light page on the wire ${kilobytes(light[1])} KB (bound 12)`);

  const { busy, idle } = await loopDelays(tree, figures);
  print(`held up, drawing     ${describe(busy)}`);
  print(`an idle process      ${describe(idle)}`);
  print(
    `held by itself       ${busy.busiest.toFixed(1)} ms of processor time at the longest (bound ${heldBoundMs}); idle ${idle.busiest.toFixed(1)} ms`,
  );
  return ratio <= bound && bytes <= mostEmailBytes && light[0] <= 25 * 1024 && light[1] <= 12 * 1024 && busy.busiest <= heldBoundMs;
}

interface Library {
  name: string;
  work: () => unknown;
}

/** Each library on the input that the renderings of this tree give it. */
async function librariesOf(tree: IssueTree, figures: Map<string, Uint8Array>, { pdfPages: pages, pdf }: Drawing): Promise<Library[]> {
  const charts = [...blocksOf(tree)].filter((block) => block.t === 'chart');
  const specs = charts.flatMap((chart) => Object.values(chartWidths).map((width) => chartSpec(chart, tree.direction, width)));
  const svgOf = (size: keyof typeof chartWidths) =>
    Promise.all(charts.map((chart) => chartSvg(chart, tree.direction, chartWidths[size], chart.id)));
  const [inMail, inPrint] = [await svgOf('mail'), await svgOf('wide')];
  const pngs = inMail.map(rasterise);
  const same = { tree, masthead, addresses: addressesOf(tree, masthead), words: wordsFor(tree.language) };
  const picture = { name: `${'0'.repeat(64)}.png`, type: 'image/png' as const, width: 1200, height: 800, bytes: new Uint8Array() };
  const markup = emailMarkup({ ...same, charts: new Map(charts.map(({ id }) => [id, picture])), pdf: { pages, bytes: pdf.length } });
  const typeset = typesetter({ ...same, charts: new Map(charts.map(({ id }, i) => [id, inPrint[i] ?? ''])), figures });
  return [
    {
      name: 'MJML',
      work: () => mjml2html(markup, { validationLevel: 'strict', minify: true, minifyOptions: { minifyCss: false } }),
    },
    {
      name: 'Vega-Lite and Vega',
      work: async () => {
        for (const spec of specs) await plot(spec);
      },
    },
    { name: 'resvg', work: () => inMail.map(rasterise) },
    {
      name: 'sharp',
      work: async () => {
        for (const png of pngs) await sharp(png).png({ palette: true, colours: 64, dither: 0, effort: 10 }).toBuffer();
      },
    },
    { name: 'Typst', work: typeset },
  ];
}

async function plot(spec: TopLevelSpec): Promise<void> {
  const runtime = vega.parse(compile(spec, { logger: vega.logger(vega.Error) }).spec, undefined, { ast: true });
  const view = new vega.View(runtime, { renderer: 'none', expr: expressionInterpreter });
  await view.toSVG();
  view.finalize();
}

function rasterise(svg: string): Buffer {
  const fontFiles = Object.values(chartFonts).flatMap(({ regular, semiBold }) => [regular, semiBold]);
  const font = { fontFiles, loadSystemFonts: false, defaultFontFamily: 'Source Sans 3', sansSerifFamily: 'Source Sans 3' };
  return new Resvg(svg, { fitTo: { mode: 'width', value: 1200 }, background: '#ffffff', font }).render().asPng();
}

/** Typst on the data of an issue. Its cache is emptied after each run, or the next would be a look-up. */
function typesetter(parts: Parameters<typeof dataOf>[0]): () => void {
  const workspace = join(import.meta.dirname, 'no-such-folder');
  const compiler = NodeCompiler.create({ workspace, fontArgs: [{ fontPaths: typstFontFolders }] });
  const mainFileContent = readFileSync(new URL('../../emails/issue.typ', import.meta.url), 'utf8');
  const put = (name: string, content: string | Uint8Array) => compiler.mapShadow(join(workspace, name), Buffer.from(content as string));
  put('issue.json', JSON.stringify(dataOf(parts)));
  for (const [id, svg] of parts.charts) put(`chart-${id}.svg`, svg);
  for (const [asset, bytes] of parts.figures) put(asset, bytes);
  return () => {
    const { result } = compiler.compile({ mainFileContent });
    if (!result) throw new Error('Typst typeset nothing');
    compiler.pdf(result, { pdfStandard: 'ua-1', creationTimestamp: 0 });
    compiler.evictCache(0);
  };
}

/** How long the event loop is held of a process whose studio draws over and over, and of one that does nothing meanwhile. */
async function loopDelays(tree: IssueTree, figures: Map<string, Uint8Array>): Promise<{ busy: LoopDelay; idle: LoopDelay }> {
  const start = () => fork(join(import.meta.dirname, '../support/studio-child.ts'), { serialization: 'advanced' });
  const [drawing, witness] = [start(), start()];
  try {
    const told = once(drawing, 'message');
    witness.send({ drawings: 0 });
    drawing.send({ drawings, tree, masthead, figures, picture: await largePicture() });
    const [busy] = (await told) as [LoopDelay];
    const witnessed = once(witness, 'message');
    witness.send('tell');
    const [idle] = (await witnessed) as [LoopDelay];
    return { busy, idle };
  } finally {
    drawing.kill();
    witness.kill();
  }
}

/** A photograph that nearly reaches the limit of an upload: noise, which no format makes small. */
async function largePicture(): Promise<Uint8Array> {
  let seed = 1;
  const noise = Buffer.alloc(4400 * 3300 * 3).map(() => {
    seed = (seed * 48271) % 0x7fffffff;
    return seed % 256;
  });
  return sharp(noise, { raw: { width: 4400, height: 3300, channels: 3 } })
    .png({ compressionLevel: 0 })
    .toBuffer();
}

const kilobytes = (bytes: number): string => (bytes / 1024).toFixed(1);

const describe = ({ p50, p99, p999, max, samples }: LoopDelay): string =>
  `p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, p99.9 ${p999.toFixed(1)}, longest ${max.toFixed(1)} ms of ${samples.toLocaleString('en')} looks`;

async function milliseconds(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

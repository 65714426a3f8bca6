/** Style sheets, scripts, fonts and the icon: read once at the start, named in pages with the hash of what they hold. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import express, { type Router } from 'express';
import { pageNotFound } from './not-found.ts';
import { type Packed, pack, sendPacked } from './packed.ts';

const ownFolder = join(import.meta.dirname, 'assets');

/** Faces of the pages, from the packages that carry them (SIL Open Font License 1.1): single weights for readers, variable ones for the desk. */
const fonts = [
  ...['latin', 'latin-ext'].flatMap((letters) => [
    ...['400-normal', '600-normal', '400-italic'].map((face) => `@fontsource/literata/files/literata-${letters}-${face}.woff2`),
    ...['400-normal', '600-normal'].map((face) => `@fontsource/hanken-grotesk/files/hanken-grotesk-${letters}-${face}.woff2`),
  ]),
  '@fontsource/vazirmatn/files/vazirmatn-arabic-400-normal.woff2',
  '@fontsource-variable/literata/files/literata-latin-opsz-normal.woff2',
  '@fontsource-variable/literata/files/literata-latin-ext-opsz-normal.woff2',
  '@fontsource-variable/hanken-grotesk/files/hanken-grotesk-latin-wght-normal.woff2',
  '@fontsource-variable/hanken-grotesk/files/hanken-grotesk-latin-ext-wght-normal.woff2',
  '@fontsource-variable/noto-naskh-arabic/files/noto-naskh-arabic-arabic-wght-normal.woff2',
];

/** Style sheets, and the files each is made of. */
const sheets: readonly [string, readonly string[]][] = [
  ['reader.css', ['reader.css']],
  ['console.css', ['console.css', 'desk.css', 'settings.css', 'writing.css']],
];

/** Scripts of the console, written in TypeScript in `client/`; the readers' pages have none. */
const scripts: readonly string[] = ['passkey', 'live', 'sample', 'editor'];
let bundled: ReadonlyMap<string, Buffer> | undefined;

/** Each script as one file with what it imports, by its name (`live.js`); made once per process, nothing is written to disk. */
function bundles(): ReadonlyMap<string, Buffer> {
  if (bundled !== undefined) return bundled;
  const from = join(import.meta.dirname, 'client');
  const options = { bundle: true, minify: true, write: false, outdir: from, format: 'esm', target: 'es2022', logLevel: 'silent' } as const;
  const { outputFiles } = buildSync({ entryPoints: scripts.map((name) => join(from, `${name}.ts`)), ...options });
  bundled = new Map(outputFiles.map(({ path, contents }) => [basename(path), Buffer.from(contents)]));
  return bundled;
}

const types: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
};

interface Asset {
  type: string;
  bytes: Buffer;
  /** First 16 hex digits of the SHA-256 of `bytes`. */
  hash: string;
}

/** The assets by name, and their addresses for pages. */
export interface Assets {
  find(name: string): Asset | undefined;
  /** Address of an asset, with its hash so that browsers may keep it for good. */
  address(name: string): string;
}

/** Reads every asset. Fonts that a style sheet names get their hash there too. */
export function readAssets(): Assets {
  const files = new Map<string, Asset>();
  const address = (name: string): string => {
    const hash = files.get(name)?.hash;
    if (hash === undefined) throw new Error(`there is no asset ${name}`);
    return `/assets/${name}?v=${hash}`;
  };
  const keep = (name: string, bytes: Buffer): void => {
    const type = types[name.slice(name.lastIndexOf('.') + 1)];
    if (type === undefined) throw new Error(`no media type is known for the asset ${name}`);
    files.set(name, { type, bytes, hash: createHash('sha256').update(bytes).digest('hex').slice(0, 16) });
  };
  for (const font of fonts) keep(`fonts${font.slice(font.lastIndexOf('/'))}`, readFileSync(fileURLToPath(import.meta.resolve(font))));
  keep('icon.svg', readFileSync(join(ownFolder, 'icon.svg')));
  for (const [name, script] of bundles()) keep(name, script);
  for (const [sheet, files] of sheets) {
    const css = shorter(files.map((file) => readFileSync(join(ownFolder, file), 'utf8')).join('\n'));
    keep(sheet, Buffer.from(css.replace(/url\(\/assets\/([\w/-]+\.woff2)\)/g, (_, font: string) => `url("${address(font)}")`)));
  }
  return { find: (name) => files.get(name), address };
}

/** Our own style sheets without comments and indents: a fifth of what goes over the line. No string in them holds either. */
const shorter = (css: string): string => css.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\s*\n\s*/g, '\n');

/** Serves assets. With the right hash in the query they never change; without it (pages frozen long ago) browsers ask again after an hour. */
export function assetRoutes(assets: Assets): Router {
  const router = express.Router();
  const packed = new Map<string, Promise<Packed>>();
  router.get('/favicon.ico', (_request, response) => {
    response.redirect(302, assets.address('icon.svg'));
  });
  router.get('/assets/*path', async (request, response) => {
    const name = request.params.path.join('/');
    const asset = assets.find(name);
    if (asset === undefined) throw pageNotFound();
    const fixed = request.query['v'] === asset.hash;
    response.set({
      'Cache-Control': fixed ? 'public, max-age=31536000, immutable' : 'public, max-age=3600',
      'Access-Control-Allow-Origin': '*', // fonts are fetched with CORS, also from a page read at an older address of ours
      'Cross-Origin-Resource-Policy': 'cross-origin',
    });
    if (asset.type === types['woff2']) {
      response.type(asset.type).set('ETag', `"${asset.hash}"`).send(asset.bytes); // it is compressed in itself
      return;
    }
    const made = packed.get(name) ?? pack(asset.bytes, asset.type, asset.hash);
    packed.set(name, made);
    sendPacked(request, response, await made);
  });
  return router;
}

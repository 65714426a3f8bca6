/** Compares a picture with the golden that is kept of it, with a tolerance for how edges of letters are smoothed, and keeps what differs for a person to look at. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pixelmatch from 'pixelmatch';
import sharp from 'sharp';

/** Pixels this far apart (OKLab, 1 is black and white) are different. */
const threshold = 0.2;
/** What counts is where pixels differ together: no square of this many pixels a side … */
const side = 24;
/** … may hold more different ones; a share of the whole picture would let a block go astray in a long mail.
 *  Measured with Chromium 156: keeping few colours costs up to 35, a block moved by one place shows as 210 or more, a wrong colour of links as 119 or more,
 *  and neither hinting nor LCD smoothing changes anything; letters on whole pixels would (142). */
const allowed = 70;

export interface Difference {
  /** The most different pixels in any square; Infinity when the sizes differ. */
  worst: number;
  /** What is wrong, absent when the pictures are the same within the tolerance. */
  problem?: string;
}

async function pixelsOf(picture: Buffer): Promise<{ data: Buffer; width: number; height: number }> {
  const { data, info } = await sharp(picture).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** Compares two pictures (PNG). */
export async function difference(actual: Buffer, golden: Buffer): Promise<Difference> {
  const [a, g] = [await pixelsOf(actual), await pixelsOf(golden)];
  if (a.width !== g.width || a.height !== g.height)
    return { worst: Number.POSITIVE_INFINITY, problem: `it is ${a.width} by ${a.height} pixels, the golden ${g.width} by ${g.height}` };
  const worst = pixelmatch(a.data, g.data, null, a.width, a.height, { threshold, includeAA: true, windowSize: side });
  return worst > allowed ? { worst, problem: `${worst} of ${side * side} pixels in one place differ, ${allowed} may` } : { worst };
}

/** Keeps the picture and, where the sizes agree, a map of the differences in a temporary folder; returns a line that names them. */
export async function keepDifference(name: string, actual: Buffer, golden: Buffer): Promise<string> {
  const folder = join(tmpdir(), 'galley-golden');
  mkdirSync(folder, { recursive: true });
  const files = [join(folder, `${name}-actual.png`)];
  writeFileSync(join(folder, `${name}-actual.png`), actual);
  const [a, g] = [await pixelsOf(actual), await pixelsOf(golden)];
  if (a.width === g.width && a.height === g.height) {
    const map = new Uint8Array(a.width * a.height * 4);
    pixelmatch(a.data, g.data, map, a.width, a.height, { threshold, includeAA: true });
    const file = join(folder, `${name}-diff.png`);
    await sharp(map, { raw: { width: a.width, height: a.height, channels: 4 } })
      .png()
      .toFile(file);
    files.push(file);
  }
  return `see ${files.join(' and ')}; when the new look is meant: npm run golden`;
}

/** A picture as it is kept: in sixteen colours, or in more where those would use up the tolerance. */
export async function toKeep(picture: Buffer): Promise<Buffer> {
  const reduced = (colours: number) =>
    sharp(picture).removeAlpha().png({ palette: true, colours, dither: 0, effort: 10, compressionLevel: 9 }).toBuffer();
  const small = await reduced(16);
  return (await difference(picture, small)).worst <= allowed / 2 ? small : reduced(32);
}

/** Takes in a picture that an editor chose: looked at, turned upright, made small, drawn anew. */

import { createHash } from 'node:crypto';
import sharp, { type Metadata, type Sharp } from 'sharp';
import type { Picture } from '../model/edition.ts';

/** Why a picture is not taken, and what would be. */
export interface Refusal {
  problem: string;
  remedy: string;
}

const widest = 1200;
const mostPixels = 50_000_000;
/** Above this a palette PNG is more than a mail should load; the plain one would be larger still. */
const smallPng = 200_000;

// Every other loader stays shut, the ones for SVG, PDF and TIFF above all: a file is what its bytes say, not its name.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer'] });
sharp.cache(false);
sharp.concurrency(1);

/** Reads PNG or JPEG and writes it anew: upright after its EXIF orientation, at most 1200 pixels wide, without EXIF, GPS or colour profile.
 *  Photographs become JPEG (quality 78), PNG becomes a palette PNG when that stays small, else a JPEG unless it is see-through. */
export async function admitPicture(bytes: Uint8Array): Promise<Picture | Refusal> {
  const named = nameOf(bytes);
  if (named !== 'PNG' && named !== 'JPEG') {
    return {
      problem: named ? `this is ${named}, whatever its name ends in` : 'this is not a picture',
      remedy: 'save it as PNG (drawings) or JPEG (photographs)',
    };
  }
  const open = () => sharp(bytes, { failOn: 'error', limitInputPixels: mostPixels, pages: 1 });
  try {
    const facts = await open().metadata();
    if (facts.width * facts.height > mostPixels) return tooLarge(facts);
    return await redraw(open, named, facts);
  } catch (error) {
    const said = (error as Error).message;
    if (/pixel limit/i.test(said))
      return { problem: `it has more than ${mostPixels / 1e6} million pixels`, remedy: `make it at most ${widest} pixels wide` };
    return { problem: `the ${named} file is damaged or cut short`, remedy: 'open it in a picture program and save it again' };
  }
}

async function redraw(open: () => Sharp, named: 'PNG' | 'JPEG', facts: Metadata): Promise<Picture> {
  const upright = () => open().autoOrient().resize({ width: widest, withoutEnlargement: true }).toColourspace('srgb');
  if (named === 'PNG') {
    const png = await upright().png({ palette: true }).toBuffer({ resolveWithObject: true });
    if (png.data.length <= smallPng || facts.hasAlpha) return picture(png, 'png');
  }
  return picture(await upright().jpeg({ quality: 78, mozjpeg: true }).toBuffer({ resolveWithObject: true }), 'jpeg');
}

function picture({ data, info }: { data: Buffer; info: { width: number; height: number } }, kind: 'png' | 'jpeg'): Picture {
  return named(data, kind, info.width, info.height);
}

/** A stored picture: its name is the SHA-256 of its bytes, so that the same picture is kept once and an address never changes its content. */
export function named(bytes: Uint8Array, kind: 'png' | 'jpeg', width: number, height: number): Picture {
  const hash = createHash('sha256').update(bytes).digest('hex');
  return { name: `${hash}.${kind === 'png' ? 'png' : 'jpg'}`, type: `image/${kind}`, width, height, bytes: new Uint8Array(bytes) };
}

function tooLarge({ width, height }: Metadata): Refusal {
  return {
    problem: `it has ${width} × ${height} pixels`,
    remedy: `at most ${mostPixels / 1e6} million in all; ${widest} pixels wide is enough`,
  };
}

/** The kind of file by its first bytes; undefined when it is none that people take for a picture. */
function nameOf(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 512)).toString('latin1');
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'PNG';
  if (head.startsWith('\xff\xd8\xff')) return 'JPEG';
  if (head.startsWith('GIF8')) return 'a GIF';
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return 'a WebP';
  if (/^II\*\0|^MM\0\*/.test(head)) return 'a TIFF';
  if (head.slice(4, 12) === 'ftypavif') return 'an AVIF';
  if (/^....ftyp(heic|heix|mif1)/s.test(head)) return 'a HEIC';
  if (head.startsWith('%PDF-')) return 'a PDF';
  if (/<svg[\s>]/i.test(head)) return 'an SVG';
  if (/<!doctype html|<html[\s>]/i.test(head)) return 'a web page';
  return undefined;
}

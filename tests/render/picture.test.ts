/** Which pictures are taken in, and as what. */
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Picture } from '../../src/model/edition.ts';
import { admitPicture } from '../../src/render/picture.ts';

async function taken(bytes: Uint8Array): Promise<Picture> {
  const answer = await admitPicture(bytes);
  if ('problem' in answer) throw new Error(`${answer.problem}: ${answer.remedy}`);
  return answer;
}

/** A picture with as many colours as a photograph: noise from a fixed seed. */
function photograph(width: number, height: number) {
  let seed = 1;
  const noise = Buffer.alloc(width * height * 3).map(() => {
    seed = (seed * 48271) % 0x7fffffff;
    return seed % 256;
  });
  return sharp(noise, { raw: { width, height, channels: 3 } });
}

describe('taken', () => {
  test('a photograph is turned upright, made 1200 pixels wide and loses its EXIF and colour profile', async () => {
    const bytes = await photograph(1500, 300)
      .withExif({ IFD0: { Copyright: 'secret-place' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const picture = await taken(bytes);
    expect(picture).toMatchObject({ type: 'image/jpeg', width: 300, height: 1500 });
    const facts = await sharp(picture.bytes).metadata();
    expect(facts).toMatchObject({ width: 300, height: 1500, format: 'jpeg' });
    expect([facts.exif, facts.icc, facts.orientation]).toEqual([undefined, undefined, undefined]);
    expect(Buffer.from(picture.bytes).includes('secret-place')).toBe(false);
    const wide = await taken(await photograph(1500, 300).jpeg().toBuffer());
    expect([wide.width, wide.height]).toEqual([1200, 240]);
  });

  test('a drawing stays PNG with a palette, a small picture keeps its size', async () => {
    const bytes = await sharp({ create: { width: 40, height: 20, channels: 3, background: '#0a656c' } })
      .png()
      .toBuffer();
    const picture = await taken(bytes);
    expect(picture).toMatchObject({ type: 'image/png', width: 40, height: 20 });
    expect(picture.name).toMatch(/^[0-9a-f]{64}\.png$/);
    expect((await taken(bytes)).name).toBe(picture.name);
  });

  test('a PNG that holds a photograph becomes JPEG', async () => {
    expect(await taken(await photograph(520, 420).png().toBuffer())).toMatchObject({ type: 'image/jpeg' });
  });
});

/** A PNG that says it is as large as asked and holds next to nothing. */
function bomb(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length);
    body.copy(out, 4);
    out.writeUInt32BE(crc(body), body.length + 4);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 0, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.alloc(1000))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function crc(bytes: Buffer): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let i = 0; i < 8; i++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return (value ^ 0xffffffff) >>> 0;
}

describe('refused, with what is wrong and what would be right', () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/hostname"/></svg>';
  test.each([
    ['an SVG', Buffer.from(svg), /SVG/],
    ['an SVG behind an XML line', Buffer.from(`<?xml version="1.0"?><!-- x -->${svg}`), /SVG/],
    ['a web page', Buffer.from('<!doctype html><script>alert(1)</script>'), /web page/],
    ['a GIF', Buffer.from('GIF89a\x01\x00\x01\x00\x00\x00\x00;', 'latin1'), /GIF/],
    ['a PDF', Buffer.from('%PDF-1.7\n'), /PDF/],
    ['plain text', Buffer.from('hello, I am picture.png'), /not a picture/],
    ['nothing', Buffer.alloc(0), /not a picture/],
    ['the first bytes of a PNG before something else', Buffer.from(`\x89PNG\r\n\x1a\n${svg}`, 'latin1'), /damaged/],
    ['a picture of 900 million pixels', bomb(30_000, 30_000), /pixels/],
  ])('%s', async (_, bytes, problem) => {
    expect(await admitPicture(bytes)).toEqual({ problem: expect.stringMatching(problem), remedy: expect.stringMatching(/\w/) });
  });

  test('a file that is cut short', async () => {
    for (const whole of [await photograph(300, 300).jpeg().toBuffer(), await photograph(300, 300).png().toBuffer()]) {
      expect(await admitPicture(whole.subarray(0, whole.length / 2))).toMatchObject({
        problem: expect.stringMatching(/damaged or cut short/),
      });
    }
  });
});

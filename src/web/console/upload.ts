/** A form with a file: the file goes to the disk while it comes, the fields are few and short. */
import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import type { Request } from 'express';
import { AppError } from '../../errors.ts';

/** What came with a form. `file` is undefined when none was chosen. */
export interface Upload {
  fields: Map<string, string>;
  /** Name the file had with its owner. */
  file: string | undefined;
}

/** Largest file taken, in octets: a list of some four million readers. */
export const largestUpload = 256 * 1024 * 1024;
const longestField = 10_000;

/** Reads a form of type multipart/form-data and writes its first file to `path`. Errors: another type (415), a file too large (413), a form that breaks off. */
export async function readUpload(request: Request, path: string): Promise<Upload> {
  const write = (stream: Readable): Promise<void> => pipeline(stream, createWriteStream(path, { mode: 0o600 })); // addresses are nobody else's to read
  const { tooLarge, ...upload } = await readParts(request, largestUpload, write);
  if (tooLarge)
    throw new AppError(
      'upload.too_large',
      `A file has at most ${largestUpload / 1024 / 1024} MB here: import a larger one by galley import`,
      { status: 413 },
    );
  return upload;
}

/** Largest picture taken, in octets. */
const largestPicture = 5 * 1024 * 1024;

/** Reads a form with a picture; one that is too large is a value, since the fields beside it must not be lost. Errors: as `readUpload`. */
export async function readPictureForm(request: Request): Promise<Upload & { bytes: Buffer; tooLarge: boolean }> {
  const chunks: Buffer[] = [];
  const keep = async (stream: Readable): Promise<void> => {
    for await (const chunk of stream) chunks.push(chunk as Buffer);
  };
  const upload = await readParts(request, largestPicture, keep);
  return { ...upload, bytes: Buffer.concat(chunks) };
}

async function readParts(
  request: Request,
  fileSize: number,
  keep: (stream: Readable) => Promise<void>,
): Promise<Upload & { tooLarge: boolean }> {
  const type = request.headers['content-type'] ?? '';
  if (!/^multipart\/form-data\b/i.test(type))
    throw new AppError('upload.type', `This form came as "${type.slice(0, 60)}": a file comes as multipart/form-data`, { status: 415 });
  const fields = new Map<string, string>();
  let file: string | undefined;
  let tooLarge = false;
  let keeping: Promise<void> | undefined;
  try {
    const parser = new Busboy({
      headers: { ...request.headers, 'content-type': type },
      limits: { files: 1, fileSize, fields: 40, fieldSize: longestField },
    });
    parser.on('field', (name, value) => fields.set(name, value));
    parser.on('file', (_field, stream, name) => {
      stream.on('error', () => {}); // a form that ends within a file: the form tells it too, and nobody listening here would end serve
      stream.on('limit', () => {
        tooLarge = true;
      });
      if (name === undefined || name === '') {
        stream.resume(); // the field was left empty
        return;
      }
      file = name;
      keeping = keep(stream);
      keeping.catch(() => {});
    });
    await pipeline(request, parser);
    await keeping;
  } catch (cause) {
    if (['ENOSPC', 'EACCES', 'EROFS'].includes(String((cause as { code?: unknown }).code))) throw cause;
    throw new AppError('upload.broken', 'The file broke off on its way: choose it again', { cause });
  }
  return { fields, file, tooLarge };
}

/** Forms with files (RFC 7578): read to their end in one way, whatever becomes of the files: a list goes to the disk while it comes, pictures stay in memory. */
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
  const { fields, file, tooLarge } = await readParts(request, { fileSize: largestUpload, files: 1 }, write);
  if (tooLarge !== undefined)
    throw new AppError(
      'upload.too_large',
      `A file has at most ${largestUpload / 1024 / 1024} MB here: import a larger one by galley import`,
      { status: 413 },
    );
  return { fields, file };
}

/** Largest picture taken, in octets. */
const largestPicture = 5 * 1024 * 1024;

/** Reads a form with a picture; one that is too large is a value, since the fields beside it must not be lost. Errors: as `readUpload`. */
export async function readPictureForm(request: Request): Promise<Upload & { bytes: Buffer; tooLarge: boolean }> {
  const chunks: Buffer[] = [];
  const { fields, file, tooLarge } = await readParts(request, { fileSize: largestPicture, files: 1 }, async (stream) => {
    for await (const chunk of stream) chunks.push(chunk as Buffer);
  });
  return { fields, file, bytes: Buffer.concat(chunks), tooLarge: tooLarge !== undefined };
}

/** A form with the files of an issue. */
export interface FilesForm {
  fields: Map<string, string>;
  /** Files that were chosen; an empty field of the form is none. */
  files: { name: string; bytes: Buffer }[];
}

const megabyte = 1024 * 1024;
/** The largest picture of an issue that is taken in, and how many files of one form are, alone and together: they wait in memory for the drawing process. */
const ofIssue = { fileSize: 50 * megabyte, files: 10, together: 100 * megabyte } as const;

/** Reads a form with the files of an issue. Errors: as `readUpload`; too many files, or too much of them together (413); then nothing is taken. */
export async function readFilesForm(request: Request): Promise<FilesForm> {
  const files: FilesForm['files'] = [];
  let together = 0;
  const { fields, tooLarge, tooMany } = await readParts(request, ofIssue, async (stream, name) => {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) {
      together += (chunk as Buffer).length;
      if (together <= ofIssue.together) chunks.push(chunk as Buffer);
    }
    files.push({ name, bytes: Buffer.concat(chunks) });
  });
  const refuse = (text: string): AppError => new AppError('upload.too_large', text, { status: 413 });
  if (tooMany) throw refuse(`Send at most ${ofIssue.files} files at a time.`);
  if (tooLarge !== undefined)
    throw refuse(
      `${tooLarge} is larger than ${ofIssue.fileSize / megabyte} MB, so nothing was taken: make it smaller. 1,200 pixels across are enough.`,
    );
  if (together > ofIssue.together)
    throw refuse(`These files are larger than ${ofIssue.together / megabyte} MB together, so nothing was taken: send them one by one.`);
  return { fields, files };
}

interface Parts extends Upload {
  /** A file that had more than it may. */
  tooLarge: string | undefined;
  tooMany: boolean;
}

/** Hands each file that was chosen to `keep` while it comes; `file` is the last of them. Errors: another type (415), a form that breaks off (400). */
async function readParts(
  request: Request,
  { fileSize, files }: { fileSize: number; files: number },
  keep: (stream: Readable, name: string) => Promise<void>,
): Promise<Parts> {
  const type = request.headers['content-type'] ?? '';
  if (!/^multipart\/form-data\b/i.test(type))
    throw new AppError('upload.type', `This form came as "${type.slice(0, 60)}": a file comes as multipart/form-data`, { status: 415 });
  const parts: Parts = { fields: new Map(), file: undefined, tooLarge: undefined, tooMany: false };
  const keeping: Promise<void>[] = [];
  try {
    const parser = new Busboy({
      headers: { ...request.headers, 'content-type': type },
      limits: { files, fileSize, fields: 40, fieldSize: longestField },
    });
    parser.on('field', (name, value) => parts.fields.set(name, value));
    parser.on('filesLimit', () => {
      parts.tooMany = true;
    });
    parser.on('file', (_field, stream, name) => {
      stream.on('error', () => {}); // a form that ends within a file: the form tells it too, and nobody listening here would end serve
      if (name === undefined || name === '') {
        stream.resume(); // the field was left empty
        return;
      }
      stream.on('limit', () => {
        parts.tooLarge = name;
      });
      parts.file = name;
      const kept = keep(stream, name);
      keeping.push(kept);
      kept.catch(() => {});
    });
    await pipeline(request, parser);
    await Promise.all(keeping);
  } catch (cause) {
    if (['ENOSPC', 'EACCES', 'EROFS'].includes(String((cause as { code?: unknown }).code))) throw cause;
    throw new AppError('upload.broken', 'The file broke off on its way: choose it again', { cause });
  }
  return parts;
}

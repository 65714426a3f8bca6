/** Bodies that editors send: whole texts and files. Read with an end in sight, and to that end, so that who sends too much hears why. */
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import type { Request } from 'express';
import { AppError } from '../../errors.ts';

const megabyte = 1024 * 1024;
/** A text of 2 MB as a form sends it, each letter of another script as nine signs. */
const mostText = 20 * megabyte;
/** The largest picture that is taken in. */
const mostFile = 50 * megabyte;
/** The most that files of one form hold together: they wait in memory for the drawing process. */
const mostTogether = 100 * megabyte;
/** What is read and thrown away before the line is cut. */
const mostDrained = 120 * megabyte;

/** The fields of a form that may be long. Errors: another type (415), more than `most` bytes (413). */
export async function readLongForm(request: Request<never> | Request, most = mostText): Promise<URLSearchParams> {
  expectType(request, 'application/x-www-form-urlencoded');
  return new URLSearchParams((await readAll(request as Request, most)).toString('latin1'));
}

/** A body that is text. Errors: as `readLongForm`, and what is no UTF-8 (400). */
export async function readText(request: Request): Promise<string> {
  expectType(request, 'text/plain');
  const bytes = await readAll(request, mostText);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new AppError('body.text', 'This text is not UTF-8: save it as UTF-8 and try again.');
  }
}

/** Whether a body is text and not a form. */
export const isText = (request: Request): boolean => typeOf(request) === 'text/plain';

const typeOf = (request: Request): string => (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

function expectType(request: Request, type: string): void {
  if (typeOf(request) !== type)
    throw new AppError('body.type', `This came as "${typeOf(request).slice(0, 60)}": it is taken as ${type}`, { status: 415 });
}

async function readAll(request: Request, most: number): Promise<Buffer> {
  const kept: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > mostDrained) break;
      if (size <= most) kept.push(chunk);
    }
  } catch (cause) {
    throw new AppError('body.cut', 'The line was cut before all of it had come, so nothing was saved: send it again.', { cause });
  }
  if (size > most)
    throw new AppError(
      'issue.too_large',
      `This is ${Math.round(size / megabyte)} MB, and an issue holds at most 2 MB of text. Nothing was saved; what was saved before is as it was.`,
      {
        status: 413,
      },
    );
  return Buffer.concat(kept);
}

export interface Upload {
  fields: Map<string, string>;
  /** Files that were chosen; an empty field of the form is none. */
  files: { name: string; bytes: Buffer }[];
}

const mostFiles = 10;

/** A form with files (RFC 7578). Errors: another type (415), a file that is too large (413), too many, a form that breaks off (400). */
export async function readUpload(request: Request): Promise<Upload> {
  expectType(request, 'multipart/form-data');
  const upload: Upload = { fields: new Map(), files: [] };
  let tooLarge = '';
  let together = 0;
  await new Promise<void>((resolve, reject) => {
    const broken = (cause?: unknown): void =>
      reject(new AppError('body.form', 'This form came broken, so nothing was taken: send it again.', { cause }));
    let form: BusboyInstance;
    try {
      const limits = { fileSize: mostFile, files: mostFiles, fields: 20, fieldSize: 4 * megabyte, parts: 30 };
      form = new Busboy({ headers: { ...request.headers, 'content-type': request.headers['content-type'] ?? '' }, limits });
    } catch (cause) {
      return broken(cause);
    }
    form.on('field', (name, value) => upload.fields.set(name, value));
    form.on('file', (_field, stream, name) => {
      const chunks: Buffer[] = [];
      stream.on('error', broken); // a form that ends within a file: told on the file too, where nobody listening would end serve
      stream.on('data', (chunk: Buffer) => {
        together += chunk.length;
        if (together <= mostTogether) chunks.push(chunk);
      });
      stream.on('limit', () => {
        tooLarge = name;
        chunks.length = 0;
      });
      stream.on('end', () => {
        const bytes = Buffer.concat(chunks);
        if (name !== undefined && name !== '') upload.files.push({ name, bytes });
      });
    });
    form.on('filesLimit', () => reject(new AppError('body.files', `Send at most ${mostFiles} files at a time.`, { status: 413 })));
    form.on('error', broken);
    form.on('finish', resolve);
    request.on('aborted', broken);
    request.pipe(form);
  });
  if (tooLarge !== '')
    throw new AppError(
      'body.too_large',
      `${tooLarge} is larger than ${mostFile / megabyte} MB, so nothing was taken: make it smaller. 1,200 pixels across are enough.`,
      { status: 413 },
    );
  if (together > mostTogether)
    throw new AppError(
      'body.too_large',
      `These files are larger than ${mostTogether / megabyte} MB together, so nothing was taken: send them one by one.`,
      {
        status: 413,
      },
    );
  return upload;
}

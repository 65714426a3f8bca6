/** Long bodies that editors send: whole texts, alone or in a form. Read with an end in sight, and to that end, so that who sends too much hears why. */
import type { Request } from 'express';
import { AppError } from '../../errors.ts';

const megabyte = 1024 * 1024;
/** A text of 2 MB as a form sends it, each letter of another script as nine signs. */
const mostText = 20 * megabyte;
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

/** Bodies of POSTs to the readers' pages: read with an end in sight, whatever is sent. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Request } from 'express';
import { AppError } from '../../errors.ts';

/** How much of a body is kept, and how long it is waited for. What follows is read and thrown away, so that the sender hears our answer. */
const bodyLimit = 16_384;
const bodyWaitMs = 5000;

/** The first bytes of a body, once all of it has been read. A body that breaks off or dawdles counts as far as it came: nothing in it could stop a leave. */
export async function startOfBody(request: Request): Promise<string> {
  return (await readBody(request)).kept.toString('latin1');
}

/**
 * The fields of a form; the first of two that have the same name counts. Errors: it was sent as something else than a form (415), it is larger than any form
 * of ours (413).
 */
export async function readForm(request: Request): Promise<URLSearchParams> {
  const kept = await wholeBody(request, 'application/x-www-form-urlencoded', 'form');
  return new URLSearchParams(kept.toString('latin1'));
}

/** A JSON body. Errors: as `readForm`, and what is no JSON (400). */
export async function readJson(request: Request): Promise<unknown> {
  const kept = await wholeBody(request, 'application/json', 'request');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(kept));
  } catch {
    throw new AppError('body.json', 'The body is not JSON in UTF-8: send an object such as {"email": "name@example.org"}');
  }
}

async function wholeBody(request: Request, type: string, what: string): Promise<Buffer> {
  const { kept, size } = await readBody(request);
  const sent = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (sent !== type)
    throw new AppError('body.type', `This ${what} came as "${sent.slice(0, 60)}": it is taken as ${type}`, { status: 415 });
  if (request.headers['content-encoding'] !== undefined)
    throw new AppError('body.encoding', `This ${what} came compressed: send it as it is`, { status: 415 });
  if (size > bodyLimit)
    throw new AppError('body.too_large', `This ${what} is larger than ${bodyLimit / 1024} KB, which none of ours is`, { status: 413 });
  return kept;
}

async function readBody(request: Request): Promise<{ kept: Buffer; size: number }> {
  const kept: Buffer[] = [];
  let size = 0;
  const over = new Promise<void>((resolve) => {
    request.on('data', (chunk: Buffer) => {
      if (size < bodyLimit) kept.push(chunk);
      size += chunk.length;
    });
    for (const end of ['end', 'close', 'error']) request.once(end, () => resolve());
  });
  await Promise.race([over, wait(bodyWaitMs, undefined, { ref: false })]);
  return { kept: Buffer.concat(kept).subarray(0, bodyLimit), size };
}

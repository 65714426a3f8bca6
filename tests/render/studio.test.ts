/** The drawing process: replaced when it fails, takes too long or has worked enough, and gone with the service. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { IssueTree } from '../../src/model/issue.ts';
import { openDrawing } from '../../src/render/render.ts';
import { masthead, words } from './trees.ts';

const small: IssueTree = {
  tree: 2,
  publication: 'Tide Tables',
  number: '1',
  title: 'One',
  summary: '',
  language: 'en',
  direction: 'ltr',
  lead: [{ t: 'para', c: words('Hello.') }],
  sections: [],
};
const noFigures = new Map<string, Uint8Array>();

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<boolean> {
  for (let i = 0; i < 200 && isAlive(pid); i++) await sleep(25);
  return !isAlive(pid);
}

test('a process killed in the middle of the work gives an error that says so, and the next drawing works', async () => {
  const studio = openDrawing();
  try {
    const drawing = studio.draw(small, masthead, noFigures).catch((error: unknown) => error);
    while (studio.processId === undefined) await sleep(1);
    process.kill(studio.processId, 'SIGKILL');
    expect(await drawing).toMatchObject({ name: 'AppError', code: 'render.ended', status: 503 });
    expect((await studio.draw(small, masthead, noFigures)).pdfPages).toBe(1);
  } finally {
    await studio.close();
  }
});

test('a drawing over its time limit is stopped, with its process', async () => {
  const studio = openDrawing({ timeLimit: 1 });
  const drawing = studio.draw(small, masthead, noFigures).catch((error: unknown) => error);
  while (studio.processId === undefined) await sleep(1);
  const pid = studio.processId;
  expect(await drawing).toMatchObject({ name: 'AppError', code: 'render.timeout' });
  expect(await gone(pid)).toBe(true);
  await studio.close();
});

test('the process is replaced after its number of jobs, and kept until then; jobs asked for at once all come back', async () => {
  const studio = openDrawing({ jobsPerProcess: 2 });
  try {
    const junk = new Uint8Array([1, 2, 3]);
    await studio.admitPicture(junk);
    const first = studio.processId;
    expect(first).toBeTypeOf('number');
    const answers = await Promise.all([studio.admitPicture(junk), studio.admitPicture(junk)]);
    expect(answers).toEqual([
      expect.objectContaining({ problem: expect.any(String) }),
      expect.objectContaining({ problem: expect.any(String) }),
    ]);
    expect(studio.processId).not.toBe(first);
    expect(await gone(first ?? 0)).toBe(true);
  } finally {
    await studio.close();
  }
});

test('close ends the process and refuses further work; twice is once', async () => {
  const studio = openDrawing();
  await studio.admitPicture(new Uint8Array());
  const pid = studio.processId ?? 0;
  await Promise.all([studio.close(), studio.close()]);
  expect(isAlive(pid)).toBe(false);
  await expect(studio.draw(small, masthead, noFigures)).rejects.toMatchObject({ code: 'render.ended' });
});

const door = new URL('../../src/render/render.ts', import.meta.url).href;
const program = (rest: string) => `const { openDrawing } = await import(${JSON.stringify(door)});
const studio = openDrawing();
await studio.admitPicture(new Uint8Array());
console.log(studio.processId);
${rest}`;

test('the process leaves when the service is killed', async () => {
  const service = spawn(process.execPath, ['--input-type=module', '-e', program('setInterval(() => {}, 1000);')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(service.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  expect(isAlive(pid)).toBe(true);
  service.kill('SIGKILL');
  expect(await gone(pid)).toBe(true);
});

test('an idle process does not keep the service alive', async () => {
  const service = spawn(process.execPath, ['--input-type=module', '-e', program('')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(service.stdout, 'data')) as [Buffer];
  const [code] = (await once(service, 'exit')) as [number];
  expect(code).toBe(0);
  expect(await gone(Number(line.toString()))).toBe(true);
});

test('opening the room loads nothing heavy', async () => {
  const listing = `await import(${JSON.stringify(door)}); console.log(process.moduleLoadList.length > 0, Object.keys((await import('node:module')).createRequire(${JSON.stringify(door)}).cache).length);`;
  const service = spawn(process.execPath, ['--input-type=module', '-e', listing], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(service.stdout, 'data')) as [Buffer];
  expect(line.toString().trim()).toBe('true 0');
});

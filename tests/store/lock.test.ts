/** One process at a time on a data folder. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lockDataFolder } from '../../src/store/lock.ts';

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'galley-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A process that takes the lock and stays; resolves when it has it. */
async function holder(folder: string): Promise<{ pid: number; kill: () => Promise<void> }> {
  const lock = join(import.meta.dirname, '../../src/store/lock.ts');
  const program = `import { lockDataFolder } from ${JSON.stringify(lock)}; lockDataFolder(${JSON.stringify(folder)}, 'galley serve'); globalThis.gc(); console.log('held'); setInterval(() => {}, 60_000);`;
  const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(kill);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return { pid: child.pid ?? 0, kill };
}

test('a second process is told which one holds the folder', async () => {
  const folder = newFolder();
  const { pid } = await holder(folder);
  expect(() => lockDataFolder(folder, 'galley send')).toThrow(
    expect.objectContaining({
      name: 'AppError',
      code: 'lock.held',
      message: `galley serve (process ${pid}) already runs on ${folder}: stop it, or give this one another DATA_DIR`,
    }),
  );
});

test('the lock of a killed process is gone with it, whatever it left behind', async () => {
  const folder = newFolder();
  const { kill } = await holder(folder);
  await kill();
  lockDataFolder(folder, 'galley serve')();
});

test('it is free again when it is let go, and letting go twice changes nothing', () => {
  const folder = newFolder();
  const first = lockDataFolder(folder, 'galley serve');
  expect(() => lockDataFolder(folder, 'galley serve')).toThrow(/already runs/);
  first();
  const second = lockDataFolder(folder, 'galley serve');
  first();
  expect(() => lockDataFolder(folder, 'galley serve')).toThrow(/already runs/);
  second();
});

test('a new data folder is made for this user alone', () => {
  const folder = join(newFolder(), 'deep', 'data');
  lockDataFolder(folder, 'galley serve')();
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test('a holder that has not signed yet is still a holder', () => {
  const folder = newFolder();
  const release = lockDataFolder(folder, 'galley serve');
  writeFileSync(join(folder, 'lock.json'), '{"pi');
  expect(() => lockDataFolder(folder, 'galley serve')).toThrow(/^another galley process already runs/);
  release();
});

test('a path that is a file is named as the mistake', () => {
  const file = join(newFolder(), 'data');
  writeFileSync(file, '');
  expect(() => lockDataFolder(file, 'galley serve')).toThrow(
    expect.objectContaining({ code: 'lock.folder', message: expect.stringContaining(file) }),
  );
});

test.skipIf(process.getuid?.() === 0)('a folder that cannot be written is named as the mistake', () => {
  const folder = newFolder();
  chmodSync(folder, 0o500);
  expect(() => lockDataFolder(folder, 'galley serve')).toThrow(
    expect.objectContaining({ code: 'lock.folder', message: expect.stringContaining(folder) }),
  );
  chmodSync(folder, 0o700);
});

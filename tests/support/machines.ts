/** Machines for tests: network namespaces, each on a line of its own to this one, which can be cut without a word and mended again. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programOnPath } from './programs.ts';

/** Why there can be no machines here; undefined when there can. */
export function noMachines(): string | undefined {
  if (programOnPath('ip') === undefined) return 'iproute2 is not installed';
  if (programOnPath('openssl') === undefined) return 'openssl is not installed';
  const name = `galley-try-${process.pid}`;
  try {
    ip('netns', 'add', name);
    ip('netns', 'del', name);
    return undefined;
  } catch {
    return 'network namespaces are not permitted';
  }
}

const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

export interface Machine {
  /** Its address, and ours as it sees us. */
  readonly address: string;
  readonly ours: string;
  /** Runs a program on it, with this environment and no other. */
  spawn(program: string, args: readonly string[], env: Record<string, string>): ChildProcess;
  /** Nothing passes any more, and nobody is told. */
  cut(): void;
  mend(): void;
}

export interface Machines extends Disposable {
  readonly machines: readonly Machine[];
}

/** Makes machines; they are gone with everything on them when disposed of. */
export function openMachines(count: number): Machines {
  const names: string[] = [];
  const close = () => {
    for (const name of names) {
      for (const pid of ip('netns', 'pids', name).split('\n').filter(Boolean)) process.kill(Number(pid), 'SIGKILL');
      ip('netns', 'del', name); // takes its end of the line along, and so the line
    }
  };
  const machines: Machine[] = [];
  try {
    for (let number = 1; number <= count; number += 1) {
      const name = `galley-${process.pid}-${number}`;
      const line = `gt${process.pid % 100_000}n${number}`; // a name of an interface has at most 15 letters
      const network = `10.${64 + (process.pid % 128)}.${number}`;
      const [ours, address] = [`${network}.1`, `${network}.2`];
      ip('netns', 'add', name);
      names.push(name);
      ip('link', 'add', line, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
      ip('address', 'add', `${ours}/30`, 'dev', line);
      ip('link', 'set', line, 'up');
      ip('-n', name, 'address', 'add', `${address}/30`, 'dev', 'eth0');
      ip('-n', name, 'link', 'set', 'eth0', 'up');
      ip('-n', name, 'link', 'set', 'lo', 'up');
      machines.push({
        address,
        ours,
        spawn: (program, args, env) =>
          spawn('ip', ['netns', 'exec', name, program, ...args], {
            env: { PATH: process.env['PATH'] ?? '', ...env },
            stdio: ['ignore', 'ignore', 'pipe'],
          }),
        cut: () => void ip('link', 'set', line, 'down'),
        mend: () => void ip('link', 'set', line, 'up'),
      });
    }
  } catch (error) {
    close();
    throw error;
  }
  return { machines, [Symbol.dispose]: close };
}

export interface Certificate extends Disposable {
  /** Files, PEM. It is its own authority. */
  readonly certificate: string;
  readonly key: string;
}

/** A certificate for these addresses. */
export function openCertificate(addresses: readonly string[]): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'galley-test-'));
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  const names = addresses.map((address) => `IP:${address}`).join(',');
  const kind = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=galley test',
  ];
  execFileSync('openssl', [...kind, '-addext', `subjectAltName=${names}`, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  return { certificate, key, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

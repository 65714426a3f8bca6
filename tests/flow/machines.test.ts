/** Workers on machines of their own: all they have is Redis over TLS and a relay. One is cut off in the middle of a batch, taken over, and mended again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { presentWorkers } from '../../src/store/engine.ts';
import { closeStore, type Db, openStore } from '../../src/store/open.ts';
import { getSend } from '../../src/store/sends.ts';
import { openGalley } from '../support/galley.ts';
import { type Machine, noMachines, openCertificate, openMachines } from '../support/machines.ts';
import { openPostOffice } from '../support/relay.ts';
import { samplePublication, sampleReaders, sampleSend } from '../support/store.ts';

const program = resolve(import.meta.dirname, '../../src/main.ts');
const missing = noMachines();
const readers = 2400;
const connections = 3;
const password = 'a-password-of-the-test';

test.skipIf(missing !== undefined)(
  `three machines share a send; the one that is cut off is taken over, and mended it says what it did (${missing ?? 'in network namespaces'})`,
  { timeout: 240_000 },
  async () => {
    using net = openMachines(3);
    const { machines } = net;
    using tls = openCertificate(machines.map(({ ours }) => ours));
    const redisPort = await startRedis(machines, tls);
    const taken: { from: string; to: string; id: string; signed: boolean }[] = [];
    const hold = openHold();
    await using post = await openPostOffice({
      host: '0.0.0.0',
      disabledCommands: ['AUTH'],
      key: readFileSync(tls.key),
      cert: readFileSync(tls.certificate),
      onMailFrom: (_, { remoteAddress }, done) => hold.begin(remoteAddress, done),
      onData(stream, { envelope, remoteAddress, secure }, done) {
        let text = '';
        stream.on('data', (chunk: Buffer) => {
          text += chunk.toString('latin1');
        });
        stream.on('end', () => {
          const id = /^Message-ID: (\S+)/m.exec(text)?.[1] ?? '';
          taken.push({ from: remoteAddress, to: envelope.rcptTo[0]?.address ?? '', id, signed: secure && text.includes('DKIM-Signature') });
          done();
        });
      },
    });
    const settingsOn = ({ ours }: Machine) => ({
      REDIS_URL: `rediss://:${password}@${ours}:${redisPort}`,
      SMTP_URL: `smtp://${ours}:${post.port}`,
      NODE_EXTRA_CA_CERTS: tls.certificate,
    });
    const [first, second, third] = machines as [Machine, Machine, Machine];
    await using galley = openGalley({ ...settingsOn(first), BASE_URL: 'https://news.example.org', RATE_PER_SECOND: '200' });
    mkdirSync(join(galley.folder, 'data'));
    const db = openStore(join(galley.folder, 'data', 'galley.db'));
    onTestFinished(() => closeStore(db));
    const publication = samplePublication(db);
    sampleReaders(db, publication.id, readers);
    const serve = galley.start('serve', '--workers', '0');
    await serve.said(/Galley is at/);

    const keyFile = join(galley.folder, 'dkim.pem');
    writeFileSync(keyFile, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const dkim = { DKIM_DOMAIN: 'tidewater.example', DKIM_SELECTOR: 'test', DKIM_KEY_FILE: keyFile };
    const work = (machine: Machine) =>
      machine.spawn(process.execPath, [program, 'work'], { ...settingsOn(machine), ...dkim, SMTP_CONNECTIONS: String(connections) });
    const workers = machines.map(work);
    await expect.poll(() => presentWorkers(db).length, { timeout: 30_000 }).toBe(3);

    const one = order(db, publication);
    const from = (machine: Machine, rows = taken) => rows.filter((mail) => mail.from.endsWith(machine.address)).length;
    await expect.poll(() => from(second), { timeout: 30_000 }).toBeGreaterThan(100);
    await hold.until(second.address, connections); // so nothing is between its question and Redis's go, nor between its dot and our answer: what is stays unknown
    second.cut();
    const cutAt = Date.now();
    const before = from(second);
    await expect.poll(() => presentWorkers(db).length, { timeout: 90_000 }).toBe(2); // its lease is gone
    await expect.poll(() => getSend(db, one).state, { timeout: 90_000 }).toBe('sent'); // its batch was taken over
    const { unknown: whileCut } = getSend(db, one);
    expect(whileCut).toBe(connections); // begun, and nobody here can know more
    expect(copies(taken)).toBe(taken.length);
    expect(from(second)).toBeLessThanOrEqual(before + connections);

    hold.release();
    second.mend();
    const mendedAt = Date.now();
    await expect.poll(() => presentWorkers(db).length, { timeout: 60_000 }).toBe(3);
    const backAfter = Date.now() - mendedAt;
    await expect.poll(() => getSend(db, one), { timeout: 60_000 }).toMatchObject({ state: 'sent', unknown: 0, accepted: readers });
    expect([taken.length, copies(taken)]).toEqual([readers, readers]);
    console.log(`cut for ${mendedAt - cutAt} ms, ${whileCut} unknown meanwhile, a worker again ${backAfter} ms after it was mended`);

    const until = taken.length;
    const two = order(db, publication);
    await expect.poll(() => getSend(db, two), { timeout: 60_000 }).toMatchObject({ state: 'sent', unknown: 0, accepted: readers });
    for (const machine of [first, second, third]) expect(from(machine, taken.slice(until))).toBeGreaterThan(100);
    expect(taken.every(({ signed }) => signed)).toBe(true);

    const stopping = Date.now();
    for (const worker of workers) worker.kill('SIGTERM');
    expect(await Promise.all(workers.map(ended))).toEqual([0, 0, 0]);
    expect(Date.now() - stopping).toBeLessThan(30_000);
    await expect.poll(() => presentWorkers(db).length, { timeout: 10_000 }).toBe(0); // they said goodbye
  },
);

/** Keeps one machine's next mails from beginning, until it has one waiting on each of its connections. */
function openHold() {
  const waiting: (() => void)[] = [];
  let held: string | undefined;
  return {
    begin(address: string, done: () => void): void {
      if (held !== undefined && address.endsWith(held)) waiting.push(done);
      else done();
    },
    async until(machine: string, connections: number): Promise<void> {
      held = machine;
      await expect.poll(() => waiting.length, { timeout: 20_000, interval: 10 }).toBe(connections);
    },
    release(): void {
      held = undefined;
      for (const go of waiting.splice(0)) go();
    },
  };
}

const copies = (mails: readonly { to: string; id: string }[]): number => new Set(mails.map(({ to, id }) => `${to} ${id}`)).size;

/** A send that is due now. */
function order(db: Db, publication: ReturnType<typeof samplePublication>): number {
  const { id } = sampleSend(db, publication);
  db.$client.exec(`UPDATE sends SET scheduled_for = unixepoch() * 1000 WHERE id = ${id}`);
  return id;
}

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((done) => (child.exitCode === null ? child.once('exit', done) : done(child.exitCode)));

/** A Redis as it would stand on a machine of its own: TLS only, a password, and nothing forgotten. Returns its port. */
async function startRedis(machines: readonly Machine[], { certificate, key }: { certificate: string; key: string }): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'galley-test-'));
  const port = await freePort();
  const settings = {
    port: '0',
    'tls-port': String(port),
    'tls-cert-file': certificate,
    'tls-key-file': key,
    'tls-ca-cert-file': certificate,
    'tls-auth-clients': 'no',
    requirepass: password,
    bind: machines.map(({ ours }) => ours).join(' '),
    appendonly: 'yes',
    appendfsync: 'always',
    save: '',
    dir: folder,
  };
  const child = spawn(
    'redis-server',
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    { stdio: 'ignore' },
  );
  onTestFinished(async () => {
    child.kill();
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  });
  await sleep(500);
  return port;
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer();
    server.listen(0, () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}

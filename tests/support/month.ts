/** A serve with workers, Redis and a relay for tests of a whole month: its clock can be moved, everything else is real. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../src/config.ts';
import { openLog } from '../../src/log.ts';
import { describeSetUp } from '../../src/main/login.ts';
import { openService } from '../../src/main/service.ts';
import { parseSlot, slotAt } from '../../src/model/slot.ts';
import { freePort } from './ports.ts';
import { openPostOffice, type ReceivedMail } from './relay.ts';

export interface Month extends AsyncDisposable {
  readonly url: string;
  /** The code of the first start, as the log tells it. */
  readonly code: string;
  /** Milliseconds its clock is ahead of the real one. */
  readonly clock: { ahead: number };
  /** A monthly slot (in Asia/Karachi) that comes four days from now or later, and when. */
  readonly slot: string;
  readonly slotAt: number;
  /** What the relay took. */
  readonly mails: readonly ReceivedMail[];
}

/** `refuse` may answer an address with a reply such as `550 5.1.1 no such user`. */
export async function openMonth(refuse: (to: string) => string | undefined): Promise<Month> {
  const post = await openPostOffice({
    onRcptTo({ address }, _session, done) {
      const [, code, words] = /^(\d{3}) (.*)$/.exec(refuse(address) ?? '') ?? [];
      done(code === undefined ? null : Object.assign(new Error(words), { responseCode: Number(code) }));
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'galley-test-'));
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const env = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    DATA_DIR: join(folder, 'data'),
    PORT: `${port}`,
    BASE_URL: url,
    SMTP_URL: post.url,
    RATE_PER_SECOND: '60',
  };
  const config = parseConfig(env);
  const log = openLog({ level: 'error', write: (line) => process.stderr.write(line) });
  const clock = { ahead: 0 };
  const service = await openService({
    config,
    env,
    log,
    workers: 1,
    web: true,
    command: 'galley serve',
    now: () => Date.now() + clock.ahead,
  });
  const [, code = ''] = /code ([\w-]+)/.exec(describeSetUp(config, service.data) ?? '') ?? [];
  const close = async (): Promise<void> => {
    await service.stop();
    await post.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  return { url, code, clock, ...comingSlot(), mails: post.mails, [Symbol.asyncDispose]: close };
}

/** Some days ahead, on a day that every month has. */
function comingSlot(): { slot: string; slotAt: number } {
  const from = Date.now() + 4 * 86_400_000;
  for (let at = from; ; at += 86_400_000) {
    const date = new Date(at).getUTCDate();
    if (date > 28) continue;
    const slot = `day ${date} 12:00`;
    return { slot, slotAt: slotAt(parseSlot(slot), 'Asia/Karachi', new Date(at).toISOString().slice(0, 7)) };
  }
}

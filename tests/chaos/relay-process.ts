/** The relay of a chaos round as a process of its own: `relay-process.ts FILE`. What it accepted is in the file before its 250 is on the wire; faults come over IPC. */
import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import type { Format } from '../../src/model/edition.ts';
import { openScriptedRelay, type RelayScript, type Step } from '../support/relay.ts';
import type { RelayOrder, RelayReport } from './relay.ts';

const [, , file = ''] = process.argv;
const greeting = '220 relay.example.org ESMTP';
let taken = 0;
let cuts = 0;
let dotCutsLeft = 0;
let middleCutsLeft = 0;
let late = false;
let afterDot = false;

const report = (message: RelayReport): void => void process.send?.(message);

const script: RelayScript = {
  greeting,
  /** Taken and not yet answered is where a kill hurts: most of a message's time is spent there. */
  get delay() {
    return late ? 700 : afterDot ? 15 : 1;
  },
  midData: {
    get after() {
      return middleCutsLeft > 0 ? 2000 : Number.POSITIVE_INFINITY;
    },
    get step(): Step {
      middleCutsLeft -= 1;
      return cutOne();
    },
  },
  dot() {
    const mail = relay.mails.pop(); // the one that is being answered
    if (mail === undefined) return '451 4.3.0 no mail';
    const hash = createHash('sha256').update(mail.bytes).digest('hex');
    const text = mail.bytes.toString('latin1');
    appendFileSync(file, `${mail.to} ${/^Message-ID: (\S+)/im.exec(text)?.[1]} ${hash} ${formatOf(text)}\n`);
    taken += 1;
    afterDot = true;
    setImmediate(() => {
      afterDot = false;
    });
    report({ taken, cuts });
    if (dotCutsLeft === 0) return '250 2.0.0 taken';
    dotCutsLeft -= 1;
    return cutOne();
  },
};

/** Tells the formats of an issue apart: by its parts, and by what MJML leaves in each mail that it made. */
function formatOf(mail: string): Format {
  if (!mail.includes('multipart/alternative')) return 'text';
  return mail.includes('mj-column') ? 'full' : 'light';
}

function cutOne(): Step {
  cuts += 1;
  report({ taken, cuts });
  return 'hang up';
}

const relay = await openScriptedRelay(script);
report({ port: relay.port });

/** What makes an order pass again when its time is over. */
const begin: Record<RelayOrder['fault'], (order: RelayOrder) => () => void> = {
  drop: () => {
    relay.cut();
    script.greeting = 'hang up';
    return () => {
      script.greeting = greeting;
    };
  },
  delay: () => {
    late = true;
    return () => {
      late = false;
    };
  },
  'mid-DATA': (order) => {
    middleCutsLeft = order.cuts;
    return () => {
      middleCutsLeft = 0;
    };
  },
  'after-dot': (order) => {
    dotCutsLeft = order.cuts;
    return () => {
      dotCutsLeft = 0;
    };
  },
};

process.on('message', (order: RelayOrder) => {
  setTimeout(begin[order.fault](order), order.ms);
});
process.on('disconnect', () => process.exit());

/** The house: which room may import which, whose each package is, and what no file may be. The tables here are the rule; ARCHITECTURE.md explains them. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Rules, violations } from './support/architecture.ts';

const base = ['model', 'errors', 'log', 'html', 'config'];
const ledger = [...base, 'store', 'queue', 'message'];
const mail = ['feedback', 'catcher'];

const rules: Rules = {
  rooms: {
    model: base,
    errors: base,
    log: base,
    html: base,
    config: [...base, 'settings'],
    settings: base,
    store: base,
    queue: base,
    render: base,
    message: base,
    catcher: base,
    issue: [...base, 'render'], // its checks measure what was drawn
    deliver: [...base, 'queue', 'message'], // never store: workers run on machines without the file
    fanout: ledger,
    settle: ledger,
    feedback: ledger,
    team: ledger,
    upkeep: ledger,
    audience: [...ledger, 'render'],
    schedule: [...ledger, 'render', 'issue'],
    web: [
      ...ledger,
      'render',
      'catcher',
      'issue',
      'deliver',
      'fanout',
      'settle',
      'feedback',
      'team',
      'upkeep',
      'audience',
      'schedule',
      'web/client',
    ],
    'web/client': ['model'], // it runs in a browser
  },
  free: ['main'],
  open: ['model', 'store', 'queue'],
  typesOnly: ['config'],
  owners: {
    'drizzle-orm': ['store'],
    'better-sqlite3': ['store'],
    bullmq: ['queue'],
    ioredis: ['queue'],
    mjml: ['render'],
    '@myriaddreamin/*': ['render'],
    vega: ['render'],
    'vega-*': ['render'],
    '@resvg/*': ['render'],
    sharp: ['render'],
    unpdf: ['render'],
    fontkit: ['render'],
    '@expo-google-fonts/*': ['render', 'web'],
    '@fontsource/*': ['render', 'web'],
    '@fontsource-variable/*': ['render', 'web'],
    'micromark*': ['issue'],
    mdast: ['issue'],
    'mdast-*': ['issue'],
    unist: ['issue'],
    yaml: ['issue'],
    mammoth: ['issue'],
    'csv-parse': ['audience', 'issue'],
    'nodemailer/lib/mail-composer': ['message'],
    'nodemailer/lib/mime-node': ['message'],
    nodemailer: ['deliver'],
    'smtp-server': mail,
    'postal-mime': mail,
    imapflow: ['feedback'],
    '@simplewebauthn/*': ['team'],
    express: ['web'],
    helmet: ['web'],
    esbuild: ['web'],
    diff: ['web'],
    '@fastify/busboy': ['web'],
    'prosemirror-*': ['web'],
    'htmx.org': ['web'],
    zod: ['*'],
  },
  builtins: {
    'node:child_process': ['queue', 'render', 'main'], // the private Redis, the PDF and picture makers, the delivery workers
    'node:process': ['main'],
  },
};

const root = join(import.meta.dirname, '..');
const read = (path: string) => ({ path: path.replaceAll('\\', '/'), text: readFileSync(join(root, path), 'utf8') });

test('every file keeps to its room', () => {
  const files = globSync(['src/**/*.{ts,mts,cts,tsx,js,mjs,cjs,jsx}', 'ARCHITECTURE.md'], { cwd: root }).map(read);
  expect(files.length).toBeGreaterThan(10);
  expect(violations(files, rules)).toEqual([]);
});

const map = { path: 'ARCHITECTURE.md', text: Object.keys(rules.rooms).concat('main', 'billing').join('\n') };
const inspect = (path: string, text: string) => violations([{ path, text }, map], rules);

describe('the check finds', () => {
  test.each([
    [
      'an edge that the table lacks',
      'src/deliver/deliver.ts',
      `import { openStore } from '../store/open.ts';`,
      'deliver may not import store',
    ],
    ['a type import', 'src/fanout/fanout.ts', `import type { Settle } from '../settle/settle.ts';`, 'fanout may not import settle'],
    [
      'an import over several lines',
      'src/model/a.ts',
      `import {\n  type A,\n  b,\n} from '../store/open.ts';`,
      'model may not import store',
    ],
    ['a re-export', 'src/model/a.ts', `export { a } from '../queue/jobs.ts';`, 'model may not import queue'],
    ['a re-export of everything', 'src/model/a.ts', `export * from '../queue/jobs.ts';`, 'model may not import queue'],
    ['a re-export of types', 'src/model/a.ts', `export type { A } from '../queue/jobs.ts';`, 'model may not import queue'],
    ['an import for its effect', 'src/model/a.ts', `import '../queue/jobs.ts';`, 'model may not import queue'],
    ['a dynamic import', 'src/model/a.ts', `const a = await import('../queue/jobs.ts');`, 'model may not import queue'],
    ['the type of an import', 'src/model/a.ts', `type A = import('../queue/jobs.ts').A;`, 'model may not import queue'],
    ['a computed import', 'src/render/render.ts', `await import(name);`, 'imports a computed name'],
    [
      'a child process by its URL',
      'src/issue/issue.ts',
      `fork(new URL('../deliver/worker.ts', import.meta.url));`,
      'issue may not import deliver',
    ],
    ['an import past a door', 'src/schedule/schedule.ts', `import { draw } from '../render/chart.ts';`, 'goes past the door of render'],
    ['an import of main', 'src/web/web.ts', `import { run } from '../main.ts';`, 'web may not import main'],
    ['more than types of config', 'src/web/web.ts', `import { parseConfig } from '../config.ts';`, 'more than types of config'],
    [
      'browser code that wants the server',
      'src/web/client/editor.ts',
      `import { html } from '../../html.ts';`,
      'web/client may not import html',
    ],
    ['a path out of src', 'src/render/render.ts', `import sample from '../../emails/sample.ts';`, 'reaches out of src'],
    ['a package in the wrong room', 'src/web/web.ts', `import { Queue } from 'bullmq';`, 'bullmq, which belongs to queue'],
    [
      'a part of a package in the wrong room',
      'src/deliver/smtp.ts',
      `import C from 'nodemailer/lib/mail-composer/index.js';`,
      'which belongs to message',
    ],
    ['a package of a family', 'src/web/web.ts', `import { a } from 'vega-lite';`, 'vega-lite, which belongs to render'],
    ['a package without an owner', 'src/web/web.ts', `import a from 'lodash';`, 'lodash, which has no owner'],
    ['a package in main', 'src/main.ts', `import { Redis } from 'ioredis';`, 'ioredis, which belongs to queue'],
    [
      'a process started elsewhere',
      'src/issue/issue.ts',
      `import { spawn } from 'node:child_process';`,
      'node:child_process, which belongs to',
    ],
    ['a read of the environment', 'src/queue/jobs.ts', `const a = process.env['HOME'];`, 'reads process.env'],
    ['a read of the arguments', 'src/queue/jobs.ts', `const { argv } = process;`, 'reads process.argv'],
    ['a read of the environment in the rest of the wiring', 'src/main/serve.ts', `const a = process.env.HOME;`, 'reads process.env'],
    ['the environment by another name', 'src/queue/jobs.ts', `import { env } from 'node:process';`, 'node:process, which belongs to main'],
    ['an enum', 'src/model/a.ts', `export const enum A {\n  b,\n}`, 'has an enum'],
    ['a namespace', 'src/model/a.ts', `export namespace A {\n}`, 'has a namespace'],
    ['a name that says nothing', 'src/web/utils.ts', '', 'utils.ts says nothing'],
    ['a folder that says nothing', 'src/web/shared/page.ts', '', 'shared says nothing'],
    ['a front for a folder', 'src/web/index.ts', '', 'index.ts says nothing'],
    ['a room that is not in the table', 'src/billing/billing.ts', '', 'billing is not a room'],
    ['a file that is too long', 'src/web/page.ts', '\n'.repeat(301), 'has 301 lines'],
    ['JSX', 'src/web/page.tsx', '', 'does not run'],
  ])('%s', (_, path, text, expected) => {
    expect(inspect(path, text)).toEqual([expect.stringContaining(expected)]);
  });

  test('a map that is missing, too long, or leaves out a room', () => {
    const file = { path: 'src/web/web.ts', text: '' };
    expect(violations([file], rules)).toEqual(['ARCHITECTURE.md: is missing']);
    expect(violations([file, { path: 'ARCHITECTURE.md', text: 'webs, src/web-site' }], rules)).toEqual([
      'ARCHITECTURE.md: does not name web',
    ]);
    expect(violations([file, { path: 'ARCHITECTURE.md', text: `web${'\n'.repeat(201)}` }], rules)).toEqual([
      expect.stringContaining('201 lines'),
    ]);
  });
});

describe('the check lets pass', () => {
  test.each([
    ['a door', 'src/schedule/schedule.ts', `import { render } from '../render/render.ts';`],
    ['any file of an open room', 'src/fanout/fanout.ts', `import { claim } from '../store/deliveries.ts';`],
    [
      'a file of the same room',
      'src/render/render.ts',
      `import { draw } from './chart.ts';\nfork(new URL('./pdf-child.ts', import.meta.url));`,
    ],
    ['types of config', 'src/web/web.ts', `import type { Config } from '../config.ts';`],
    [
      'a package at its owner',
      'src/message/compose.ts',
      `import MailComposer from 'nodemailer/lib/mail-composer';\nimport { z } from 'zod';`,
    ],
    ['browser code by its name', 'src/web/console/assets.ts', `build(new URL('../client/editor.ts', import.meta.url));`],
    ['main, which wires everything', 'src/main.ts', `import { draw } from './render/chart.ts';\nprocess.env; process.argv;`],
    ['words in comments', 'src/model/a.ts', `/**\n * import { a } from '../store/open.ts';\n */\n// process.env\nexport const a = 1;`],
    [
      'enumerations and names in passing',
      'src/model/a.ts',
      `const enumerate = 1;\nconst processEnv = { env: enumerate };\nexport { processEnv };`,
    ],
  ])('%s', (_, path, text) => {
    expect(inspect(path, text)).toEqual([]);
  });
});

/** The command line: one table of commands, settings read once, signals, exit codes. The only reader of process.env and process.argv. */

import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { misspeltSettings, parseConfig, readSettings } from './config.ts';
import { AppError } from './errors.ts';
import { openLog } from './log.ts';
import { demoEnvironment, type Environment } from './main/environment.ts';
import { stopSignal } from './main/stopping.ts';
import { type Arguments, type Command, type Context, describeCommands, readArguments } from './main/table.ts';

/** What a command needs is loaded when it runs: `status` must not wait for what draws PDFs. */
const commandsFile = () => import('./main/commands.ts');
const publicationFile = () => import('./main/publication-commands.ts');
const issueFile = () => import('./main/issue-commands.ts');
const sendingFile = () => import('./main/sending.ts');
const returnsFile = () => import('./main/returns-commands.ts');
const steeringFile = () => import('./main/steering.ts');
const dkimFile = () => import('./main/dkim.ts');
const feedbackFile = () => import('./main/feedback-commands.ts');
const from =
  <File>(load: () => Promise<File>, pick: (file: File) => Command['run']) =>
  async (context: Context, args: Arguments) =>
    pick(await load())(context, args);

const text = (value: string, help: string) => ({ type: 'string', value, help }) as const;
const flag = (help: string) => ({ type: 'boolean', help }) as const;
/** What a publication is made of; `publication set` changes what is given. */
const publicationFacts = {
  name: text('NAME', 'the name readers see'),
  from: text('ADDRESS', 'the address its mail comes from'),
  'reply-to': text('ADDRESS', 'where answers go'),
  language: text('en', 'its language'),
  zone: text('Asia/Karachi', 'its time zone (UTC)'),
  address: text('TEXT', 'postal address for the footer'),
  slot: text('"first tuesday 09:00"', 'its monthly slot'),
  welcome: text('yes', 'a welcome with the latest issue to whoever joins (no)'),
  measure: text('links,downloads', 'how often links are followed and the PDF is fetched, per issue, never per reader (none)'),
  pdf: text('readers', 'who may have the full issue as PDF: public or readers (public)'),
  logo: text('FILE', 'a PNG or JPEG in place of its name'),
  accent: text('"#0a656c"', 'colour of links and labels'),
  'accent-dark': text('"#74c9cc"', 'the same in dark mode (a lighter shade of it)'),
  ink: text('"#14242c"', 'colour of text and buttons'),
  'ink-dark': text('"#e3ebed"', 'the same in dark mode (a lighter shade of it)'),
  fonts: text('serif', 'typefaces: serif, sans, serif-heads or sans-heads'),
};
const publicationOption = { publication: text('SLUG', 'which publication') };

const commands: readonly Command[] = [
  {
    usage: 'serve',
    summary: 'run the service: pages, sending, workers',
    options: { workers: text('N', 'delivery workers (cores - 1); 0 when all of them run elsewhere') },
    lasting: true,
    run: from(sendingFile, (file) => file.serve),
  },
  {
    usage: 'work',
    summary: 'run a delivery worker for a serve elsewhere',
    options: {
      concurrency: text('N', 'connections to the relay'),
      rehearsal: flag('take rehearsals only, as the workers of a serve without a relay do'),
    },
    child: true,
    lasting: true,
    run: from(sendingFile, (file) => file.workCommand),
  },
  {
    usage: 'demo',
    summary: 'try it all in ./demo with sample readers',
    options: { exit: flag('end when all is sent') },
    settings: demoEnvironment,
    run: from(
      () => import('./main/demo.ts'),
      (file) => file.demo,
    ),
  },
  {
    usage: 'keys dkim',
    summary: 'make a key that signs mail and print its DNS record; or print those of the keys in use',
    options: {
      domain: text('example.org', 'the domain that signs (the senders’)'),
      selector: text('galley1', 'its name in the DNS'),
      kind: text('rsa', 'rsa, or ed25519 as a second key beside it'),
      check: flag('look whether the records of the keys in use are in the DNS; ends with 1 when one is not'),
      json: flag('as JSON'),
    },
    run: from(dkimFile, (file) => file.keysDkim),
  },
  {
    usage: 'publication add SLUG',
    summary: 'add a publication',
    options: publicationFacts,
    run: from(publicationFile, (file) => file.publicationAdd),
  },
  {
    usage: 'publication set SLUG',
    summary: 'change a publication; "none" takes an option back',
    options: publicationFacts,
    run: from(publicationFile, (file) => file.publicationSet),
  },
  {
    usage: 'issue add FILE',
    summary: 'add an issue or a new revision of it',
    options: { ...publicationOption, json: flag('print facts') },
    run: from(issueFile, (file) => file.issueAdd),
  },
  {
    usage: 'issue approve ISSUE',
    summary: 'let an issue (SLUG/NUMBER) go out in the next monthly slot',
    options: { waive: { ...text('CHECK=REASON', 'approve in spite of a check'), multiple: true } },
    run: from(issueFile, (file) => file.issueApprove),
  },
  {
    usage: 'issue withdraw ISSUE',
    summary: 'take an issue (SLUG/NUMBER) off the web: archive, feeds, page, PDF',
    options: { back: flag('put it back') },
    run: from(issueFile, (file) => file.issueWithdraw),
  },
  {
    usage: 'issue check FILE',
    summary: 'say what is wrong with an issue',
    options: { publication: text('SLUG', 'the publication whose look it gets'), json: flag('print facts') },
    run: from(issueFile, (file) => file.issueCheck),
  },
  {
    usage: 'issue preview FILE',
    summary: 'draw mail, text, page and PDF, and the light mail and page',
    options: { publication: text('SLUG', 'the publication whose look it gets'), out: text('DIR', 'where to') },
    run: from(issueFile, (file) => file.issuePreview),
  },
  {
    usage: 'import FILE',
    summary: 'import readers from a CSV file',
    options: { ...publicationOption, consent: text('TEXT', 'the words they agreed to'), 'dry-run': flag('only say who would change') },
    run: from(commandsFile, (file) => file.importCommand),
  },
  {
    usage: 'export',
    summary: 'print the readers as CSV',
    options: publicationOption,
    run: from(commandsFile, (file) => file.exportCommand),
  },
  {
    usage: 'login EMAIL',
    summary: 'print a link that signs somebody of the desk in, once',
    options: {},
    run: from(
      () => import('./main/login.ts'),
      (file) => file.login,
    ),
  },
  {
    usage: 'send ISSUE',
    summary: 'send an issue (SLUG/NUMBER) to its readers',
    options: {
      at: text('WHEN', 'ISO 8601; without an offset in the publication’s zone'),
      wait: flag('stay until it is sent'),
      waive: { ...text('CHECK=REASON', 'send in spite of a check'), multiple: true },
      missed: flag('only to those whom its sends so far have missed, as it went out'),
    },
    run: from(
      () => import('./main/send-command.ts'),
      (file) => file.send,
    ),
  },
  {
    usage: 'status [SEND]',
    summary: 'how a send goes',
    options: { json: flag('print facts') },
    run: from(steeringFile, (file) => file.status),
  },
  { usage: 'pause SEND', summary: 'stop a send until it is resumed', options: {}, run: from(steeringFile, (file) => file.pause) },
  { usage: 'resume SEND', summary: 'let a paused send go on', options: {}, run: from(steeringFile, (file) => file.resume) },
  { usage: 'cancel SEND', summary: 'stop a send for good', options: {}, run: from(steeringFile, (file) => file.cancel) },
  {
    usage: 'unknown SEND ACTION [EMAIL…]',
    summary: 'list, resend or dismiss mails of which nobody knows whether they arrived',
    options: { all: flag('resend or dismiss all of them'), json: flag('list them as facts') },
    run: from(steeringFile, (file) => file.unknown),
  },
  {
    usage: 'suppress ACTION [EMAIL…]',
    summary: 'list, add, lift or export addresses that must not be mailed',
    options: { reason: text('TEXT', 'why it is right to lift a complaint or a hard bounce'), json: flag('list them as facts') },
    run: from(returnsFile, (file) => file.suppress),
  },
  {
    usage: 'feedback read FILE [FILE…]',
    summary: 'say what mails that came back mean; changes nothing',
    options: { json: flag('print facts') },
    run: from(feedbackFile, (file) => file.feedbackRead),
  },
  {
    usage: 'feedback take',
    summary: 'take a mail that came back from the standard input, for the pipe of a mail server',
    options: { from: text('ADDRESS', 'its envelope sender'), to: { ...text('ADDRESS', 'an envelope recipient'), multiple: true } },
    run: from(returnsFile, (file) => file.feedbackTake),
  },
  {
    usage: 'feedback reread',
    summary: 'read the mails that are kept (90 days) anew',
    options: { since: text('WHEN', 'only those that came since then') },
    run: from(returnsFile, (file) => file.feedbackReread),
  },
  {
    usage: 'feedback undo',
    summary: 'take back what the bounces of a time did to readers',
    options: {
      from: text('WHEN', 'ISO 8601; without an offset in the publication’s zone'),
      to: text('WHEN', 'the end of it'),
      domain: text('DOMAIN', 'only those of its provider'),
      text: text('TEXT', 'only those whose words hold this'),
    },
    run: from(returnsFile, (file) => file.feedbackUndo),
  },
  {
    usage: 'feedback tray [ID]',
    summary: 'list the mails nobody could make sense of, or print one',
    options: { json: flag('list them as facts') },
    run: from(returnsFile, (file) => file.feedbackTray),
  },
];

function readEnvironment(): Environment {
  return readSettings(existsSync('.env') ? readFileSync('.env', 'utf8') : '', process.env);
}

async function main(args: readonly string[]): Promise<number> {
  if (args[0] === undefined || ['--help', '-h', 'help'].includes(args[0])) {
    process.stdout.write(`${describeCommands(commands)}\n`);
    return args[0] === undefined ? 2 : 0;
  }
  const { command, args: parsed } = readArguments(commands, args);
  const env = command.settings?.(readEnvironment()) ?? readEnvironment();
  const config = parseConfig({ LOG_LEVEL: command.lasting ? 'info' : 'warn', ...env }, { pages: command.child !== true });
  const context: Context = {
    config,
    env,
    log: openLog({ level: config.logLevel, write: (line) => process.stderr.write(line), human: process.stderr.isTTY }),
    screen: process.stderr,
    print: (line) => process.stdout.write(`${line}\n`),
    write: async (chunk) => {
      if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
    },
    warn: (line) => process.stderr.write(`${line}\n`),
    stopping: stopSignal(command.child === true && process.channel !== undefined),
  };
  for (const line of misspeltSettings(env)) context.warn(`galley: ${line}`);
  return command.run(context, parsed);
}

process.title = `galley ${process.argv[2] ?? ''}`.trim();
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(
    error instanceof AppError ? `galley: ${error.message}\n` : `galley: unexpected error, please report it\n${(error as Error).stack}\n`,
  );
  process.exitCode = error instanceof AppError && error.code === 'usage' ? 2 : 1;
}
// Everything of ours is closed by now, so the process ends by itself. It is not told to: `process.exit` waits for V8's background threads, which may be
// waiting for a collection that never comes then (seen once in some thousand runs). Only what a library left open is cut short.
if (process.connected) process.disconnect();
setTimeout(() => process.exit(), 3000).unref();

/** What a command is, and how its arguments and its help come from one table. */
import { type ParseArgsOptionDescriptor, parseArgs } from 'node:util';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Environment } from './environment.ts';
import type { Screen } from './progress.ts';

/** What a command is given besides its arguments. `print` writes a line of facts to stdout, `warn` a line for people to stderr. */
export interface Context {
  config: Config;
  env: Environment;
  log: Log;
  screen: Screen;
  print(line: string): void;
  /** Writes to stdout as it is, waiting for a slow reader. */
  write(text: string): Promise<void> | void;
  warn(line: string): void;
  /** Aborted by the first Ctrl-C, TERM or HUP. */
  stopping: AbortSignal;
}

export interface Arguments {
  positionals: string[];
  values: Record<string, string | boolean | (string | boolean)[] | undefined>;
}

export interface Command {
  /** The words that name it, then its positionals in capitals; `[X]` may be left out, and `[X…]` may be any number. */
  usage: string;
  summary: string;
  options: Record<string, ParseArgsOptionDescriptor & { value?: string; help: string }>;
  /** Changes the settings before they are read, for a command that keeps to itself. */
  settings?: (env: Environment) => Environment;
  /** Runs for long: its log tells what it does, not only what goes wrong. */
  lasting?: boolean;
  /** May run as the child of serve: it serves no pages, and serve tells it when to stop. */
  child?: boolean;
  run(context: Context, args: Arguments): Promise<number>;
}

const words = (usage: string): string[] => usage.split(' ').filter((word) => /^[a-z]/.test(word));
const places = (usage: string): string[] => usage.split(' ').filter((word) => !/^[a-z]/.test(word));

/** The command that `args` begin with, and its arguments checked. Errors (code `usage`) say what would be right. */
export function readArguments(commands: readonly Command[], args: readonly string[]): { command: Command; args: Arguments } {
  const command = commands.find(({ usage }) => words(usage).every((word, index) => args[index] === word));
  if (command === undefined)
    throw new AppError(
      'usage',
      args.length === 0 ? 'galley needs a command' : `no command "${args.slice(0, 2).join(' ')}": galley --help lists them`,
    );
  const options = { ...command.options, help: { type: 'boolean' as const } };
  let parsed: Arguments;
  try {
    parsed = parseArgs({ args: args.slice(words(command.usage).length), options, allowPositionals: true, strict: true }) as Arguments;
  } catch (error) {
    throw new AppError(
      'usage',
      `${(error as Error).message.split('. ')[0]}: galley ${words(command.usage).join(' ')} --help lists its options`,
    );
  }
  if (parsed.values['help']) return { command: { ...command, run: helpOf(command) }, args: parsed };
  const wanted = places(command.usage);
  const least = wanted.filter((place) => !place.startsWith('[')).length;
  const most = wanted.at(-1)?.endsWith('…]') ? Number.POSITIVE_INFINITY : wanted.length;
  if (parsed.positionals.length < least || parsed.positionals.length > most) {
    throw new AppError('usage', `usage: galley ${command.usage}${Object.keys(command.options).length > 0 ? ' [options]' : ''}`);
  }
  return { command, args: parsed };
}

const helpOf =
  (command: Command): Command['run'] =>
  async ({ print }) => {
    print(describeCommand(command));
    return 0;
  };

/** The list of all commands. */
export function describeCommands(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ usage }) => usage.length));
  const lines = commands.map(({ usage, summary }) => `  ${usage.padEnd(width)}  ${summary}`);
  return ['usage: galley COMMAND [options]', '', ...lines, '', 'galley COMMAND --help tells the options of one.'].join('\n');
}

function describeCommand({ usage, summary, options }: Command): string {
  const lines = Object.entries(options).map(
    ([name, { value, help }]) => [`--${name}${value === undefined ? '' : ` ${value}`}`, help] as const,
  );
  const width = Math.max(0, ...lines.map(([left]) => left.length));
  return [
    `usage: galley ${usage}${lines.length > 0 ? ' [options]' : ''}`,
    '',
    summary,
    ...(lines.length > 0 ? [''] : []),
    ...lines.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`),
  ].join('\n');
}

/** The value of an option that a command cannot do without. */
export function needed(values: Arguments['values'], option: string, command: string): string {
  const value = values[option];
  if (typeof value !== 'string' || value.trim() === '')
    throw new AppError('usage', `${command} needs --${option}: galley ${command} --help shows how`);
  return value;
}

import { expect, test } from 'vitest';
import { type Command, describeCommands, readArguments } from '../../src/main/table.ts';

const run = async () => 0;
const commands: Command[] = [
  { usage: 'issue add FILE', summary: 'add', options: { publication: { type: 'string', value: 'SLUG', help: 'which' } }, run },
  { usage: 'issue check FILE', summary: 'check', options: {}, run },
  { usage: 'status [SEND]', summary: 'how it goes', options: { json: { type: 'boolean', help: 'facts' } }, run },
];

test('a command is found by its words, and its places and options are read', () => {
  const { command, args } = readArguments(commands, ['issue', 'add', 'a.md', '--publication', 'tidewater']);
  expect(command.summary).toBe('add');
  expect(args.positionals).toEqual(['a.md']);
  expect(args.values['publication']).toBe('tidewater');
});

test('a place in brackets may be left out', () => {
  expect(readArguments(commands, ['status']).args.positionals).toEqual([]);
  expect(readArguments(commands, ['status', 'tidewater/1']).args.positionals).toEqual(['tidewater/1']);
});

test('a place with an ellipsis takes any number', () => {
  const many: Command[] = [{ usage: 'unknown SEND ACTION [EMAIL…]', summary: 'unknowns', options: {}, run }];
  for (const rest of [[], ['a@b.c'], ['a@b.c', 'd@e.f']])
    expect(readArguments(many, ['unknown', 'x/1', 'list', ...rest]).args.positionals).toEqual(['x/1', 'list', ...rest]);
  expect(() => readArguments(many, ['unknown', 'x/1'])).toThrow(/usage: galley unknown SEND ACTION \[EMAIL…\]/);
});

test.each([
  [[], /needs a command/],
  [['isue', 'add'], /no command "isue add"/],
  [['issue', 'add'], /usage: galley issue add FILE \[options\]/],
  [['issue', 'check', 'a', 'b'], /usage: galley issue check FILE$/],
  [['issue', 'add', 'a.md', '--publicaton', 'x'], /--publicaton.*galley issue add --help/],
  [['issue', 'add', 'a.md', '--publication'], /--publication/],
  [['status', '--json=yes'], /--json/],
])('%j is refused with what would be right', (args, words) => {
  expect(() => readArguments(commands, args)).toThrow(words);
});

test('help names every command, and every option of one', async () => {
  expect(describeCommands(commands)).toMatch(/issue add FILE {4}add\n {2}issue check FILE {2}check\n {2}status \[SEND\]/);
  const printed: string[] = [];
  const { command, args } = readArguments(commands, ['issue', 'add', '--help']);
  await command.run({ print: (line: string) => printed.push(line) } as unknown as Parameters<Command['run']>[0], args);
  expect(printed.join('\n')).toMatch(/usage: galley issue add FILE \[options\][\s\S]*--publication SLUG {2}which/);
});

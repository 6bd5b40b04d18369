import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { readConfig } from '../../config/config.ts';
import { isNotFound } from '../../kit/node.ts';
import { describeApi } from '../../server/openapi.ts';
import { type Command, EXIT_FAILED, EXIT_OK, positionalsOf, textFlag } from '../command/command.ts';
import { processTerminal, type Terminal } from '../terminal/terminal.ts';

const DEFAULT_FILE = 'openapi/openapi.json';

const FLAGS = {
  output: { type: 'string', valueName: 'FILE', help: `file to write or to compare with (default: ${DEFAULT_FILE})` },
  check: { type: 'boolean', valueName: '', help: 'write nothing; fail if the file is out of date' },
} as const;

export const openapiCommand: Command = {
  name: 'openapi',
  summary: "write the API's OpenAPI document",
  usage: '[--output FILE] [--check]',
  settings: {},
  flags: FLAGS,
  run: (args) => writeOpenapi(args, describeApi, processTerminal()),
};

/** `describe` returns the document without starting anything. */
export async function writeOpenapi(
  args: readonly string[],
  describe: () => Promise<unknown>,
  terminal: Terminal,
): Promise<number> {
  const { flags, positionals } = readConfig({}, args, FLAGS);
  positionalsOf(positionals, []);
  const file = textFlag(flags, 'output') ?? DEFAULT_FILE;
  const text = `${JSON.stringify(await describe(), null, 2)}\n`;
  if (flags.check) return compare(file, text, terminal);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  terminal.write(`${file} is written.\n`);
  return EXIT_OK;
}

function compare(file: string, text: string, terminal: Terminal): number {
  if (readIfExists(file) === text) {
    terminal.write(`${file} is up to date.\n`);
    return EXIT_OK;
  }
  terminal.warn(`${file} is out of date: run \`npm run openapi\` and commit it.\n`);
  return EXIT_FAILED;
}

function readIfExists(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

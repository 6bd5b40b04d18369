import { flagOf, variableOf } from '../../config/config.ts';
import type { Settings } from '../../config/settings.ts';
import { wrap } from '../terminal/wrap.ts';
import type { Command } from './command.ts';

const WIDTH = 80;
const INDENT = '  ';

/** The text of `trainyard --help`. */
export function overview(commands: readonly Command[]): string {
  const rows = commands.map(({ name, summary }) => [name, summary] as const);
  return [
    'Trainyard trains deep neural networks on structured data over HTTP.',
    '',
    'Usage: trainyard COMMAND [flags]',
    '',
    ...definitions(rows),
    '',
    '`trainyard COMMAND --help` lists the flags of a command; `trainyard --version` prints the version.',
    'Exit codes: 0 success, 1 failure, 2 wrong usage, 78 wrong configuration, 130 interrupted.',
  ].join('\n');
}

/** Two lines for a wrong command line: the usage of the command, and how to get help. */
export function usageLine(command: Command | undefined): string {
  if (command === undefined) return 'Usage: trainyard COMMAND [flags]\n`trainyard --help` lists the commands.';
  const { name, usage } = command;
  return `Usage: trainyard ${name} ${usage}\n\`trainyard ${name} --help\` lists the flags.`;
}

/**
 * The text of `trainyard COMMAND --help`: the command's flags, then its settings with variables and
 * defaults.
 */
export function commandHelp({ name, summary, usage, flags, settings, notes }: Command): string {
  const own = Object.entries(flags).map(
    ([flag, { valueName, help }]) => [`--${flag} ${valueName}`.trim(), help] as const,
  );
  const shared = Object.entries(settings).map(
    ([key, { valueName, help }]) =>
      [`${flagOf(key)} ${valueName}`.trim(), `${help}\n${assignment(settings, key)}`] as const,
  );
  return [
    `trainyard ${name}: ${summary}.`,
    '',
    `Usage: trainyard ${name} ${usage}`.trim(),
    ...(notes === undefined ? [] : ['', ...wrap(notes, WIDTH)]),
    ...section('Flags:', own),
    ...section('Settings, each a flag or a variable with this default. A flag has priority:', shared),
  ].join('\n');
}

/** The variable with the setting's default, in shell syntax. */
function assignment(settings: Settings, name: string): string {
  const value = settings[name]?.schema.safeParse(undefined).data;
  return value === undefined ? variableOf(name) : `${variableOf(name)}=${String(value)}`;
}

function section(title: string, rows: readonly (readonly [string, string])[]): readonly string[] {
  return rows.length === 0 ? [] : ['', title, ...definitions(rows)];
}

/** Terms on the left and their meanings on the right, wrapped. A long term has its own line. */
function definitions(rows: readonly (readonly [term: string, meaning: string])[]): readonly string[] {
  const column = Math.min(24, Math.max(...rows.map(([term]) => term.length)) + 2);
  return rows.flatMap(([term, meaning]) => {
    const lines = wrap(meaning, WIDTH - INDENT.length - column);
    const fits = term.length + 2 <= column;
    const texts = fits
      ? [term.padEnd(column) + lines[0], ...indented(lines.slice(1), column)]
      : [term, ...indented(lines, column)];
    return texts.map((text) => INDENT + text);
  });
}

function indented(lines: readonly string[], width: number): readonly string[] {
  return lines.map((line) => ' '.repeat(width) + line);
}

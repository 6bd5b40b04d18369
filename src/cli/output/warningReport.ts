import type { Terminal } from '../terminal/terminal.ts';
import { wrap } from '../terminal/wrap.ts';

const INDENT = '  ';
/** A wide table may have a warning for every column. */
const MAX_SHOWN = 10;

interface Warning {
  readonly column?: string | undefined;
  readonly message: string;
}

/** Warnings that do not stop the work, indented. */
export function warningReport(warnings: readonly Warning[], terminal: Terminal): string {
  const texts = warnings.slice(0, MAX_SHOWN).map(textOf);
  if (warnings.length > MAX_SHOWN) texts.push(`And ${warnings.length - MAX_SHOWN} more.`);
  const lines = texts.flatMap((text) => wrap(text, terminal.columns - INDENT.length));
  return lines.map((line) => `${INDENT}${line}\n`).join('');
}

function textOf({ column, message }: Warning): string {
  return column === undefined || message.includes(column) ? message : `${column}: ${message}`;
}

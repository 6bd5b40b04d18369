import type { Terminal } from '../terminal/terminal.ts';
import { wrap } from '../terminal/wrap.ts';

const INDENT = '  ';
/** A wide table may have one for every column. */
const MOST_SHOWN = 10;

interface Warning {
  readonly column?: string | undefined;
  readonly message: string;
}

/** What stops nothing but should be known, indented. */
export function warningReport(warnings: readonly Warning[], terminal: Terminal): string {
  const texts = warnings.slice(0, MOST_SHOWN).map(textOf);
  if (warnings.length > MOST_SHOWN) texts.push(`And ${warnings.length - MOST_SHOWN} more.`);
  const lines = texts.flatMap((text) => wrap(text, terminal.columns - INDENT.length));
  return lines.map((line) => `${INDENT}${line}\n`).join('');
}

function textOf({ column, message }: Warning): string {
  return column === undefined || message.includes(column) ? message : `${column}: ${message}`;
}

import type { Terminal } from './terminal/terminal.ts';
import { wrap } from './terminal/wrap.ts';

const INDENT = '  ';
/** A wide table may have one for every column. */
const MOST_SHOWN = 10;

export interface Warning {
  readonly code: string;
  readonly column?: string | undefined;
  readonly message: string;
}

/** What stops nothing but should be known, indented; without what `said` has said of the same column. */
export function warningReport(warnings: readonly Warning[], said: readonly Warning[], terminal: Terminal): string {
  const known = new Set(said.map(keyOf));
  const fresh = warnings.filter((warning) => !known.has(keyOf(warning)));
  const texts = fresh.slice(0, MOST_SHOWN).map(textOf);
  if (fresh.length > MOST_SHOWN) texts.push(`And ${fresh.length - MOST_SHOWN} more.`);
  const lines = texts.flatMap((text) => wrap(text, terminal.columns - INDENT.length));
  return lines.map((line) => `${INDENT}${line}\n`).join('');
}

function keyOf({ code, column }: Warning): string {
  return JSON.stringify([code, column]);
}

function textOf({ column, message }: Warning): string {
  return column === undefined || message.includes(column) ? message : `${column}: ${message}`;
}

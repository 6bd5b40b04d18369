import { localeIsUtf8 } from '../../config/config.ts';

/** Where a command writes, and what can be shown there. */
export interface Terminal {
  /** Characters in a line. */
  readonly columns: number;
  /** Whether lines can be drawn again in place; otherwise no control code is ever written. */
  readonly isTty: boolean;
  /** Whether more than ASCII can be shown. */
  readonly unicode: boolean;
  write(text: string): void;
  /** To standard error: what is no result. */
  warn(text: string): void;
}

/** The terminal for a command with `--json`: everything that people read is left out. */
export function quiet(terminal: Terminal): Terminal {
  return { ...terminal, isTty: false, write: () => undefined, warn: () => undefined };
}

/** Wider lines are hard to read, and what goes to a file is read at this width. */
const MAX_COLUMNS = 80;

/** The terminal (or file, or pipe) that the process was started with. */
export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  return {
    columns: Math.min(stdout.columns ?? MAX_COLUMNS, MAX_COLUMNS),
    isTty: stdout.isTTY === true,
    unicode: localeIsUtf8(),
    write: (text) => void stdout.write(text),
    warn: (text) => void stderr.write(text),
  };
}

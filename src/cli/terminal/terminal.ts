import { localeIsUtf8 } from '../../config/config.ts';

/** The output of a command, and what it can display. */
export interface Terminal {
  /** Characters on a line. */
  readonly columns: number;
  /** Whether lines can be redrawn in place; otherwise no control code is ever written. */
  readonly isTty: boolean;
  /** Whether it can display more than ASCII. */
  readonly unicode: boolean;
  write(text: string): void;
  /** Writes to standard error: everything but results. */
  warn(text: string): void;
}

/** The terminal for a command with `--json`: discards all text for people. */
export function quiet(terminal: Terminal): Terminal {
  return { ...terminal, isTty: false, write: () => undefined, warn: () => undefined };
}

/** Wider lines are hard to read; output to a file has this width. */
const MAX_COLUMNS = 80;

/** The terminal (or file, or pipe) of the process. */
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

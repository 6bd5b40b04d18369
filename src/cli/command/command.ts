import { type CommandFlags, type CommandLine, UsageError } from '../../config/config.ts';
import type { Settings } from '../../config/settings.ts';

export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
/** 128 plus the number of SIGINT, as shells do. */
export const EXIT_INTERRUPTED = 130;

/** One command of `trainyard`. */
export interface Command {
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  /** The positional arguments, such as `FILE --target COLUMN`. */
  readonly usage: string;
  /** Its settings, read from flags and the environment. */
  readonly settings: Settings;
  readonly flags: CommandFlags;
  /**
   * Whether it writes data folders: then only the owner can read what it creates, whatever the
   * umask.
   */
  readonly writesData?: true;
  /** More about its behaviour, for the help text. */
  readonly notes?: string;
  /** Runs the command and returns the exit code. Throws UsageError for a wrong command line. */
  readonly run: (args: readonly string[]) => Promise<number>;
}

/** The flag of the commands that can print one JSON document. */
export const JSON_FLAG = {
  json: { type: 'boolean', valueName: '', help: 'print one JSON document; errors are JSON problems on standard error' },
} as const;

/** What Ctrl-C does during a client command. */
export const DETACH_NOTE =
  'Ctrl-C (SIGINT or SIGTERM) stops following and exits with 130. The work continues on the service, and a message says ' +
  'how to follow it again and how to cancel it. Before the work is submitted, Ctrl-C aborts the upload and nothing keeps running.';

/** The value of a flag, or undefined if it was not given. */
export function textFlag(flags: CommandLine<Settings>['flags'], name: string): string | undefined {
  const value = flags[name];
  return typeof value === 'string' ? value : undefined;
}

/** The positional arguments, exactly those in `names`. Throws UsageError for more or fewer. */
export function positionalsOf<const Names extends readonly string[]>(
  positionals: readonly string[],
  names: Names,
): { readonly [Index in keyof Names]: string } {
  // There are as many texts as names, which the type cannot express.
  if (positionals.length === names.length) return positionals as { readonly [Index in keyof Names]: string };
  const expected = names.length === 0 ? 'no arguments except flags' : names.join(' and ');
  const got = positionals.length === 0 ? 'none' : positionals.map((text) => JSON.stringify(text)).join(', ');
  throw new UsageError(`Expected ${expected}, got ${got}.`);
}

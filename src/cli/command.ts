import { type CommandFlags, type CommandLine, ConfigurationError } from '../config.ts';
import type { Settings } from '../settings.ts';

export const EXIT_FINE = 0;
export const EXIT_FAILED = 1;
/** 128 and the number of SIGINT, as shells have it. */
export const EXIT_INTERRUPTED = 130;

/** One command of `trainyard`. */
export interface Command {
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  /** The positional arguments, such as `FILE --target COLUMN`. */
  readonly usage: string;
  /** What it takes as a flag or from the environment. */
  readonly settings: Settings;
  readonly flags: CommandFlags;
  /** It writes data folders: what it creates is for its owner alone, whatever the umask. */
  readonly writesData?: true;
  /** Does the work and answers the exit code. Throws ConfigurationError for what cannot be asked so. */
  readonly run: (args: readonly string[]) => Promise<number>;
}

/** The text of a flag, or undefined when it was not given. */
export function textFlag(flags: CommandLine<Settings>['flags'], name: string): string | undefined {
  const value = flags[name];
  return typeof value === 'string' ? value : undefined;
}

/** The positional arguments, exactly those that `names` says. Throws ConfigurationError for more or fewer. */
export function positionalsOf<const Names extends readonly string[]>(
  positionals: readonly string[],
  names: Names,
): { readonly [Index in keyof Names]: string } {
  // As many texts as there are names: the type says no more.
  if (positionals.length === names.length) return positionals as { readonly [Index in keyof Names]: string };
  const wanted = names.length === 0 ? 'no argument without a flag' : names.join(' and ');
  throw new ConfigurationError(`This command takes ${wanted}; it got ${JSON.stringify(positionals)}.`);
}

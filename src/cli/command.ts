import type { CommandFlags } from '../config.ts';

export const EXIT_FINE = 0;
export const EXIT_FAILED = 1;

/** One command of `trainyard`. */
export interface Command {
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  /** The positional arguments, such as `FILE --target COLUMN`. */
  readonly usage: string;
  /** Which settings it takes: those of the service, of a client, or none. */
  readonly settings: 'service' | 'client' | 'none';
  readonly flags: CommandFlags;
  /** Does the work and answers the exit code. Throws ConfigurationError for what cannot be asked so. */
  readonly run: (args: readonly string[]) => Promise<number>;
}

import type { JobEntry, Ledger, Told } from '../ledger.ts';
import type { Answered, PersistentClient } from '../persistentClient.ts';
import type { Random } from '../random.ts';

export type KnownJob = JobEntry & { readonly id: string };

export interface DoingParts {
  readonly client: PersistentClient;
  readonly ledger: Ledger;
  readonly random: Random;
  /** Reads the events of a job that was taken, or that goes on behind its end. */
  readonly follow: (job: KnownJob) => void;
}

/** What a client can do now, each with how often it is done beside the others. */
export type Doings = () => readonly (readonly [number, () => Promise<void>])[];

/** What the client knows of something that it has asked for. */
export function toldBy(answered: Answered | undefined, before: Told): Told {
  if (answered === undefined) return 'unknown';
  if (answered.status < 300) return 'yes';
  return before === 'unknown' ? 'no' : before;
}

import type { Certainty, JobEntry, Ledger } from '../ledger.ts';
import type { Answered, PersistentClient } from '../persistentClient.ts';
import type { Random } from '../random.ts';

export type KnownJob = JobEntry & { readonly id: string };

export interface DoingDeps {
  readonly client: PersistentClient;
  readonly ledger: Ledger;
  readonly random: Random;
  /** Reads the events of an accepted job, or of one that continues after its end. */
  readonly follow: (job: KnownJob) => void;
}

/** The possible actions of a client, each with its frequency relative to the others. */
export type Doings = () => readonly (readonly [number, () => Promise<void>])[];

/** What the client knows about something that it has requested. */
export function certaintyOf(answered: Answered | undefined, before: Certainty): Certainty {
  if (answered === undefined) return 'unknown';
  if (answered.status < 300) return 'yes';
  return before === 'unknown' ? 'no' : before;
}

import { isDeepStrictEqual } from 'node:util';
import type { Faults } from './inspection.ts';
import type { JobEntry } from './ledger.ts';
import type { Result } from './reference.ts';
import { extended } from './trainings.ts';

export interface FoundJob {
  readonly id: string;
  readonly name: string;
  readonly state: string;
}

/**
 * A job comes to what it comes to undisturbed, extended if it was; one that was cancelled or
 * stopped, to a beginning of that. `isDamaged`: somebody has damaged a checkpoint of it.
 */
export function faultsOfResult(
  job: FoundJob,
  entry: JobEntry | undefined,
  found: Result,
  undisturbed: ReadonlyMap<string, Result>,
  isDamaged: boolean,
): Faults {
  if (entry === undefined) return [`nobody has made ${job.name}`];
  // An extension that does not find the state at the end of the training goes another way from the
  // one before.
  if (entry.extended !== 'no' && isDamaged) return [];
  const possible = trainingsOf(entry).flatMap((training) => undisturbed.get(training) ?? []);
  const isRight = mayBeCutShort(job, entry)
    ? possible.some((result) => isBeginning(found, result)) || isStoppedAtOnce(entry, found)
    : possible.some((result) => isDeepStrictEqual(found, result));
  return isRight ? [] : [`what ${job.id} (${trainingsOf(entry).join(' or ')}) has come to is another`];
}

function trainingsOf({ training, extended: told }: JobEntry): readonly string[] {
  return { no: [training], yes: [extended(training)], unknown: [training, extended(training)] }[told];
}

function mayBeCutShort({ state }: FoundJob, { stopped }: JobEntry): boolean {
  return state !== 'succeeded' || stopped !== 'no';
}

function isBeginning(found: Result, whole: Result): boolean {
  return isDeepStrictEqual(found.losses, whole.losses.slice(0, found.losses.length));
}

/** Within its first epoch, of which what there was is measured. */
function isStoppedAtOnce({ stopped }: JobEntry, { losses }: Result): boolean {
  return stopped !== 'no' && losses.length === 1;
}

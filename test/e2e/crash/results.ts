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
 * A job has the same result as undisturbed, extended if it was; one that was cancelled or stopped
 * has the beginning of it. `isDamaged`: a checkpoint of it was damaged.
 */
export function faultsOfResult(
  job: FoundJob,
  entry: JobEntry | undefined,
  found: Result,
  undisturbed: ReadonlyMap<string, Result>,
  isDamaged: boolean,
): Faults {
  if (entry === undefined) return [`no client created ${job.name}`];
  // An extension that does not find the state at the end of the training takes other steps.
  if (entry.extended !== 'no' && isDamaged) return [];
  const possible = trainingsOf(entry).flatMap((training) => undisturbed.get(training) ?? []);
  const isRight = mayBeCutShort(job, entry)
    ? possible.some((result) => isBeginning(found, result)) || isStoppedAtOnce(entry, found)
    : possible.some((result) => isDeepStrictEqual(found, result));
  return isRight ? [] : [`the result of ${job.id} (${trainingsOf(entry).join(' or ')}) differs`];
}

function trainingsOf({ training, extended: certainty }: JobEntry): readonly string[] {
  return { no: [training], yes: [extended(training)], unknown: [training, extended(training)] }[certainty];
}

function mayBeCutShort({ state }: FoundJob, { stopped }: JobEntry): boolean {
  return state !== 'succeeded' || stopped !== 'no';
}

function isBeginning(found: Result, whole: Result): boolean {
  return isDeepStrictEqual(found.losses, whole.losses.slice(0, found.losses.length));
}

/** In its first epoch, of which the finished part is measured. */
function isStoppedAtOnce({ stopped }: JobEntry, { losses }: Result): boolean {
  return stopped !== 'no' && losses.length === 1;
}

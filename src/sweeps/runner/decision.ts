import type { CheckedRequest } from '../../jobs/submission/check.ts';
import type { FieldError } from '../../kit/contract/errors.ts';
import { newId } from '../../kit/ids.ts';
import { FAILED, type LegResult, type Next } from '../../search/search.ts';
import { placeParameters } from '../../search/space/place.ts';
import type { Parameters } from '../../search/space/space.ts';
import type { Halt, Watched } from '../../training/loop/halt.ts';
import { isMonitor } from '../request/objective.ts';
import { tryJob } from '../request/probing.ts';
import type { Live } from './live.ts';
import type { ConductParts } from './parts.ts';

interface DecidedLeg {
  readonly number: number;
  readonly trial: number;
  readonly until: number | null;
}

/** A new trial: as a job, or as one that has failed, since no job can run so. */
export interface NewTrial {
  readonly kind: 'ask';
  readonly leg: DecidedLeg;
  readonly parameters: Parameters;
  readonly jobId: string | null;
  readonly checked: CheckedRequest | null;
  readonly halt: Halt | null;
  readonly errors: readonly FieldError[];
  readonly result: LegResult | undefined;
  readonly queues: boolean;
}

/** A trial that waits goes on. */
export interface GoOn {
  readonly kind: 'goOn';
  readonly leg: DecidedLeg;
  readonly jobId: string | null;
  readonly halt: Halt | null;
  readonly result: undefined;
  readonly queues: boolean;
}

/** What the search has decided, ready to be written. */
export type Decision = NewTrial | GoOn;

/** The probes of the space cannot foresee every combination of its values: one that is impossible costs a trial, not the sweep. */
export async function newTrial(
  { findDataset, machine, clock }: ConductParts,
  live: Live,
  next: Extract<Next, { do: 'ask' }>,
): Promise<NewTrial> {
  const { row, settings, trials, legs } = live;
  const { parameters } = next;
  const trial = trials.length;
  const job = placeParameters(settings.job ?? {}, parameters, settings.usual ?? {});
  const tried = await tryJob(job, (id) => findDataset(id, row.project), machine);
  const name = `${row.name} #${trial}`;
  const leg = { number: legs, trial, until: next.until };
  const common = { kind: 'ask', leg, parameters, halt: haltOf(live, next) } as const;
  return 'errors' in tried
    ? { ...common, jobId: null, checked: null, errors: tried.errors, result: FAILED, queues: false }
    : {
        ...common,
        jobId: newId('job', clock()),
        checked: named(tried.checked, name),
        errors: [],
        result: undefined,
        queues: true,
      };
}

/** Named after the check, as the name of a sweep with a number behind it may be longer than people's. */
function named(checked: CheckedRequest, name: string): CheckedRequest {
  return { ...checked, request: { ...checked.request, name } };
}

export function goOnDecision(live: Live, next: Extract<Next, { do: 'goOn' }>): GoOn {
  const { trial, until } = next;
  const { jobId } = live.trials[trial];
  const leg = { number: live.legs, trial, until };
  return { kind: 'goOn', leg, jobId, halt: haltOf(live, next), result: undefined, queues: true };
}

/** Where the trial's job pauses of itself, and what is measured after each of its epochs. */
function haltOf(
  { objectives: [{ metric, goal }] }: Live,
  { until, limits }: Pick<Halt, 'until' | 'limits'>,
): Halt | null {
  return isWatched(metric) ? { metric, goal, until, limits } : null;
}

function isWatched(metric: string): metric is Watched {
  return isMonitor(metric) || metric === 'trainingLoss';
}

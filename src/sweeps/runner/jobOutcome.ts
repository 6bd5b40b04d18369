import { readHyperparameters } from '../../jobs/submission/requestSchema.ts';
import { readDescription } from '../../models/stored/description.ts';
import { countParameters } from '../../models/stored/modelStore.ts';
import { FAILED } from '../../search/search.ts';
import type { Queries } from '../../store/database/database.ts';
import { fromJson, fromNullableJson, toJson } from '../../store/database/json.ts';
import { createEarlyStopping } from '../../training/loop/earlyStopping.ts';
import { readMetric } from '../../training/loop/stopRule.ts';
import type { EpochMeasures } from '../../training/report.ts';
import type { Outcome } from '../outcome.ts';
import type { Objective } from '../request/objective.ts';
import { findDescription, findEpoch, findJob, listEpochs, type StoredMeasures, type TrialJob } from './runnerStore.ts';

export interface OutcomeQuery {
  readonly jobId: string | null;
  /** The epoch at which the segment ends; null: the end of the trial. */
  readonly until: number | null;
  readonly objectives: readonly Objective[];
  /** Whether the pruner compares trials epoch by epoch. */
  readonly withCurve: boolean;
}

const NO_OBJECTIVE = {
  code: 'no_objective',
  message: 'The job has no value for the objective. The objective may need validation rows.',
};
const CANCELLED: Outcome = {
  result: FAILED,
  state: 'cancelled',
  epochs: 0,
  error: null,
  modelId: null,
};

/**
 * The outcome of a segment from its job; undefined while it runs. A deleted job counts as
 * cancelled.
 */
export async function outcomeOf(queries: Queries, query: OutcomeQuery): Promise<Outcome | undefined> {
  const job = query.jobId === null ? undefined : await findJob(queries, query.jobId);
  if (job === undefined) return CANCELLED;
  const isHalted = job.state === 'paused' && job.halted === 1;
  if (!isHalted && !ENDED.includes(job.state)) return undefined;
  const epochs = epochsOf(job);
  if (job.state === 'failed' || job.state === 'cancelled') {
    return { ...CANCELLED, state: job.state, epochs, error: job.error };
  }
  const values = await valuesOf(queries, job, query.objectives);
  if (values === null && !isHalted) return { ...CANCELLED, state: 'failed', epochs, error: toJson(NO_OBJECTIVE) };
  const perEpoch = query.withCurve ? await learningCurveOf(queries, job, query.objectives[0]) : undefined;
  return {
    result: { objectives: values, over: !isHalted, ...(perEpoch && { perEpoch }) },
    state: stateOf(isHalted, query.until),
    epochs,
    error: null,
    modelId: isHalted ? null : job.modelId,
  };
}

const ENDED: readonly string[] = ['succeeded', 'failed', 'cancelled'];

/** A trial that halts at the end of its segment waits; one that halts before it is pruned. */
function stateOf(isHalted: boolean, until: number | null): Outcome['state'] {
  if (!isHalted) return 'succeeded';
  return until === null ? 'pruned' : 'paused';
}

function epochsOf({ progress }: TrialJob): number {
  // Written from the type of a job's progress.
  const shown: { readonly epoch: number } | null = fromNullableJson(progress);
  return shown?.epoch ?? 0;
}

/** Every objective at the best epoch so far; null if one of them is not a finite number. */
async function valuesOf(
  queries: Queries,
  job: TrialJob,
  objectives: readonly Objective[],
): Promise<readonly number[] | null> {
  const best: { readonly epoch: number } | null = fromNullableJson(job.best);
  const epoch = best && (await findEpoch(queries, job.id, best.epoch));
  if (!epoch) return null;
  const values: number[] = [];
  for (const { metric } of objectives) {
    const value =
      metric === 'parameterCount'
        ? await parameterCountOf(queries, job)
        : (readMetric(measuresOf(epoch), metric) ?? (await readModelMetric(queries, job, metric)));
    if (value === null || !Number.isFinite(value)) return null;
    values.push(value);
  }
  return values;
}

async function parameterCountOf(queries: Queries, { modelId }: TrialJob): Promise<number | null> {
  return modelId === null ? null : countParameters(queries, modelId);
}

/** A metric that epochs do not measure, from the description of the model. */
async function readModelMetric(queries: Queries, { modelId }: TrialJob, metric: string): Promise<number | null> {
  const description = modelId === null ? undefined : await findDescription(queries, modelId);
  if (description === undefined) return null;
  const validation: Readonly<Record<string, unknown>> | null = readDescription(description).metrics.validation;
  const value = validation?.[metric];
  return typeof value === 'number' ? value : null;
}

function measuresOf({ metrics, ...losses }: StoredMeasures): Pick<EpochMeasures, keyof StoredMeasures> {
  return { ...losses, metrics: fromJson(metrics) };
}

/** The objective after each epoch, at the best epoch so far: as if the training had ended there. */
async function learningCurveOf(
  queries: Queries,
  job: TrialJob,
  { metric }: Objective,
): Promise<readonly (number | null)[]> {
  const stopping = createEarlyStopping(readHyperparameters(job.request).training.earlyStopping);
  const epochs = await listEpochs(queries, job.id);
  let objective: number | null = null;
  return epochs.map(measuresOf).map((measures, i) => {
    if (stopping.judge({ epoch: i + 1, ...measures }).best) objective = readMetric(measures, metric);
    return objective;
  });
}

import { readHyperparameters } from '../../jobs/submission/requestSchema.ts';
import { readDescription } from '../../models/stored/description.ts';
import { countParameters } from '../../models/stored/modelStore.ts';
import { FAILED, type SegmentResult } from '../../search/search.ts';
import type { Queries } from '../../store/database/database.ts';
import type { JobRow, LossRow, TrialState } from '../../store/database/tables.ts';
import { epochCost } from '../../training/loop/earlyStopping.ts';
import { readMetric } from '../../training/loop/stopRule.ts';
import type { EpochMeasures } from '../../training/report.ts';
import type { Objective } from '../request/objective.ts';

const JOB_COLUMNS = ['id', 'state', 'halted', 'request', 'progress', 'best', 'modelId', 'error'] as const;
type JobOutcome = Pick<JobRow, (typeof JOB_COLUMNS)[number]>;

/** What a leg of a trial has come to: what the search gets to know, and what the trial shows. */
export interface Outcome {
  readonly result: SegmentResult;
  readonly state: Exclude<TrialState, 'running'>;
  /** Null: nobody knows here. */
  readonly epochs: number | null;
  /** JSON. */
  readonly error: string | null;
  /** Of a trial that has succeeded here. */
  readonly modelId: string | null;
}

export interface OutcomeQuery {
  readonly jobId: string | null;
  /** The epoch after which the leg ends; null: the trial's end. */
  readonly until: number | null;
  readonly objectives: readonly Objective[];
  /** Whether the search compares trials epoch by epoch. */
  readonly withCurve: boolean;
}

const NO_OBJECTIVE = {
  code: 'no_objective',
  message: 'The training has ended without a number for the objective: it may need validation rows.',
};
const CANCELLED: Outcome = {
  result: FAILED,
  state: 'cancelled',
  epochs: 0,
  error: null,
  modelId: null,
};

/** Undefined while the leg runs. A job that was deleted counts as one that was cancelled. */
export async function outcomeOf(queries: Queries, query: OutcomeQuery): Promise<Outcome | undefined> {
  const job = await readJob(queries, query.jobId);
  if (job === undefined) return CANCELLED;
  const isHalted = job.state === 'paused' && job.halted === 1;
  if (!isHalted && !ENDED.includes(job.state)) return undefined;
  const epochs = epochsOf(job);
  if (job.state === 'failed' || job.state === 'cancelled') {
    return { ...CANCELLED, state: job.state, epochs, error: job.error };
  }
  const values = await valuesOf(queries, job, query.objectives);
  if (values === null && !isHalted)
    return { ...CANCELLED, state: 'failed', epochs, error: JSON.stringify(NO_OBJECTIVE) };
  const course = query.withCurve ? await learningCurveOf(queries, job, query.objectives[0]) : undefined;
  return {
    result: { objectives: values, over: !isHalted, ...(course && { course }) },
    state: stateOf(isHalted, query.until),
    epochs,
    error: null,
    modelId: isHalted ? null : job.modelId,
  };
}

const ENDED: readonly string[] = ['succeeded', 'failed', 'cancelled'];

/** A trial that was looked at waits; one that fell behind on its way is given up. */
function stateOf(isHalted: boolean, until: number | null): Outcome['state'] {
  if (!isHalted) return 'succeeded';
  return until === null ? 'pruned' : 'paused';
}

async function readJob(queries: Queries, id: string | null): Promise<JobOutcome | undefined> {
  if (id === null) return undefined;
  return queries.selectFrom('jobs').select(JOB_COLUMNS).where('id', '=', id).executeTakeFirst();
}

function epochsOf({ progress }: JobOutcome): number {
  // Written from the type of a job's answer.
  const shown: { readonly epoch: number } | null = JSON.parse(progress ?? 'null');
  return shown?.epoch ?? 0;
}

/** Every objective at the best epoch so far; null where one of them is no number. */
async function valuesOf(
  queries: Queries,
  job: JobOutcome,
  objectives: readonly Objective[],
): Promise<readonly number[] | null> {
  const best: { readonly epoch: number } | null = JSON.parse(job.best ?? 'null');
  const loss =
    best &&
    (await queries
      .selectFrom('losses')
      .selectAll()
      .where('jobId', '=', job.id)
      .where('epoch', '=', best.epoch)
      .executeTakeFirst());
  if (!loss) return null;
  const values: number[] = [];
  for (const { metric } of objectives) {
    const value =
      metric === 'parameterCount'
        ? await countOf(queries, job)
        : (readMetric(measuresOf(loss), metric) ?? (await ofModel(queries, job, metric)));
    if (value === null || !Number.isFinite(value)) return null;
    values.push(value);
  }
  return values;
}

async function countOf(queries: Queries, { modelId }: JobOutcome): Promise<number | null> {
  return modelId === null ? null : countParameters(queries, modelId);
}

/** What an epoch does not measure, the model does. */
async function ofModel(queries: Queries, { modelId }: JobOutcome, metric: string): Promise<number | null> {
  const model =
    modelId === null
      ? undefined
      : await queries.selectFrom('models').select('description').where('id', '=', modelId).executeTakeFirst();
  const validation: Readonly<Record<string, unknown>> | null | undefined =
    model && readDescription(model.description).metrics.validation;
  const value = validation?.[metric];
  return typeof value === 'number' ? value : null;
}

type Measured = Pick<EpochMeasures, 'trainingLoss' | 'validationLoss' | 'metrics'>;

function measuresOf({ metrics, ...losses }: Pick<LossRow, keyof Measured>): Measured {
  return { ...losses, metrics: JSON.parse(metrics) };
}

/** The objective at the best epoch so far, after each epoch: as it would be if the training had ended there. */
async function learningCurveOf(
  queries: Queries,
  job: JobOutcome,
  { metric }: Objective,
): Promise<readonly (number | null)[]> {
  const watched = readHyperparameters(job.request).training.earlyStopping?.metric ?? 'validationLoss';
  const losses = await queries
    .selectFrom('losses')
    .select(['trainingLoss', 'validationLoss', 'metrics'])
    .where('jobId', '=', job.id)
    .orderBy('epoch')
    .execute();
  let bestCost = Number.POSITIVE_INFINITY;
  let objective: number | null = null;
  return losses.map(measuresOf).map((epoch, i) => {
    const cost = epochCost(epoch, watched);
    if (cost < bestCost || i === 0) [bestCost, objective] = [cost, readMetric(epoch, metric)];
    return objective;
  });
}

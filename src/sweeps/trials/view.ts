import { isoTime } from '../../kit/clock.ts';
import { fromJson, fromNullableJson } from '../../store/database/json.ts';
import type { BestTrial, Trial } from './schemas.ts';
import type { TrialWithEpochs } from './trialStore.ts';

export function trialView(row: TrialWithEpochs): Trial {
  return {
    number: row.number,
    state: row.state,
    parameters: fromJson(row.parameters),
    objective: row.objective,
    objectives: fromNullableJson(row.objectives),
    epochs: row.epochsDone,
    jobId: row.jobId,
    modelId: row.modelId,
    error: fromNullableJson(row.error),
    leaseUntil: row.leaseUntil === null ? null : isoTime(row.leaseUntil),
    createdAt: isoTime(row.createdAt),
    finishedAt: row.finishedAt === null ? null : isoTime(row.finishedAt),
  };
}

export function bestView(row: TrialWithEpochs): BestTrial {
  const { number, objective, objectives, parameters, jobId, modelId } = trialView(row);
  return { number, objective, objectives, parameters, jobId, modelId };
}

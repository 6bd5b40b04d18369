import { isoTime } from '../../kit/clock.ts';
import type { BestTrial, Trial } from './schemas.ts';
import type { TrialWithEpochs } from './trialStore.ts';

export function trialView(row: TrialWithEpochs): Trial {
  return {
    number: row.number,
    state: row.state,
    parameters: JSON.parse(row.parameters),
    objective: row.objective,
    objectives: fromJson(row.objectives),
    epochs: row.epochsDone,
    jobId: row.jobId,
    modelId: row.modelId,
    error: fromJson(row.error),
    leaseUntil: row.leaseUntil === null ? null : isoTime(row.leaseUntil),
    createdAt: isoTime(row.createdAt),
    finishedAt: row.finishedAt === null ? null : isoTime(row.finishedAt),
  };
}

export function bestView(row: TrialWithEpochs): BestTrial {
  const { number, objective, objectives, parameters, jobId, modelId } = trialView(row);
  return { number, objective, objectives, parameters, jobId, modelId };
}

export function fromJson<Value>(text: string | null): Value | null {
  return text === null ? null : JSON.parse(text);
}

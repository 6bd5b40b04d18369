import type { Machine } from '../../jobs/submission/threadWarnings.ts';
import { insertTrial as insertTrialJob, resumeTrial as resumeTrialJob } from '../../jobs/trials.ts';
import type { Queries } from '../../store/database/database.ts';
import { toJson, toNullableJson } from '../../store/database/json.ts';
import type { SweepRow } from '../../store/database/tables.ts';
import { insertTrials, type NewTrialRow, resumeTrial } from '../transitions.ts';
import { insertSegments, type NewSegment } from '../trials/segmentStore.ts';
import type { Decision, NewTrial, ResumedTrial } from './decision.ts';

/** Writes the decisions of the search: the trials, their segments and their jobs. */
export async function writeDecisions(
  queries: Queries,
  sweep: SweepRow,
  decisions: readonly Decision[],
  machine: Machine,
  now: number,
): Promise<void> {
  const created = decisions.filter((decision) => decision.kind === 'ask');
  const resumed = decisions.filter((decision) => decision.kind === 'resume');
  for (const decision of created) await insertJob(queries, sweep, decision, machine, now);
  const trials = created.map((decision) => trialRow(sweep.id, decision, now));
  await insertTrials(queries, trials);
  const segments = decisions.map((decision) => segmentRow(sweep.id, decision));
  await insertSegments(queries, segments);
  for (const decision of resumed) await resume(queries, sweep.id, decision);
}

/** No job for a trial whose parameters make an invalid one. */
async function insertJob(
  queries: Queries,
  { id: sweepId, project }: SweepRow,
  { segment, jobId, checked, stopRule }: NewTrial,
  machine: Machine,
  now: number,
): Promise<void> {
  if (!checked || jobId === null) return;
  await insertTrialJob(queries, { id: jobId, project, sweepId, trial: segment.trial, stopRule, checked, machine, now });
}

function trialRow(sweepId: string, { segment, parameters, jobId, checked, errors }: NewTrial, now: number) {
  const trial = {
    sweepId,
    number: segment.trial,
    parameters: toJson(parameters),
    jobId,
    epochs: 0,
    createdAt: now,
  };
  if (checked) return { ...trial, state: 'running' } satisfies NewTrialRow;
  const message = errors.map((issue) => `${issue.path}: ${issue.message}`).join(' ');
  const error = toJson({ code: 'invalid_spec', message });
  return { ...trial, state: 'failed', error, finishedAt: now } satisfies NewTrialRow;
}

function segmentRow(sweepId: string, { segment, result }: Decision): NewSegment {
  return { ...segment, sweepId, result: toNullableJson(result) };
}

async function resume(queries: Queries, sweepId: string, { segment, jobId, stopRule }: ResumedTrial): Promise<void> {
  // The sweep itself cancelled the job of a trial that had ended. A job that a client cancelled is
  // not resumed.
  const hadEnded = await resumeTrial(queries, { sweepId, number: segment.trial });
  // If the job was deleted or cancelled, the next step finds that the segment has ended.
  if (jobId !== null) await resumeTrialJob(queries, jobId, stopRule, hadEnded ? ['paused', 'cancelled'] : ['paused']);
}

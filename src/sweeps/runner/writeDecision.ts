import type { Machine } from '../../jobs/submission/threadWarnings.ts';
import { insertTrial as insertTrialJob, resumeTrial as resumeTrialJob } from '../../jobs/trials.ts';
import type { Queries } from '../../store/database/database.ts';
import type { SweepRow } from '../../store/database/tables.ts';
import { insertTrial, resumeTrial } from '../transitions.ts';
import { insertSegment } from '../trials/segmentStore.ts';
import type { Decision, NewTrial, ResumedTrial } from './decision.ts';

/** Writes a decision of the search: the trial, its segment and its job. */
export async function writeDecision(
  queries: Queries,
  sweep: SweepRow,
  decision: Decision,
  machine: Machine,
  now: number,
): Promise<void> {
  if (decision.kind === 'ask') await writeNewTrial(queries, sweep, decision, machine, now);
  else await writeResumedTrial(queries, sweep, decision);
}

async function writeNewTrial(
  queries: Queries,
  { id: sweepId, project }: SweepRow,
  decision: NewTrial,
  machine: Machine,
  now: number,
): Promise<void> {
  const { segment, parameters, jobId, checked, halt, errors } = decision;
  const { trial: number } = segment;
  if (checked && jobId !== null)
    await insertTrialJob(queries, { id: jobId, project, sweepId, trial: number, halt, checked, machine, now });
  const trial = { sweepId, number, parameters: JSON.stringify(parameters), jobId, epochs: 0, createdAt: now };
  if (checked) await insertTrial(queries, { ...trial, state: 'running' });
  else {
    const message = errors.map((issue) => `${issue.path}: ${issue.message}`).join(' ');
    const error = JSON.stringify({ code: 'invalid_spec', message });
    await insertTrial(queries, { ...trial, state: 'failed', error, finishedAt: now });
  }
  await writeSegment(queries, sweepId, decision);
}

async function writeResumedTrial(queries: Queries, { id: sweepId }: SweepRow, decision: ResumedTrial): Promise<void> {
  const { segment, jobId, halt } = decision;
  // The sweep itself cancelled the job of a trial that had ended. A job that a client cancelled is not resumed.
  const hadEnded = await resumeTrial(queries, { sweepId, number: segment.trial });
  await writeSegment(queries, sweepId, decision);
  // If the job was deleted or cancelled, the next step finds that the segment has ended.
  if (jobId !== null) await resumeTrialJob(queries, jobId, halt, hadEnded ? ['paused', 'cancelled'] : ['paused']);
}

function writeSegment(queries: Queries, sweepId: string, { segment, result }: Decision): Promise<void> {
  return insertSegment(queries, { ...segment, sweepId, result: result ? JSON.stringify(result) : null });
}

import { DATASET_MISSING } from '../../../jobs/failures.ts';
import type { Warning } from '../../../kit/warning.ts';
import type { EnsembleOutcome } from '../../../training/ensemble/outcome.ts';
import { allDiverged } from '../../progress/ensembleMessages.ts';
import type { FailedResult } from '../../thread/threadTask.ts';
import type { FinishedTraining } from '../endJob.ts';
import type { PreparedDataEntry } from '../preparedDataCache.ts';
import { type RunSignals, resultOf } from '../threadRun.ts';
import { type Ensemble, type EnsembleRunDeps, type RunningEnsemble, selectionTask } from './ensemble.ts';
import type { EnsembleControl } from './ensembleControl.ts';
import { createEnsembleReport, type EnsembleReport } from './ensembleReport.ts';
import { openMembers } from './openMembers.ts';
import { trainMembers } from './trainMembers.ts';

/**
 * Trains the networks of an ensemble, as many at once as there are cores for the job, each from its
 * last checkpoint. Then selects the networks of the model. The networks do not depend on each
 * other, so the result is the same for any number of cores.
 */
export async function trainEnsemble(
  deps: EnsembleRunDeps,
  job: RunningEnsemble,
  control: EnsembleControl,
  signals: RunSignals,
): Promise<FinishedTraining> {
  const opened = await openMembers(deps, job);
  if (opened === undefined) return failed({ kind: 'failed', failure: DATASET_MISSING });
  const entries: PreparedDataEntry[] = [];
  const ensemble = { ...opened, job, control, signals: { ...signals, entries } };
  const report = createEnsembleReport(deps, ensemble);
  try {
    return await trainAndSelect(deps, ensemble, report);
  } finally {
    report.end();
    for (const entry of entries) entry.release();
  }
}

async function trainAndSelect(
  deps: EnsembleRunDeps,
  ensemble: Ensemble,
  report: EnsembleReport,
): Promise<FinishedTraining> {
  const { members, control, signals, job, warnings } = ensemble;
  const failure = await trainMembers(deps, ensemble, report);
  if (failure !== null) {
    deps.onThreadFree();
    return failed(failure);
  }
  const request = control.stopRequest();
  const isComplete = members.every(({ progress }) => progress.isOver) && request !== 'cancel';
  if (!isComplete && request !== 'stop') {
    deps.onThreadFree();
    return { result: { kind: 'stopped' }, last: null };
  }
  const task = selectionTask(members, job);
  if (task.networks.length === 0) {
    deps.onThreadFree();
    return failed({ kind: 'failed', failure: allDiverged(warnings) });
  }
  const result = await resultOf(deps.pool.select(task, signals.force), signals.force, deps.log);
  deps.onThreadFree();
  if (result.kind !== 'selected') return { result, last: null };
  report.complete(result.outcome.summary);
  return { result: { kind: 'trained', outcome: withWarnings(result.outcome, warnings) }, last: null };
}

function failed(result: FailedResult): FinishedTraining {
  return { result, last: null };
}

function withWarnings(outcome: EnsembleOutcome, warnings: readonly Warning[]): EnsembleOutcome {
  return { ...outcome, warnings: [...outcome.warnings, ...warnings] };
}

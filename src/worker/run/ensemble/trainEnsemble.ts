import { DATASET_MISSING } from '../../../jobs/failures.ts';
import type { Warning } from '../../../kit/warning.ts';
import type { EnsembleOutcome, SelectionSummary } from '../../../training/ensemble/outcome.ts';
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
  const { outcome } = result;
  report.complete(outcome.summary);
  const compacted = await compactCheckpoints(deps, ensemble, outcome.summary);
  return { result: { kind: 'trained', outcome: withWarnings(outcome, warnings) }, last: null, compacted };
}

/**
 * The checkpoints that an extension needs: the last state of each network, its best snapshot and
 * those in the model. Undefined, and logged, if they cannot be written.
 */
async function compactCheckpoints(
  { checkpoints, log }: EnsembleRunDeps,
  { members, job }: Ensemble,
  { members: best, selected }: SelectionSummary,
): Promise<FinishedTraining['compacted']> {
  const retained = members.map(({ number, member, fold, snapshots }) => {
    const bestEpoch = best.find((each) => each.member === member)?.epoch ?? 0;
    const epochs = new Set(selected.filter((each) => each.member === member && each.fold === fold).map(epochOf));
    // The network of a fold may have ended before the best epoch of its member.
    const own = snapshots.findLast(({ epoch }) => epoch <= bestEpoch);
    return { member: number, snapshots: snapshots.filter((each) => each === own || epochs.has(each.epoch)) };
  });
  try {
    return await checkpoints.members.compact(job.id, retained);
  } catch (error) {
    log.warn({ err: error }, 'the checkpoints could not be compacted');
    return undefined;
  }
}

function epochOf({ epoch }: { readonly epoch: number }): number {
  return epoch;
}

function failed(result: FailedResult): FinishedTraining {
  return { result, last: null };
}

function withWarnings(outcome: EnsembleOutcome, warnings: readonly Warning[]): EnsembleOutcome {
  return { ...outcome, warnings: [...outcome.warnings, ...warnings] };
}

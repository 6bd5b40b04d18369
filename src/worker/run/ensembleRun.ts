import { DATASET_MISSING } from '../../jobs/failures.ts';
import { type EnsembleHyperparameters, memberHyperparameters } from '../../jobs/submission/requestSchema.ts';
import type { Warning } from '../../kit/warning.ts';
import { toJson } from '../../store/database/json.ts';
import type { EnsembleOutcome, SelectionSummary } from '../../training/ensemble/outcome.ts';
import { estimateCost } from '../../training/estimate/cost.ts';
import {
  allDiverged,
  divergedWarning,
  ensembleStartedLog,
  memberTrainedLog,
  selectionLog,
} from '../progress/ensembleMessages.ts';
import type { ProgressUpdate } from '../progress/progressWriter.ts';
import { pinColumns } from '../thread/columns.ts';
import type { Control } from '../thread/control.ts';
import type { FailedResult, MemberResult, SelectionTask } from '../thread/threadTask.ts';
import type { FinishedTraining, TrainedJob } from './endJob.ts';
import type { EnsembleControl } from './ensembleControl.ts';
import { createEnsembleProgress, type PlannedMember } from './ensembleProgress.ts';
import { type Member, trainMember } from './memberRun.ts';
import type { PreparedDataEntry } from './preparedDataCache.ts';
import { type RunSignals, resultOf, type ThreadRunDeps } from './threadRun.ts';

export interface EnsembleRunDeps extends ThreadRunDeps {
  /** Called when the networks can use another number of threads than before. */
  readonly onThreadsChanged: () => void;
}

/** An ensemble that is to be trained. */
export interface RunningEnsemble extends TrainedJob<EnsembleHyperparameters> {
  /** Whether the job was started before and did not end: most likely its process died. */
  readonly isRepeated: boolean;
}

/** How often progress within an epoch is reported. */
const PROGRESS_MS = 500;

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
  const report = createReport(deps, ensemble);
  try {
    return await trainAndSelect(deps, ensemble, report);
  } finally {
    report.end();
    for (const entry of entries) entry.release();
  }
}

interface OpenedMembers {
  readonly members: readonly Member[];
  readonly planned: readonly PlannedMember[];
}

interface Ensemble extends OpenedMembers {
  readonly job: RunningEnsemble;
  readonly control: EnsembleControl;
  readonly signals: RunSignals & { readonly entries: PreparedDataEntry[] };
}

/** The networks as their checkpoints left them; undefined when the dataset is gone. */
async function openMembers(
  { findDataset, findFile, checkpoints, queue, log }: EnsembleRunDeps,
  { id, datasetId, spec }: RunningEnsemble,
): Promise<OpenedMembers | undefined> {
  if (datasetId === null) return undefined;
  const [dataset, file] = [await findDataset(datasetId), await findFile(datasetId)];
  if (dataset === undefined || file === undefined) return undefined;
  const shape = { rows: dataset.rows ?? 0, columns: dataset.columns };
  const pinned = memberHyperparameters(spec).map((member) => pinColumns(member, dataset.columns));
  const restored = await checkpoints.members.restore(
    id,
    pinned.map((member) => member.spec),
  );
  const members = pinned.map((member, index): Member => {
    const { checkpoint, snapshots, isFinished } = restored[index];
    const { epoch = 1, step = 0 } = checkpoint ?? {};
    return {
      ...{ ...member, member: index + 1, file, checkpoint, prepared: null },
      snapshots: [...snapshots],
      progress: { plan: null, epoch: epoch - 1, step, isOver: isFinished },
    };
  });
  const epochs = members.map(({ progress }) => progress.epoch);
  await queue.resetMembers(id, epochs);
  if (epochs.some((done) => done > 0)) log.info({ epochs }, 'job resumed from the checkpoints of its networks');
  return {
    members,
    planned: members.map((member) => {
      const { secondsPerEpoch } = estimateCost(member.spec, shape);
      return { epochs: member.spec.training.epochs, secondsPerEpoch };
    }),
  };
}

async function trainAndSelect(deps: EnsembleRunDeps, ensemble: Ensemble, report: Report): Promise<FinishedTraining> {
  const { members, control, signals, job } = ensemble;
  const warnings: Warning[] = [];
  const failure = await trainMembers(deps, ensemble, { report, warnings });
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
  if (task.members.length === 0) {
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

function selectionTask(members: readonly Member[], { spec }: RunningEnsemble): SelectionTask {
  const candidates = members.filter(({ snapshots }) => snapshots.length > 0);
  return {
    members: candidates.map(({ member, spec: own, prepared, file, columns, snapshots }) => ({
      ...{ member, spec: own, prepared, file, columns, snapshots },
    })),
    maxSelected: spec.ensemble.maxSelected,
  };
}

interface TrainMembersContext {
  readonly report: Report;
  /** Gets the warnings of the networks. */
  readonly warnings: Warning[];
}

/**
 * Resolves when no network trains any more: all are complete, a client has requested it, or one has
 * failed. Its result is then returned. Rejects on an error of the storage.
 */
async function trainMembers(
  deps: EnsembleRunDeps,
  { members, job, control, signals }: Ensemble,
  { report, warnings }: TrainMembersContext,
): Promise<FailedResult | null> {
  const waiting = members.filter(({ progress }) => !progress.isOver);
  const settled = Promise.withResolvers<void>();
  let running = 0;
  let failure: FailedResult | null = null;
  let error: { readonly thrown: unknown } | null = null;

  const mayStart = () => {
    if (waiting.length === 0 || failure || error) return false;
    const request = control.stopRequest();
    if (request === null) return control.hasFreeThread();
    // A model needs at least one network.
    return request === 'stop' && running === 0 && members.every(({ snapshots }) => snapshots.length === 0);
  };
  const startNext = () => {
    while (mayStart()) start(waiting.splice(0, 1)[0]);
    control.setWaiting(waiting.length);
    if (running === 0) settled.resolve();
  };
  const start = (member: Member) => {
    running += 1;
    const own = control.open();
    report.open(member, own);
    const onMemberStart: Parameters<typeof trainMember>[0]['onMemberStart'] = (plan) => {
      control.setMaxThreads(own, plan.maxThreads);
      deps.onStart(plan);
    };
    trainMember({ ...deps, job, onMemberStart }, member, own, signals)
      .then((result) => end(member, result))
      .catch((thrown: unknown) => {
        error ??= { thrown };
        control.end('cancel');
      })
      .finally(() => {
        running -= 1;
        report.close(member);
        control.close(own);
        startNext();
        deps.onThreadsChanged();
      });
  };
  const end = async (member: Member, result: MemberResult) => {
    if (result.kind === 'stopped') return;
    if (result.kind === 'failed' && result.failure.code !== 'loss_diverged') {
      failure ??= result;
      return control.end('cancel');
    }
    member.progress.isOver = true;
    if (result.kind === 'trained') {
      warnings.push(...result.warnings);
      return report.trained(member);
    }
    const warning = divergedWarning(member.member, result.failure.message);
    warnings.push(warning);
    // Its epochs and snapshots do not count any more.
    member.snapshots.length = 0;
    member.progress.epoch = 0;
    await deps.checkpoints.members.forget(job.id, member.member);
    report.diverged(member, warning);
  };

  control.setWaiting(waiting.length);
  control.onChanged(startNext);
  deps.onThreadsChanged();
  startNext();
  await settled.promise;
  control.onChanged(() => {});
  await report.settled();
  // The assignments are in callbacks, which the type of the variable does not show.
  const thrownError = error as { readonly thrown: unknown } | null;
  if (thrownError) throw thrownError.thrown;
  return failure;
}

/** Writes the progress of the ensemble. */
interface Report {
  open(member: Member, control: Control): void;
  close(member: Member): void;
  /** Also computes what would be selected now. */
  trained(member: Member): void;
  diverged(member: Member, warning: Warning): void;
  /** Resolves when the last selection was computed. */
  settled(): Promise<void>;
  complete(summary: SelectionSummary): void;
  end(): void;
}

function createReport(deps: EnsembleRunDeps, { members, planned, job, control, signals }: Ensemble): Report {
  const { progress: writer, pool, metrics, clock, log } = deps;
  const write = (update: ProgressUpdate) => writer.add(job.id, update);
  const controls = new Map<Member, Control>();
  const progressAt = createEnsembleProgress(
    planned,
    members.map(({ progress }) => progress),
    clock,
  );
  let summaries: Promise<void> = Promise.resolve();

  const readStep = (member: Member) => {
    const { progress } = member;
    const step = controls.get(member)?.step() ?? 0;
    if (progress.plan === null || step <= progress.step) return;
    metrics.rows.inc(((step - progress.step) * progress.plan.rowsPerEpoch) / progress.plan.stepsPerEpoch);
    progress.step = step;
  };
  const writeProgress = (final = {}) => {
    for (const member of controls.keys()) readStep(member);
    const threads = Math.max(1, control.threads());
    write({ shown: { progress: toJson({ ...progressAt(), threads, ...final }) } });
  };
  const writeSummary = (summary: SelectionSummary) => {
    write({
      shown: { latest: toJson(latestOf(summary)) },
      members: members.map(({ member }) => ({ member, changes: changesOf(summary, member) })),
      logs: [selectionLog(summary)],
    });
  };
  const summarize = async () => {
    const task = selectionTask(members, job);
    if (task.members.length === 0 || members.every(({ progress }) => progress.isOver)) return;
    // Any prepared data has the rows that a score needs.
    const prepared = members.find((member) => member.prepared !== null)?.prepared ?? null;
    try {
      writeSummary(
        await pool.summarize({ ...task, members: task.members.map((each) => ({ ...each, prepared })) }, signals.force),
      );
    } catch (error) {
      if (!signals.force.aborted) log.warn({ err: error }, 'the running selection could not be computed');
    }
  };
  const stateOf = (member: Member, state: 'trained' | 'diverged') => ({
    member: member.member,
    changes: { state, ...(state === 'diverged' && { best: null, selected: null }) },
  });

  write({ logs: [ensembleStartedLog(members, planned)] });
  const timer = setInterval(writeProgress, PROGRESS_MS);
  return {
    open: (member, own) => void controls.set(member, own),
    close(member) {
      readStep(member);
      controls.delete(member);
      writeProgress();
    },
    trained(member) {
      write({ members: [stateOf(member, 'trained')], logs: [memberTrainedLog(member, members.length)] });
      summaries = summaries.then(summarize);
    },
    diverged(member, { code, message }) {
      write({ members: [stateOf(member, 'diverged')], logs: [{ level: 'warning', code, message }] });
    },
    settled: () => summaries,
    complete(summary) {
      writeSummary(summary);
      writeProgress({ fraction: 1, etaSeconds: 0 });
    },
    end: () => clearInterval(timer),
  };
}

/** The running selection, as the job shows it. */
function latestOf({ score, selected, members }: SelectionSummary) {
  return {
    score,
    bestMemberScore: Math.min(...members.map((member) => member.score)),
    selected: selected.length,
    selectedMembers: new Set(selected.map(({ member }) => member)).size,
  };
}

function changesOf({ members, selected }: SelectionSummary, member: number) {
  const best = members.find((each) => each.member === member);
  const own = selected.filter((each) => each.member === member);
  return {
    best: best ? toJson({ epoch: best.epoch, score: best.score }) : null,
    selected: toJson(own.map(({ epoch, weight }) => ({ epoch, weight }))),
  };
}

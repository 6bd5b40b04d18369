import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { toJson } from '../../../store/database/json.ts';
import type { Checkpoint } from '../../../training/checkpoint/checkpoint.ts';
import { decodeCheckpoint, type EncodedCheckpoint } from '../../../training/checkpoint/encoding.ts';
import type { Snapshot } from '../../../training/ensemble/snapshots.ts';
import { type Prepared, preparationKey } from '../../../training/prepare.ts';
import type { EpochReport, RunPlan } from '../../../training/report.ts';
import type { TrainingSpec } from '../../../training/schemas/spec.ts';
import type { MemberUpdate } from '../../progress/progressStore.ts';
import type { Control } from '../../thread/control.ts';
import type { MemberResult, ThreadMessage } from '../../thread/threadTask.ts';
import { createCheckpointWriter } from '../checkpointWriter.ts';
import type { PreparedDataEntry } from '../preparedDataCache.ts';
import { type RunSignals, resultOf, type ThreadRunDeps } from '../threadRun.ts';
import type { MemberProgress } from './ensembleProgress.ts';

/** A network of an ensemble on its way from its last checkpoint to its last epoch. */
export interface Member {
  /** From 1, of all networks of the job: its checkpoints and its losses have this number. */
  readonly number: number;
  /** From 1. */
  readonly member: number;
  /** From 1; null without folds. */
  readonly fold: number | null;
  readonly spec: TrainingSpec;
  /** The dataset's Parquet file, and the columns that the network reads. */
  readonly file: string;
  readonly columns: readonly string[];
  readonly progress: MemberProgress;
  /** In ascending order of epochs. Grows while it trains. */
  readonly snapshots: Snapshot[];
  /** The snapshots that no recorded checkpoint has. */
  readonly unsaved: Snapshot[];
  /** The checkpoint to resume from: the last one, after a pause. */
  checkpoint: Checkpoint | null;
  /** Null before the training has started. */
  prepared: Prepared | null;
}

export interface MemberRunDeps extends ThreadRunDeps {
  readonly job: { readonly id: string; readonly isRepeated: boolean };
  /** Called when the training begins, with the number of threads that it can use. */
  readonly onMemberStart: (plan: RunPlan) => void;
}

/**
 * Trains a network on a thread of the pool, and records its checkpoints. The entry of the prepared
 * data is added to `entries`, whose owner releases it.
 */
export async function trainMember(
  deps: MemberRunDeps,
  member: Member,
  control: Control,
  { entries, leaving, force }: RunSignals & { readonly entries: PreparedDataEntry[] },
): Promise<MemberResult> {
  const { file, columns, spec, checkpoint } = member;
  const entry = await deps.preparedData.acquire(preparationKey(file, columns, spec), leaving);
  if (entry === undefined) return { kind: 'stopped' };
  entries.push(entry);
  member.prepared = entry.prepared;
  const { port1, port2 } = new MessageChannel();
  const writer = createMemberWriter(deps, member, control);
  const handle = createHandler(deps, member, { entry, onCheckpoint: writer.add, onSnapshot: writer.addSnapshot });
  const onMessage = (message: ThreadMessage) => {
    if (message.kind === 'started') writer.begin();
    handle(message);
  };
  port1.on('message', onMessage);
  const task = { spec, file, columns, prepared: entry.prepared, checkpoint, control: control.buffer, port: port2 };
  const result = await resultOf(deps.pool.runMember(task, force), force, deps.log);
  // The result uses another channel than the messages, so some may still be pending here.
  for (let left = receiveMessageOnPort(port1); left; left = receiveMessageOnPort(port1)) onMessage(left.message);
  port1.close();
  entry.abandon();
  await writer.end();
  const latest = writer.latest();
  if (latest !== null) member.checkpoint = decodeCheckpoint(latest.bytes, spec);
  return result;
}

/**
 * Writes the checkpoints of the network, each with the snapshots that none before it has. Unlike
 * that of a single network, the last one is recorded at once: the model comes later.
 */
function createMemberWriter(deps: MemberRunDeps, { number, unsaved }: Member, control: Control) {
  const { job, queue, checkpoints, progress } = deps;
  const { members } = checkpoints;
  let latest: EncodedCheckpoint | null = null;
  let written = 0;
  const onSaved = () => unsaved.splice(0, written);
  const writer = createCheckpointWriter({
    ...deps,
    ...{ jobId: job.id, isRepeated: job.isRepeated, control },
    checkpoints: {
      write(jobId, checkpoint) {
        written = unsaved.length;
        return members.write(jobId, number, checkpoint, [...unsaved]);
      },
      record: members.record,
      removeFiles: checkpoints.removeFiles,
    },
    onRecorded(isCleared) {
      onSaved();
      deps.onRecorded(isCleared);
    },
  });
  return {
    begin: writer.begin,
    add(checkpoint: EncodedCheckpoint): void {
      latest = checkpoint;
      writer.add(checkpoint);
    },
    latest: () => latest,
    addSnapshot: (snapshot: Snapshot) => void unsaved.push(snapshot),
    async end(): Promise<void> {
      const last = await writer.end();
      if (last === null) return;
      await progress.flush();
      const replaced = await queue.writeProgress(job.id, false, (queries) => members.record(queries, last));
      await checkpoints.removeFiles(replaced ?? [last.file]);
    },
  };
}

interface Handlers {
  readonly entry: PreparedDataEntry;
  readonly onCheckpoint: ReturnType<typeof createMemberWriter>['add'];
  readonly onSnapshot: (snapshot: Snapshot) => void;
}

/** Handles the messages of the thread. */
function createHandler(deps: MemberRunDeps, member: Member, { entry, onCheckpoint, onSnapshot }: Handlers) {
  const { job, metrics } = deps;
  const write = (update: Omit<MemberUpdate, 'member'>) =>
    deps.progress.add(job.id, { members: [{ member: member.number, ...update }] });
  const onEpochs = (reports: readonly EpochReport[]) => {
    write({ losses: reports.map((report) => lossOf(job.id, report)) });
    metrics.epochs.inc(reports.length);
    const last = reports[reports.length - 1];
    member.progress.epoch = last.epoch;
  };
  const onPrepared = (prepared: Prepared) => {
    member.prepared = prepared;
    entry.provide(prepared);
  };
  const onStarted = (plan: RunPlan) => {
    // A thread that shares its prepared data has sent it before it begins to train.
    entry.abandon();
    member.progress.plan = plan;
    deps.onMemberStart(plan);
  };
  const onNewSnapshot = (snapshot: Snapshot) => {
    addSnapshot(member.snapshots, snapshot);
    onSnapshot(snapshot);
  };
  return (message: ThreadMessage): void => {
    if (message.kind === 'epochs') onEpochs(message.reports);
    else if (message.kind === 'snapshot') onNewSnapshot(message.snapshot);
    else if (message.kind === 'checkpoint') onCheckpoint(message.checkpoint);
    else if (message.kind === 'prepared') onPrepared(message.prepared);
    else if (message.kind === 'started') onStarted(message.plan);
    else write({ changes: { state: 'training', layers: toJson(message.layers) } });
  };
}

/** Epochs after the checkpoint are trained again, with the same snapshots. */
function addSnapshot(snapshots: Snapshot[], snapshot: Snapshot): void {
  const index = snapshots.findIndex(({ epoch }) => epoch >= snapshot.epoch);
  if (index < 0) snapshots.push(snapshot);
  else snapshots.splice(index, snapshots[index].epoch === snapshot.epoch ? 1 : 0, snapshot);
}

function lossOf(jobId: string, report: EpochReport) {
  const { epoch, step, trainingLoss, validationLoss, metrics, learningRate, seconds } = report;
  return { jobId, epoch, step, trainingLoss, validationLoss, learningRate, seconds, metrics: toJson(metrics) };
}

import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { Clock } from '../../kit/clock.ts';
import { toJson } from '../../store/database/json.ts';
import type { EncodedCheckpoint } from '../../training/checkpoint/encoding.ts';
import type { Prepared } from '../../training/prepare.ts';
import type { EpochReport, RunPlan } from '../../training/report.ts';
import type { TrainingSpec } from '../../training/schemas/spec.ts';
import { bestOf, latestOf } from '../progress/epochSummary.ts';
import { startedLog, stoppedEarlyLog } from '../progress/logMessages.ts';
import type { ProgressUpdate } from '../progress/progressWriter.ts';
import type { Control } from '../thread/control.ts';
import type { ThreadMessage } from '../thread/threadTask.ts';
import type { TrainingMetrics } from './metrics.ts';
import { createProgress } from './progress.ts';

export interface ThreadListenerDeps {
  readonly jobId: string;
  readonly earlyStopping: TrainingSpec['training']['earlyStopping'];
  readonly control: Control;
  readonly port: MessagePort;
  readonly clock: Clock;
  readonly metrics: Pick<TrainingMetrics, 'rows' | 'epochs'>;
  /** Called when the thread has prepared the data, before the training begins. */
  readonly onPrepared: (prepared: Prepared) => void;
  /** Called once, when the training begins. */
  readonly onStart: (plan: RunPlan) => void;
  readonly writeProgress: (update: ProgressUpdate) => void;
  readonly onCheckpoint: (checkpoint: EncodedCheckpoint) => void;
}

export interface ThreadListener {
  /** Handles the remaining messages and closes the port. */
  end(): void;
  /** Reports the training as complete, also if early stopping ended it before the last epoch. */
  complete(): void;
}

/** How often progress within an epoch is reported. */
const PROGRESS_MS = 500;

/**
 * Writes the progress of a job from the messages of its thread and, between them, from its current
 * step.
 */
export function createThreadListener(deps: ThreadListenerDeps): ThreadListener {
  const { jobId, earlyStopping, control, port, clock, writeProgress } = deps;
  const { rows: rowsTrained, epochs: epochsTrained } = deps.metrics;
  let maxEpochs = 0;
  let progressAt: ReturnType<typeof createProgress> | undefined;
  let epochs = 0;
  let rowsPerStep = 0;
  let counted = 0;

  const countRows = (step: number) => {
    rowsTrained.inc(Math.max(0, step - counted) * rowsPerStep);
    counted = Math.max(counted, step);
  };

  const reportProgress = (step = control.step()) => {
    if (!progressAt) return;
    countRows(step);
    const progress = { ...progressAt(epochs, step), threads: control.threads() };
    writeProgress({ shown: { progress: toJson(progress) } });
  };
  const reportEpoch = (report: EpochReport) => {
    const { epoch, step, trainingLoss, validationLoss, metrics, learningRate, seconds } = report;
    const loss = { jobId, epoch, step, trainingLoss, validationLoss, learningRate, seconds };
    epochs = epoch;
    epochsTrained.inc();
    const best = report.isBest && { best: toJson(bestOf(report, earlyStopping?.metric ?? 'validationLoss')) };
    writeProgress({
      losses: [{ ...loss, metrics: toJson(metrics) }],
      shown: { latest: toJson(latestOf(report)), ...best },
    });
    reportProgress(step);
  };
  const begin = (plan: RunPlan, kernels: string) => {
    maxEpochs = plan.epochs;
    progressAt = createProgress(plan, clock);
    rowsPerStep = plan.rowsPerEpoch / plan.stepsPerEpoch;
    counted = plan.done.steps;
    epochs = plan.done.epochs;
    writeProgress({ logs: [startedLog(plan, kernels)] });
    if (epochs > 0) reportProgress(plan.done.steps);
    deps.onStart(plan);
  };
  const handleMessage = (message: ThreadMessage) => {
    if (message.kind === 'epochs') message.reports.forEach(reportEpoch);
    else if (message.kind === 'prepared') deps.onPrepared(message.prepared);
    else if (message.kind === 'checkpoint') deps.onCheckpoint(message.checkpoint);
    else if (message.kind === 'started') begin(message.plan, message.kernels);
  };

  port.on('message', handleMessage);
  const timer = setInterval(() => reportProgress(), PROGRESS_MS);
  return {
    // The result of the thread uses another channel than its messages, so some may still be pending
    // here.
    end() {
      for (let left = receiveMessageOnPort(port); left; left = receiveMessageOnPort(port)) handleMessage(left.message);
      clearInterval(timer);
      port.close();
    },
    complete() {
      if (!progressAt) return;
      const threads = control.threads();
      const progress = { ...progressAt(epochs, control.step()), fraction: 1, etaSeconds: 0, threads };
      const logs = epochs < maxEpochs ? [stoppedEarlyLog(epochs, maxEpochs)] : [];
      writeProgress({ logs, shown: { progress: toJson(progress) } });
    },
  };
}

import type { Table } from '../../src/formats/table.ts';
import { chooseKernels, type KernelsChoice } from '../../src/training/backend/kernels.ts';
import type { Checkpoint } from '../../src/training/checkpoint/checkpoint.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/training/checkpoint/encoding.ts';
import type { StopRequest } from '../../src/training/loop/runControl.ts';
import type { StopRule } from '../../src/training/loop/stopRule.ts';
import { train } from '../../src/training/loop/train.ts';
import type { Outcome } from '../../src/training/outcome.ts';
import type { EpochReport, RunPlan } from '../../src/training/report.ts';
import type { TrainingSpec } from '../../src/training/schemas/spec.ts';

export interface Part {
  /** How the run is requested to stop after that many steps; without it, it is not. */
  readonly ending?: { readonly at: number; readonly how: StopRequest };
  readonly checkpoint?: Checkpoint | null;
  /** Where it pauses automatically. */
  readonly stopRule?: StopRule;
  /** How many checkpoints are requested, from before the start of the run: each one separately. */
  readonly wishes?: number;
  /** How many threads may be used after that many steps; one without it. */
  readonly threads?: (steps: number) => number;
}

export interface Trained {
  readonly outcome: Outcome | null;
  readonly halted: boolean;
  readonly reports: readonly EpochReport[];
  readonly checkpoints: readonly Checkpoint[];
  readonly plan: RunPlan | undefined;
}

/**
 * Trains from the start, or from a checkpoint, to the end or to a requested stop. Each checkpoint
 * is encoded and decoded in between.
 */
export function trainPart(table: Table, spec: TrainingSpec, kernels: KernelsChoice, part: Part = {}): Trained {
  const { ending, checkpoint = null, stopRule, threads = () => 1 } = part;
  let { wishes = 0 } = part;
  const reports: EpochReport[] = [];
  const checkpoints: Checkpoint[] = [];
  let plan: RunPlan | undefined;
  let steps = 0;
  let halted = false;
  const outcome = train({
    table,
    spec,
    checkpoint,
    stopRule,
    createKernels: chooseKernels(kernels).createKernels,
    control: {
      stopRequest: () => (ending && steps >= ending.at ? ending.how : null),
      consumeCheckpointRequest: () => wishes-- > 0,
      threads: () => threads(steps),
      setStep: (step) => {
        steps = step;
      },
    },
    clock: () => 0,
    onStart: (reported) => {
      plan = reported;
    },
    onEpoch: (report) => reports.push(report),
    onCheckpoint: (made) => checkpoints.push(decodeCheckpoint(encodeCheckpoint(made, spec), spec)),
    onStopRule: () => {
      halted = true;
    },
  });
  return { outcome, halted, reports, checkpoints, plan };
}

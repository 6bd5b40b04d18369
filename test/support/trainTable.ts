import type { CreateKernels } from '../../src/engine/kernels/kernels.ts';
import type { Table } from '../../src/formats/table.ts';
import { train } from '../../src/training/loop/train.ts';
import type { Outcome } from '../../src/training/outcome.ts';
import type { TrainingSpec } from '../../src/training/schemas/spec.ts';

/** Trains to the end, without checkpoints. */
export function trainTable(table: Table, spec: TrainingSpec, createKernels: CreateKernels): Outcome {
  const outcome = train({
    table,
    spec,
    createKernels,
    checkpoint: null,
    control: {
      stopRequest: () => null,
      consumeCheckpointRequest: () => false,
      threads: () => 1,
      setStep: () => undefined,
    },
    onCheckpoint: () => undefined,
    clock: Date.now,
    onStart: () => undefined,
    onEpoch: () => undefined,
  });
  if (outcome === null) throw new Error('The training stopped early.');
  return outcome;
}

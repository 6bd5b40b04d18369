import type { z } from 'zod';
import type { Table } from '../../../src/formats/table.ts';
import { chooseKernels, type KernelsChoice } from '../../../src/training/backend/kernels.ts';
import type { Checkpoint } from '../../../src/training/checkpoint/checkpoint.ts';
import type { LayerTable } from '../../../src/training/ensemble/layerTable.ts';
import { trainMember } from '../../../src/training/ensemble/member.ts';
import type { TrainedNetwork } from '../../../src/training/ensemble/outcome.ts';
import type { Snapshot } from '../../../src/training/ensemble/snapshots.ts';
import type { StopRequest } from '../../../src/training/loop/runControl.ts';
import { prepare } from '../../../src/training/prepare.ts';
import type { Fold, specRequestSchema } from '../../../src/training/schemas/spec.ts';
import { specFor } from '../profile.ts';

interface TrainOptions {
  readonly kernels?: KernelsChoice;
  readonly checkpoint?: Checkpoint | null;
  readonly fold?: Fold;
  /** The request at a step. */
  readonly stopAt?: (step: number) => StopRequest | null;
}

/** A member trained on a table, with everything that it emits. */
export function trainOn(
  table: Table,
  member: number,
  request: z.input<typeof specRequestSchema>,
  { kernels = 'wasm', checkpoint = null, stopAt = () => null, fold }: TrainOptions = {},
) {
  const spec = { ...specFor(table, request), ...(fold && { fold }) };
  const prepared = prepare(table, spec);
  const snapshots: Snapshot[] = [];
  const networks: LayerTable[] = [];
  const checkpoints: Checkpoint[] = [];
  let now = 0;
  const result = trainMember(prepared, {
    spec,
    createKernels: chooseKernels(kernels).createKernels,
    checkpoint,
    control: {
      stopRequest: () => stopAt(now),
      consumeCheckpointRequest: () => false,
      threads: () => 1,
      setStep(step) {
        now = step;
      },
    },
    clock: () => 0,
    onStart: () => {},
    onEpoch: () => {},
    onCheckpoint: (made) => checkpoints.push(made),
    onNetwork: (layers) => networks.push(layers),
    onSnapshot: (snapshot) => snapshots.push(snapshot),
    allocate: (bytes) => new ArrayBuffer(bytes),
  });
  const trained: TrainedNetwork = { member, fold: fold?.number ?? null, spec, prepared, snapshots };
  return { trained, result, networks, checkpoints };
}

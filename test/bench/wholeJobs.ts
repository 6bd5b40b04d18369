/**
 * Whole jobs by us and by others: from typed columns in memory to a trained network, features and an evaluation after each epoch
 * included. Reading the file and starting a program are not.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Table } from '../../src/kit/table.ts';
import { chooseKernels } from '../../src/training/kernels.ts';
import { train } from '../../src/training/train.ts';
import { hasSharedData } from '../support/sharedData.ts';
import { specFor } from '../training/profile.ts';
import { askPython, findPython } from './peers.ts';
import { publishedTable } from './publishedTable.ts';
import type { Row } from './report.ts';
import { writeTable } from './tableFile.ts';

interface WholeJob {
  readonly dataset: string;
  readonly target: string;
  readonly hidden: readonly number[];
  readonly batch: number;
  readonly epochs: number;
  /** The test accuracy that ends the job; null for all epochs. */
  readonly until: number | null;
}

const JOBS: readonly WholeJob[] = [
  { dataset: 'adult', target: 'income', hidden: [256, 256, 256], batch: 256, epochs: 30, until: null },
  { dataset: 'mnist', target: 'label', hidden: [512, 256], batch: 128, epochs: 30, until: 0.975 },
];

/** What a program comes to. */
type Finished = Readonly<{ program: string; seconds: number; epochs: number; accuracy: number }>;

const PEERS = [
  { module: 'sklearn', script: 'sklearn_job.py' },
  { module: 'torch', script: 'torch_job.py' },
] as const;

/** A row a job and program, one thread each, with the accuracy on the test rows after the last epoch. */
export async function benchWholeJobs(): Promise<readonly Row[]> {
  if (!hasSharedData) {
    console.log('The published tables are not beside this checkout: no whole jobs measured.');
    return [];
  }
  const peers = PEERS.map((peer) => ({ ...peer, python: findPython(peer.module) }));
  const rows: Row[] = [];
  for (const job of JOBS) {
    const table = await publishedTable(job.dataset, job.target);
    const ours = runOurs(job, table);
    const others = runPeers(job, table, peers);
    const timed = others.map((other) => ({ ...other, timesOurs: other.seconds / ours.seconds }));
    rows.push(...[ours, ...timed].map((finished) => ({ dataset: job.dataset, threads: 1, ...finished })));
  }
  return rows;
}

/** The fastest kernels of this machine; numbers standardised and categories one-hot, as the others do it. */
function runOurs({ target, hidden, batch, epochs, until }: WholeJob, table: Table): Finished {
  const { createKernels, description } = chooseKernels('auto');
  const spec = specFor(table, {
    target,
    features: { scaling: 'standard', pieces: 0, minCategoryCount: 1 },
    split: { method: 'column', column: 'split' },
    network: { layers: hidden.map((units) => ({ units, activation: 'relu', normalization: null, dropout: 0 })) },
    training: {
      batchSize: batch,
      epochs,
      optimizer: { type: 'adam', learningRate: 1e-3 },
      schedule: { type: 'constant' },
      l1: 0,
      l2: 0,
      clipGradientNorm: null,
      labelSmoothing: 0,
      classWeights: null,
      earlyStopping: null,
    },
  });
  let [accuracy, epoch] = [0, 0];
  const start = performance.now();
  train({
    table,
    spec,
    createKernels,
    checkpoint: null,
    control: {
      ending: () => (until !== null && accuracy >= until ? 'cancel' : null),
      takeCheckpointWish: () => false,
      threads: () => 1,
      setStep: () => {},
    },
    onCheckpoint: () => {},
    clock: Date.now,
    onStart: () => {},
    onEpoch: (report) => {
      accuracy = report.metrics.accuracy ?? 0;
      epoch = report.epoch;
    },
  });
  return { program: `Trainyard, ${description}`, seconds: (performance.now() - start) / 1000, epochs: epoch, accuracy };
}

function runPeers(
  job: WholeJob,
  table: Table,
  peers: readonly { readonly script: string; readonly python: string | null }[],
): readonly Finished[] {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-bench-'));
  try {
    const file = join(folder, 'table.bin');
    const request = { ...job, file, rows: table.rows, columns: writeTable(table, file) };
    return peers.flatMap(({ python, script }): readonly Finished[] =>
      python === null ? [] : [askPython(python, script, request)],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

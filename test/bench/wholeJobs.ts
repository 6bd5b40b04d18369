/**
 * Whole jobs by us and by peers: from typed columns in memory to a trained network, including
 * features and an evaluation after each epoch, without reading the file and starting a program.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Table } from '../../src/formats/table.ts';
import { chooseKernels } from '../../src/training/backend/kernels.ts';
import { train } from '../../src/training/loop/train.ts';
import { hasSharedData } from '../support/sharedData.ts';
import { specFor } from '../training/profile.ts';
import { askPython, findPython } from './peers.ts';
import { publishedTable } from './publishedTable.ts';
import type { Row } from './report.ts';
import { timesOf } from './rounds.ts';
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

const ADULT = { dataset: 'adult', target: 'income', hidden: [256, 256, 256], batch: 256, epochs: 30 } as const;
/** Accuracies that every program reaches within a few epochs. */
const JOBS: readonly WholeJob[] = [
  { ...ADULT, until: null },
  { ...ADULT, until: 0.85 },
  { dataset: 'mnist', target: 'label', hidden: [512, 256], batch: 128, epochs: 30, until: 0.975 },
];

/** One after another in one process, so that only the first has a cold start. */
const SEEDS = [1, 2, 3];

/** The result of one seed. */
interface Run {
  readonly seconds: number;
  readonly epochs: number;
  /** On the test rows after the last epoch. */
  readonly accuracy: number;
}

interface Finished {
  readonly program: string;
  readonly runs: readonly Run[];
}

const PEERS = [
  { module: 'sklearn', script: 'sklearn_job.py' },
  { module: 'torch', script: 'torch_job.py' },
] as const;

/** A row for each job and program, one thread each: the median of the seeds, and the fastest. */
export async function benchWholeJobs(): Promise<readonly Row[]> {
  if (!hasSharedData) {
    console.log('The published tables are not next to this checkout: no whole jobs measured.');
    return [];
  }
  const peers = PEERS.map((peer) => ({ ...peer, python: findPython(peer.module) }));
  const rows: Row[] = [];
  for (const job of JOBS) {
    const table = await publishedTable(job.dataset, job.target);
    const [ours, ...others] = [runOurs(job, table), ...runPeers(job, table, peers)].map((each) => rowOf(job, each));
    rows.push(ours, ...others.map((other) => ({ ...other, timesOurs: other.seconds / ours.seconds })));
  }
  return rows;
}

function rowOf({ dataset, hidden, epochs, until }: WholeJob, { program, runs }: Finished) {
  const { median, fastest } = timesOf(runs.map(({ seconds }) => seconds));
  return {
    dataset,
    hidden,
    goal: until === null ? `${epochs} epochs` : `a test accuracy of ${until}`,
    program,
    threads: 1,
    seconds: median,
    fastestSeconds: fastest,
    epochs: timesOf(runs.map((run) => run.epochs)).median,
    accuracy: timesOf(runs.map((run) => run.accuracy)).median,
    reached: runs.filter(({ accuracy }) => until === null || accuracy >= until).length,
  };
}

function runOurs(job: WholeJob, table: Table): Finished {
  const { description } = chooseKernels('auto');
  return { program: `Trainyard, ${description}`, runs: SEEDS.map((seed) => runSeed(job, table, seed)) };
}

/**
 * The fastest kernels of this machine; numbers standardized and categories one-hot, as in the
 * peers.
 */
function runSeed({ target, hidden, batch, epochs, until }: WholeJob, table: Table, seed: number): Run {
  const { createKernels } = chooseKernels('auto');
  const spec = specFor(table, {
    target,
    features: { scaling: 'standard', bins: 0, minCategoryCount: 1 },
    split: { method: 'column', column: 'split' },
    network: { layers: hidden.map((units) => ({ units, activation: 'relu', normalization: null, dropout: 0 })) },
    training: {
      seed,
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
      stopRequest: () => (until !== null && accuracy >= until ? 'cancel' : null),
      consumeCheckpointRequest: () => false,
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
  return { seconds: (performance.now() - start) / 1000, epochs: epoch, accuracy };
}

function runPeers(
  job: WholeJob,
  table: Table,
  peers: readonly { readonly script: string; readonly python: string | null }[],
): readonly Finished[] {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-bench-'));
  try {
    const file = join(folder, 'table.bin');
    const request = { ...job, seeds: SEEDS, file, rows: table.rows, columns: writeTable(table, file) };
    return peers.flatMap(({ python, script }): readonly Finished[] =>
      python === null ? [] : [askPython(python, script, request)],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

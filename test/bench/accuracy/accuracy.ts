/**
 * The test metrics of jobs for which only dataset, target and split are given, for each effort,
 * beside boosted trees on the same rows. A run appends a line to the file of results; runs whose
 * line is there are not repeated.
 */
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type BuiltService, PACKAGE_ROOT, startBuiltService } from '../../support/builtService.ts';
import { call, finishedJob } from '../../support/client.ts';
import { hasSharedData } from '../../support/sharedData.ts';
import { askPython, findPython, THREAD_COUNTS } from '../peers.ts';
import { cpuSecondsOfTree } from '../processes.ts';
import type { Row } from '../report.ts';
import { appendResult, hasRun, meanAndDeviation, type Result, type RunKey, readResults } from './results.ts';
import { writeSplitFile } from './splitFile.ts';
import { ACCURACY_TABLES, type AccuracyTable } from './tables.ts';

/** Which runs the command asks for; undefined: all. */
export interface AccuracyOptions {
  readonly table?: string | undefined;
  readonly effort?: string | undefined;
  readonly seed?: string | undefined;
  /** The file of results. */
  readonly results?: string | undefined;
}

/** What a job says besides dataset, target and split. */
const EFFORTS: Readonly<Record<string, object>> = {
  single: { ensemble: null },
  fast: { effort: 'fast' },
  standard: { effort: 'standard' },
  best: { effort: 'best' },
};
const PEERS = ['sklearn', 'xgboost'] as const;
const PROGRAMS = [...PEERS, ...Object.keys(EFFORTS)];
/** Not in the repository: results belong to the machine that they were measured on. */
const RESULTS = join(PACKAGE_ROOT, 'build/accuracy.ndjson');

/** A row for each table and program, over all seeds in the file of results. */
export async function benchAccuracy({
  table,
  effort,
  seed,
  results = RESULTS,
}: AccuracyOptions): Promise<readonly Row[]> {
  if (!hasSharedData) {
    console.log('The published tables are not next to this checkout: no accuracy measured.');
    return [];
  }
  const tables = chosen('table', ACCURACY_TABLES, ({ dataset }) => dataset, table);
  const programs = chosen('effort', PROGRAMS, (name) => name, effort);
  const pythons = new Map(
    PEERS.filter((peer) => programs.includes(peer)).map((peer) => [peer as string, findPython(peer)]),
  );
  const service = await startBuiltService();
  try {
    for (const program of programs) {
      for (const each of tables) {
        const seeds = seed === undefined ? Array.from({ length: each.seeds }, (_, i) => i + 1) : [Number(seed)];
        for (const one of seeds) {
          const key = { dataset: each.dataset, program, seed: one };
          if (hasRun(readResults(results), key) || pythons.get(program) === null) continue;
          const result = await runOne(service, each, key, pythons.get(program));
          appendResult(results, result);
          console.log(
            `${each.dataset} ${program} seed ${one}: ${result.test.toPrecision(5)}, ${result.wallSeconds.toFixed(1)} s`,
          );
        }
      }
    }
  } finally {
    await service.stop();
  }
  return summarize(readResults(results).filter(({ dataset }) => tables.some((each) => each.dataset === dataset)));
}

function chosen<Item>(option: string, items: readonly Item[], nameOf: (item: Item) => string, name?: string) {
  const found = items.filter((item) => name === undefined || nameOf(item) === name);
  if (found.length === 0) throw new Error(`--${option} ${name}: there are ${items.map(nameOf).join(', ')}.`);
  return found;
}

async function runOne(
  service: BuiltService,
  table: AccuracyTable,
  key: RunKey,
  python: string | null | undefined,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-accuracy-'));
  const file = join(folder, 'table.csv');
  try {
    await writeSplitFile(table, key.seed, file);
    const run = python ? runTrees(python, table, key, file) : await runJob(service, table, key, file);
    return { ...key, metric: table.metric, ...run };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type Measured = Pick<Result, 'test' | 'wallSeconds' | 'cpuSeconds'>;

/** Without the upload. */
async function runJob(
  { address, process }: BuiltService,
  { dataset, target, metric, exclude }: AccuracyTable,
  { program, seed }: RunKey,
  file: string,
): Promise<Measured> {
  const { id: datasetId } = await call(address, `/v1/datasets?name=${dataset}`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: Readable.toWeb(createReadStream(file)) as ReadableStream,
    duplex: 'half',
  });
  const cpuSeconds = () => cpuSecondsOfTree(process.pid ?? 0);
  const [start, cpuStart] = [performance.now(), cpuSeconds()];
  const job = await finishedJob(address, {
    datasetId,
    target,
    split: { method: 'column', column: 'split' },
    features: { exclude },
    training: { seed },
    ...EFFORTS[program],
  });
  const wallSeconds = (performance.now() - start) / 1000;
  const usedSeconds = cpuSeconds() - cpuStart;
  const { metrics } = await call(address, `/v1/models/${job.modelId}`);
  return { test: metrics.test[metric], wallSeconds, cpuSeconds: usedSeconds };
}

/** Without reading the file. */
function runTrees(python: string, table: AccuracyTable, { program, seed }: RunKey, file: string): Measured {
  const { target, metric, exclude } = table;
  const request = { file, target, metric, exclude, seed, program };
  const { test, seconds, cpuSeconds } = askPython(python, 'boosted_trees.py', request, Math.max(...THREAD_COUNTS));
  return { test, wallSeconds: seconds, cpuSeconds };
}

function summarize(results: readonly Result[]): readonly Row[] {
  const groups = Map.groupBy(results, ({ dataset, program }) => `${dataset} ${program}`);
  return [...groups.values()].map((group) => {
    const [{ dataset, program, metric }] = group;
    const { mean, deviation } = meanAndDeviation(group.map(({ test }) => test));
    const seconds = meanAndDeviation(group.map(({ wallSeconds }) => wallSeconds));
    const cpu = meanAndDeviation(group.map(({ cpuSeconds }) => cpuSeconds));
    return {
      dataset,
      program,
      metric,
      seeds: group.length,
      test: mean,
      deviation,
      wallSeconds: seconds.mean,
      cpuSeconds: cpu.mean,
    };
  });
}

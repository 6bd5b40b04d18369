/**
 * The gain of a machine from training on every core at once: one job on each thread, as in the
 * worker's pool.
 */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Row } from './report.ts';
import { timesOf } from './rounds.ts';
import { SETTINGS, SHAPES, type Shape } from './shapes.ts';

/**
 * One row for each shape: steps a second of one training alone and of all together, and their
 * ratio.
 */
export async function benchThroughput(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const shape of SHAPES) rows.push(await measure(shape, availableParallelism()));
  return rows;
}

async function measure(shape: Shape, jobs: number): Promise<Row> {
  const workers = Array.from({ length: jobs }, () => startTraining(shape));
  const rates = async (of: readonly Worker[]) => (await Promise.all(of.map(stepsPerSecond))).reduce((a, b) => a + b, 0);
  await rates(workers);
  const alone: number[] = [];
  const together: number[] = [];
  // In turns, so that a temporary disturbance of the machine affects both.
  for (let round = 0; round < SETTINGS.rounds; round++) {
    alone.push(await rates(workers.slice(0, 1)));
    together.push(await rates(workers));
  }
  await Promise.all(workers.map((worker) => worker.terminate()));
  const times = timesOf(together.map((rate, round) => alone[round] / rate));
  return {
    ...shape,
    jobs,
    aloneStepsPerSecond: timesOf(alone).median,
    togetherStepsPerSecond: timesOf(together).median,
    medianGain: 1 / times.median,
    bestGain: 1 / times.fastest,
  };
}

function startTraining(shape: Shape): Worker {
  return new Worker(new URL('./trainingThread.ts', import.meta.url), { workerData: shape });
}

async function stepsPerSecond(worker: Worker): Promise<number> {
  worker.postMessage('step');
  const [rate] = await once(worker, 'message');
  return rate;
}

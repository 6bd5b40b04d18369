import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Which program trains on which table: one line of the file of results. */
export interface RunKey {
  readonly dataset: string;
  /** `single`, an effort, or a peer. */
  readonly program: string;
  readonly seed: number;
}

export interface Result extends RunKey {
  readonly metric: string;
  /** The metric on the test rows. */
  readonly test: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
}

/** The results that the file has so far, in its order; none without the file. */
export function readResults(file: string): readonly Result[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line));
}

/** A run that is interrupted later keeps this result. */
export function appendResult(file: string, result: Result): void {
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${JSON.stringify(result)}\n`);
}

/** Whether a result of the run exists. */
export function hasRun(results: readonly Result[], { dataset, program, seed }: RunKey): boolean {
  return results.some((each) => each.dataset === dataset && each.program === program && each.seed === seed);
}

/** The mean of the values and their sample deviation, 0 for a single value. */
export function meanAndDeviation(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}

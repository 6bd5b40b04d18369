import type { Algorithm } from '../../src/search/samplers.ts';
import { createSearch } from '../../src/search/search.ts';
import type { SweepFunction } from './sweepFunctions.ts';
import { segmentsOf, settingsOf } from './sweepRegret.ts';

/** Timed decisions, after a warm-up; a Gaussian process is slow. */
const TIMED = { tpe: 50, gp: 10 };
const SEED = 1;

/**
 * The processor time, in milliseconds, of a search's decision on a trial after this many trials.
 */
export function msPerTrialAfter(
  searched: SweepFunction,
  algorithm: keyof typeof TIMED & Algorithm,
  trials: number,
): number {
  const segments = segmentsOf(searched, 'random', SEED, trials + TIMED[algorithm] + 1);
  const search = createSearch(settingsOf(searched, algorithm, SEED, segments.length), segments.slice(0, trials));
  search.next();
  let micros = 0;
  for (const segment of segments.slice(trials, -1)) {
    const before = process.cpuUsage();
    search.add(segment);
    search.next();
    micros += process.cpuUsage(before).user;
  }
  return micros / 1000 / TIMED[algorithm];
}

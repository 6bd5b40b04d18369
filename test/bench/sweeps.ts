/** The distance of each sampler from known minima, compared to Optuna on the same functions. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Algorithm } from '../../src/search/samplers.ts';
import { PACKAGE_ROOT } from '../support/builtService.ts';
import type { Row } from './report.ts';
import { SWEEP_FUNCTIONS, type SweepFunction, WIDE_FUNCTION } from './sweepFunctions.ts';
import { quantile, regretsOf } from './sweepRegret.ts';
import { msPerTrialAfter } from './sweepTimes.ts';

const TRIALS = 60;
const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);
/** A long search, in which a decision has most data. */
const MANY_TRIALS = 1000;
const ALGORITHMS: readonly Algorithm[] = ['random', 'sobol', 'tpe', 'gp'];
/** Optuna's figures and how they were measured. */
const OPTUNA = join(PACKAGE_ROOT, '../shared/sweeps/optuna.json');

interface OptunaResult {
  readonly function: string;
  readonly sampler: string;
  readonly regretMedian: number;
  readonly secondsPerStudy: number;
}

/**
 * A row for each function and sampler: the regret after 60 trials, over 20 seeds, and the processor
 * time of a trial, on average and after many trials.
 */
export async function benchSweeps(): Promise<readonly Row[]> {
  const optuna = readOptuna();
  return [...SWEEP_FUNCTIONS.flatMap((each) => benchRegret(each, optuna)), ...benchTimes()];
}

function benchRegret(each: SweepFunction, optuna: readonly OptunaResult[]): readonly Row[] {
  return [
    ...ALGORITHMS.map((algorithm) => {
      const before = process.cpuUsage();
      const regrets = regretsOf(each, algorithm, SEEDS, TRIALS);
      const { user } = process.cpuUsage(before);
      const msPerTrial = user / 1000 / SEEDS.length / TRIALS;
      const [regretMedian, lower, upper] = [0.5, 0.25, 0.75].map((share) => quantile(regrets, share));
      return { function: each.name, sampler: algorithm, regretMedian, lower, upper, msPerTrial };
    }),
    ...optuna
      .filter((result) => result.function === each.name)
      .map(({ sampler, regretMedian, secondsPerStudy }) => ({
        function: each.name,
        sampler: `Optuna ${sampler}`,
        regretMedian,
        msPerTrial: (secondsPerStudy * 1000) / TRIALS,
      })),
  ];
}

/** A row for each function and sampler: the processor time of a trial after many. */
function benchTimes(): readonly Row[] {
  return [...SWEEP_FUNCTIONS, WIDE_FUNCTION].flatMap((each) =>
    (['tpe', 'gp'] as const).map((sampler) => ({
      function: `${each.name}, after ${MANY_TRIALS} trials`,
      sampler,
      msPerTrial: msPerTrialAfter(each, sampler, MANY_TRIALS),
    })),
  );
}

function readOptuna(): readonly OptunaResult[] {
  if (!existsSync(OPTUNA)) {
    console.log("Optuna's figures are not next to this checkout: only our samplers are measured.");
    return [];
  }
  return JSON.parse(readFileSync(OPTUNA, 'utf8')).results;
}

import { type AccuracyOptions, benchAccuracy } from './accuracy/accuracy.ts';
import { benchJobs } from './jobs.ts';
import { benchLoad } from './load.ts';
import { benchPrecision } from './precision.ts';
import { benchPredict, type PredictOptions } from './predict.ts';
import type { Row } from './report.ts';
import { benchRobustness } from './robustness.ts';
import { benchSearch } from './search.ts';
import { benchService } from './service.ts';
import { benchSteps } from './steps.ts';
import { benchSweeps } from './sweeps.ts';
import { benchThroughput } from './throughput.ts';
import { benchTrials } from './trials.ts';
import { benchWholeJobs } from './wholeJobs.ts';

export interface BenchOptions extends AccuracyOptions, PredictOptions {
  /** A folder whose node_modules has tfjs; null: the project's own. */
  readonly tfjs: string | null;
}

interface Section {
  readonly measures: string;
  readonly bench: (options: BenchOptions) => Promise<readonly Row[]>;
}

export const SECTIONS: Readonly<Record<string, Section>> = {
  steps: {
    measures: 'a training step of each shape, with each backend and with PyTorch and tfjs, on one core and on all',
    bench: benchSteps,
  },
  throughput: {
    measures: 'as many concurrent trainings as there are cores, each on its own thread, compared to one alone',
    bench: benchThroughput,
  },
  peers: {
    measures:
      'whole jobs to a fixed accuracy or for a number of epochs, compared to scikit-learn and PyTorch, one core each',
    bench: benchWholeJobs,
  },
  jobs: {
    measures: 'the published tables over HTTP with only a target given: upload, training, test metric',
    bench: benchJobs,
  },
  precision: {
    measures:
      'the published tables trained in float32 and in bfloat16, with several seeds each: test losses and metrics',
    bench: benchPrecision,
  },
  service: {
    measures: 'a large upload, and the latency of the service while every core trains',
    bench: benchService,
  },
  load: {
    measures:
      '200 requests a second, reads and predictions, for a minute while every core trains; from when each was due',
    bench: benchLoad,
  },
  predict: {
    measures: 'predictions of adult over HTTP: rows a CPU second in each format, and the latency of one row',
    bench: benchPredict,
  },
  sweeps: {
    measures:
      'the regret of 60 trials of each sampler, over 20 seeds, compared to Optuna; and the time of a trial after 1000',
    bench: benchSweeps,
  },
  search: {
    measures: '60 trials with ASHA on published tables compared to the default job, and 1,000 tiny trials',
    bench: benchSearch,
  },
  trials: {
    measures: "the overhead of a sweep's trials over their training: 1000 of iris, 10 of adult, one worker",
    bench: benchTrials,
  },
  accuracy: {
    measures: 'test metrics and seconds of jobs with only a target given, for each effort, compared to boosted trees',
    bench: benchAccuracy,
  },
  robustness: {
    measures: 'effort fast on made tables: the score on fresh rows over the best possible one, and that of a constant',
    bench: benchRobustness,
  },
};

export function helpText(): string {
  const sections = Object.entries(SECTIONS).map(([name, { measures }]) => `  ${name.padEnd(10)} ${measures}`);
  return `npm run bench -- [SECTION...] [--json FILE] [--compare FILE] [--tfjs FOLDER]

Sections, steps unless others are named:
${sections.join('\n')}

  --json FILE     stores the rows, with the machine, its load and the versions
  --compare FILE  divides the rows by those of an earlier run, and says what got slower
  --table, --effort, --seed, --results FILE
                  one table, effort (or peer) and seed of accuracy, and where its results are added;
                  the seed of robustness
  --data FOLDER   measures the models of adult in this data folder in predict, instead of training them
  --tfjs FOLDER   where @tensorflow/tfjs and @tensorflow/tfjs-backend-wasm are installed, to be measured too

Times are of rounds, after one that warms up, the same for every program: the median and the fastest.
PyTorch and scikit-learn are measured where a python3 has them. Every program is limited to the threads of its row.`;
}

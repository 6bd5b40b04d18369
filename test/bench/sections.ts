import { benchJobs } from './jobs.ts';
import { benchLoad } from './load.ts';
import { benchPrecision } from './precision.ts';
import type { Row } from './report.ts';
import { benchSearch } from './search.ts';
import { benchService } from './service.ts';
import { benchSteps } from './steps.ts';
import { benchSweeps } from './sweeps.ts';
import { benchThroughput } from './throughput.ts';
import { benchTrials } from './trials.ts';
import { benchWholeJobs } from './wholeJobs.ts';

export interface BenchOptions {
  /** A folder whose node_modules has tfjs; null: the project's own. */
  readonly tfjs: string | null;
}

interface Section {
  readonly measures: string;
  readonly bench: (options: BenchOptions) => Promise<readonly Row[]>;
}

export const SECTIONS: Readonly<Record<string, Section>> = {
  steps: {
    measures: 'a training step of each shape, by each player and by PyTorch and tfjs, on one core and on all',
    bench: benchSteps,
  },
  throughput: {
    measures: 'as many trainings at once as there are cores, each on a thread of its own, against one alone',
    bench: benchThroughput,
  },
  peers: {
    measures: 'whole jobs to a fixed accuracy or for so many epochs, beside scikit-learn and PyTorch, one core each',
    bench: benchWholeJobs,
  },
  jobs: {
    measures: 'the published tables over HTTP with nothing but a target given: upload, training, test metric',
    bench: benchJobs,
  },
  precision: {
    measures: 'the published tables trained in float32 and in bfloat16, of several seeds each: test losses and metrics',
    bench: benchPrecision,
  },
  service: {
    measures: 'a large upload, and how fast the service answers while every core trains',
    bench: benchService,
  },
  load: {
    measures:
      '200 requests a second, reads and predictions, for a minute while every core trains; from when each was due',
    bench: benchLoad,
  },
  sweeps: {
    measures:
      'how near 60 trials of each sampler come to known minima, over 20 seeds, beside Optuna; and the time of a trial after 1000',
    bench: benchSweeps,
  },
  search: {
    measures: '60 trials with ASHA on published tables beside the default job, and 1,000 tiny trials',
    bench: benchSearch,
  },
  trials: {
    measures: 'what the trials of a sweep cost over their training: 1000 of iris, 10 of adult, one worker',
    bench: benchTrials,
  },
};

export function helpText(): string {
  const sections = Object.entries(SECTIONS).map(([name, { measures }]) => `  ${name.padEnd(10)} ${measures}`);
  return `npm run bench -- [SECTION...] [--json FILE] [--compare FILE] [--tfjs FOLDER]

Sections, steps unless others are named:
${sections.join('\n')}

  --json FILE     keeps the rows, with the machine, its load and the versions
  --compare FILE  divides the rows by those that an earlier run kept, and says what got slower
  --tfjs FOLDER   where @tensorflow/tfjs and @tensorflow/tfjs-backend-wasm are installed, to be measured too

Times are of rounds, after one that warms up, the same for every program: the median and the fastest.
PyTorch and scikit-learn are measured where a python3 has them. Every program is held to the threads of its row.`;
}

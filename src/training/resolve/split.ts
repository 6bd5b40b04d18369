import { DEFAULT_SEED } from '../schemas/seed.ts';
import type { Split, SplitRequest } from '../schemas/split.ts';
import type { Task } from '../schemas/task.ts';
import { mistakeInWords } from '../split/column.ts';
import type { Mistakes } from './mistakes.ts';
import { type DatasetShape, requireColumn, wordsOf } from './shape.ts';

const SHARE = 0.15;
/** Of the training rows, when a split column names no validation rows. */
const SHARE_OF_TRAINING = 0.1;

/** The fields that each method has no use for. */
const USELESS: Readonly<Record<Split['method'], readonly (keyof SplitRequest)[]>> = {
  random: ['column'],
  ordered: ['column', 'stratify', 'seed'],
  column: ['test', 'stratify'],
  group: ['stratify'],
};

/** The split with every default filled in; a mistake for each field that its method has no use for. */
export function resolveSplit(request: SplitRequest, task: Task, dataset: DatasetShape, mistakes: Mistakes): Split {
  const { method = 'random', seed = DEFAULT_SEED, validation = SHARE, test = SHARE } = request;
  for (const field of USELESS[method]) {
    if (request[field] !== undefined) mistakes.add(`/split/${field}`, `The method '${method}' has no ${field}.`);
  }
  if (method !== 'column' && validation + test >= 1) {
    mistakes.add('/split', `Validation (${validation}) and test (${test}) leave no rows to train on.`);
  }
  switch (method) {
    case 'random':
      return { method, validation, test, stratify: resolveStratify(request, task, mistakes), seed };
    case 'ordered':
      return { method, validation, test };
    case 'column':
      return {
        method,
        column: splitColumn(request, dataset, mistakes),
        validation: request.validation ?? SHARE_OF_TRAINING,
        seed,
      };
    case 'group':
      return { method, column: splitColumn(request, dataset, mistakes), validation, test, seed };
  }
}

function resolveStratify({ stratify }: SplitRequest, task: Task, mistakes: Mistakes): boolean {
  if (stratify && task === 'regression') mistakes.add('/split/stratify', 'A regression has no classes to stratify by.');
  return stratify ?? task !== 'regression';
}

function splitColumn({ column: name, method }: SplitRequest, dataset: DatasetShape, mistakes: Mistakes): string {
  if (name === undefined) {
    mistakes.add('/split/column', `The method '${method}' needs a column.`);
    return '';
  }
  const column = requireColumn(dataset, name, '/split/column', mistakes);
  const words = column && method === 'column' ? wordsOf(column) : undefined;
  const mistake = words && mistakeInWords(name, words);
  if (mistake) mistakes.add('/split/column', mistake);
  return name;
}

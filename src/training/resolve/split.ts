import { DEFAULT_SEED } from '../schemas/seed.ts';
import type { Split, SplitRequest } from '../schemas/split.ts';
import type { Task } from '../schemas/task.ts';
import { describeUnknownSplits } from '../split/column.ts';
import type { Issues } from './issues.ts';
import { categoriesOf, type DatasetShape, requireColumn } from './shape.ts';

const DEFAULT_FRACTION = 0.15;
/** Of the training rows, if a split column has no validation rows. */
const DEFAULT_FRACTION_OF_TRAINING = 0.1;

/** The fields that do not apply to each method. */
const INAPPLICABLE_FIELDS: Readonly<Record<Split['method'], readonly (keyof SplitRequest)[]>> = {
  random: ['column'],
  ordered: ['column', 'stratify', 'seed'],
  column: ['test', 'stratify'],
  group: ['stratify'],
};

/**
 * The split with every default filled in; an issue for each field that does not apply to its
 * method.
 */
export function resolveSplit(request: SplitRequest, task: Task, dataset: DatasetShape, issues: Issues): Split {
  const { method = 'random', seed = DEFAULT_SEED, validation = DEFAULT_FRACTION, test = DEFAULT_FRACTION } = request;
  for (const field of INAPPLICABLE_FIELDS[method]) {
    if (request[field] !== undefined) issues.add(`/split/${field}`, `The method '${method}' has no ${field}.`);
  }
  if (method !== 'column' && validation + test >= 1) {
    issues.add('/split', `Validation (${validation}) and test (${test}) leave no rows to train on.`);
  }
  switch (method) {
    case 'random':
      return { method, validation, test, stratify: resolveStratify(request, task, issues), seed };
    case 'ordered':
      return { method, validation, test };
    case 'column':
      return {
        method,
        column: splitColumn(request, dataset, issues),
        validation: request.validation ?? DEFAULT_FRACTION_OF_TRAINING,
        seed,
      };
    case 'group':
      return { method, column: splitColumn(request, dataset, issues), validation, test, seed };
  }
}

function resolveStratify({ stratify }: SplitRequest, task: Task, issues: Issues): boolean {
  if (stratify && task === 'regression') issues.add('/split/stratify', 'A regression has no classes to stratify by.');
  return stratify ?? task !== 'regression';
}

function splitColumn({ column: name, method }: SplitRequest, dataset: DatasetShape, issues: Issues): string {
  if (name === undefined) {
    issues.add('/split/column', `The method '${method}' needs a column.`);
    return '';
  }
  const column = requireColumn(dataset, name, '/split/column', issues);
  const categories = column && method === 'column' ? categoriesOf(column) : undefined;
  const issue = categories && describeUnknownSplits(name, categories);
  if (issue) issues.add('/split/column', issue);
  return name;
}

import type { Warning } from '../../kit/warning.ts';
import { DEFAULT_SEED } from '../schemas/seed.ts';
import type { Split, SplitRequest } from '../schemas/split.ts';
import type { Task } from '../schemas/task.ts';
import { describeUnknownSplits } from '../split/column.ts';
import type { Issues } from './issues.ts';
import { type ColumnShape, categoriesOf, type DatasetShape, dateColumnOf, requireColumn } from './shape.ts';

/** What a split depends on. */
export interface SplitContext {
  readonly task: Task;
  readonly dataset: DatasetShape;
  /** `features.types`. */
  readonly types: Readonly<Record<string, ColumnShape['type']>>;
  readonly issues: Issues;
}

const DEFAULT_FRACTION = 0.15;
/** Of the training rows, if a split column has no validation rows. */
const DEFAULT_FRACTION_OF_TRAINING = 0.1;

/** Types of columns that can order the rows. */
const ORDERED_TYPES: readonly ColumnShape['type'][] = ['datetime', 'numeric'];

/** The fields that do not apply to each method. */
const INAPPLICABLE_FIELDS: Readonly<Record<Split['method'], readonly (keyof SplitRequest)[]>> = {
  random: ['column'],
  ordered: ['stratify', 'seed'],
  column: ['test', 'stratify'],
  group: ['stratify'],
};

/** The split with every default filled in. Without a request, a date column orders the rows. */
export function resolveSplit(request: SplitRequest | undefined, context: SplitContext): Split {
  const date = request === undefined ? dateColumnOf(context.dataset, context.types) : undefined;
  return resolveRequest(date === undefined ? (request ?? {}) : { method: 'ordered', column: date.name }, context);
}

/** Warns of a split that the client did not choose. */
export function dateSplitWarnings(isRequested: boolean, split: Split): readonly Warning[] {
  if (isRequested || split.method !== 'ordered' || split.column === undefined) return [];
  const { column, validation, test } = split;
  const message =
    `No split was given, so '${column}' orders the rows: the latest ${percent(test)} are the test rows, the ${percent(validation)} before them the validation rows. ` +
    'Use `"split": {"method": "random"}` if the rows to predict are not later than these.';
  return [{ code: 'split_by_date', column, message }];
}

function percent(share: number): string {
  return `${Math.round(100 * share)}%`;
}

/** Adds an issue for each field that does not apply to the method. */
function resolveRequest(request: SplitRequest, { task, dataset, issues }: SplitContext): Split {
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
      return { method, validation, test, ...orderColumn(request, dataset, issues) };
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

/** The column that orders the rows, if there is one. */
function orderColumn(
  { column: name }: SplitRequest,
  dataset: DatasetShape,
  issues: Issues,
): { readonly column?: string } {
  if (name === undefined) return {};
  const column = requireColumn(dataset, name, '/split/column', issues);
  if (column !== undefined && !ORDERED_TYPES.includes(column.type))
    issues.add(
      '/split/column',
      `'${name}' is ${column.type}, which has no order. Use a column of times or numbers, or leave it out for the order of the dataset.`,
    );
  return { column: name };
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

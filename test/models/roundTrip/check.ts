/** Compares what training read of a file with what a prediction reads of the same rows. */
import type { Dataset } from '../../../src/datasets/schemas.ts';
import { asCategories } from '../../../src/features/columns/conversions.ts';
import type { Inputs } from '../../../src/features/transform.ts';
import { type Column, isNumberColumn } from '../../../src/formats/table.ts';
import { ServiceError } from '../../../src/kit/contract/errors.ts';
import { LossDivergedError } from '../../../src/training/loop/diverged.ts';
import type { Body, Predicted, PredictionWarning, Refused, RoundTrips, Trained } from './service.ts';

/** A file as it is uploaded, and as its rows are predicted. */
export interface File {
  readonly upload: Body;
  readonly predict: Body;
  /** Null: the file cannot be without its target. */
  readonly withoutTarget: Body | null;
  /** Null: the last column that can be one. */
  readonly target: string | null;
  /** `features.types` of the training. */
  readonly casts: Readonly<Record<string, string>>;
  /** The time zone of the process that predicts. */
  readonly zone: string;
}

/** Columns at either end that are tried as the target of a file. */
const MAX_TARGETS = 4;
/** All rows are training rows, so that prediction knows every category. */
const TRAINING = {
  network: { layers: [{ units: 2 }] },
  training: { epochs: 1 },
  split: { validation: 0, test: 0 },
};

/** What became of a file. Files that cannot be trained on have nothing to compare. */
export type Checked = 'compared' | 'upload refused' | 'other columns' | 'training refused';

type Labelled = Trained & { readonly target: string };

/** Throws with what differs. */
export async function checkFile(service: RoundTrips, file: File): Promise<Checked> {
  const dataset = await uploadFile(service, file.upload);
  if (isRefused(dataset)) {
    if (dataset.status >= 500) throw new Error(`upload: ${dataset.status} ${dataset.detail}`);
    return 'upload refused';
  }
  const names = dataset.columns.map(({ name }) => name);
  if (file.target !== null && !names.includes(file.target)) return 'other columns';
  const targets =
    file.target === null
      ? [...names.toReversed().slice(0, MAX_TARGETS), ...names.slice(0, MAX_TARGETS)]
      : [file.target];
  const trained = await trainOn(service, dataset, targets, file.casts);
  if (trained === null) return 'training refused';
  const before = process.env.TZ;
  process.env.TZ = file.zone;
  try {
    await comparePredictions(service, dataset, trained, file);
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
  return 'compared';
}

/** The dataset, without the requested types where no cell has them. */
async function uploadFile(service: RoundTrips, body: Body): Promise<Dataset | Refused> {
  const dataset = await service.upload(body);
  const { types, ...query } = body.query;
  return isRefused(dataset) && types !== undefined ? service.upload({ ...body, query }) : dataset;
}

/** A training on all rows with all columns: of the first target that allows it, or null. */
async function trainOn(
  service: RoundTrips,
  dataset: Dataset,
  targets: readonly string[],
  casts: File['casts'],
): Promise<Labelled | null> {
  const names = dataset.columns.map(({ name }) => name);
  for (const target of targets) {
    const include = names.filter((name) => name !== target);
    // Without the casts where they read nothing.
    for (const types of [casts, {}]) {
      const features = { types, include, minCategoryCount: 1, maxCategories: 10_000 };
      try {
        return { ...(await service.train(dataset, { target, ...TRAINING, features })), target };
      } catch (error) {
        if (!isRefusal(error)) throw error;
      }
    }
  }
  return null;
}

/**
 * Whether the data do not allow the training. The test service throws the issues of a request as
 * JSON.
 */
function isRefusal(error: unknown): boolean {
  if (error instanceof ServiceError || error instanceof LossDivergedError) return true;
  return error instanceof Error && error.message.startsWith('[{"path"');
}

async function comparePredictions(
  service: RoundTrips,
  dataset: Dataset,
  trained: Labelled,
  { predict, withoutTarget }: File,
): Promise<void> {
  const same = await service.predict(trained.model, predict);
  compare('the same bytes', same, trained, dataset);
  const items = await service.rows(dataset);
  const unlabelled = items.map(({ [trained.target]: _target, ...row }) => row);
  const others = [
    ['the rows of the dataset', jsonBody(items)],
    ['its rows without the target', jsonBody(unlabelled)],
    ['the bytes without the target', withoutTarget],
  ] as const;
  for (const [what, body] of others) {
    if (body === null) continue;
    const other = await service.predict(trained.model, body);
    compare(what, other, trained, dataset);
    if (!same.isCut && !other.isCut)
      expectEqual(`warnings about ${what}`, ofColumns(other.warnings), ofColumns(same.warnings));
  }
  if (!same.isCut) expectEqual('warnings about the text', textCodes(same.warnings), textCodes(dataset.warnings));
}

function jsonBody(rows: readonly object[]): Body {
  return { bytes: Buffer.from(JSON.stringify({ rows })), type: 'application/json', query: {} };
}

const TEXT_CODES = ['bad_bytes', 'guessed_charset', 'comment_lines', 'short_header', 'short_lines', 'skipped_lines'];

function textCodes(warnings: readonly { readonly code: string }[]): readonly string[] {
  return warnings
    .map(({ code }) => code)
    .filter((code) => TEXT_CODES.includes(code))
    .toSorted();
}

function ofColumns(warnings: readonly PredictionWarning[]): readonly string[] {
  return warnings.flatMap(({ code, column, count }) => (column === undefined ? [] : `${code} ${column} ${count}`));
}

/** Throws unless the prediction got the inputs of training bit for bit, and knew each category. */
function compare(
  what: string,
  predicted: Predicted | Refused,
  trained: Trained,
  { rows }: Dataset,
): asserts predicted is Predicted {
  if (isRefused(predicted)) throw new Error(`${what}: ${predicted.status} ${predicted.detail}`);
  const unseen = ofColumns(predicted.warnings.filter(({ code }) => code === 'unseen_category'));
  expectEqual(`${what}: unseen categories`, unseen, ofColumns(expectedUnseen(trained)));
  const difference = firstDifference(predicted.inputs, trained, rows ?? 0);
  if (difference !== null) throw new Error(`${what}: ${difference}`);
}

/** Categories of rows without a target, which are not training rows. */
function expectedUnseen({ features, table }: Trained): readonly PredictionWarning[] {
  return features.columns.flatMap((fitted) => {
    const column = table.columns.find(({ name }) => name === fitted.column);
    if (fitted.kind !== 'categorical' || column === undefined) return [];
    const known = new Set(fitted.categories);
    const { codes, categories } = asCategories(column);
    const count = codes.filter((code) => code >= 0 && !known.has(categories[code])).length;
    return count === 0 ? [] : [{ code: 'unseen_category', column: fitted.column, count }];
  });
}

function firstDifference(
  { X, codes }: Inputs,
  { inputs, names, features, table }: Trained,
  rows: number,
): string | null {
  const oneHot = features.columns.filter(({ kind }) => kind === 'categorical').map(({ column }) => column);
  const dense = names.slice(0, inputs.X.length / rows);
  const at = inputs.X.findIndex((value, index) => !Object.is(value, X[index]));
  const cellOf = (name: string, row: number) => {
    const column = table.columns.find((each) => name === each.name || name.startsWith(`${each.name} `));
    return column === undefined ? '' : ` (${shown(column, row)})`;
  };
  if (at >= 0) {
    const [row, name] = [Math.floor(at / dense.length), dense[at % dense.length]];
    return `input ${name} of row ${row}${cellOf(name, row)} is ${X[at]}, not ${inputs.X[at]}`;
  }
  const place = inputs.codes.findIndex((code, index) => code !== codes[index]);
  if (place >= 0) {
    const [row, name] = [Math.floor(place / oneHot.length), oneHot[place % oneHot.length]];
    return `the code of ${name} in row ${row}${cellOf(name, row)} is ${codes[place]}, not ${inputs.codes[place]}`;
  }
  const [count, expected] = [X.length + codes.length, inputs.X.length + inputs.codes.length];
  return count === expected ? null : `${count} inputs, not ${expected} of ${rows} rows`;
}

function shown(column: Column, row: number): string {
  return JSON.stringify(isNumberColumn(column) ? column.values[row] : (column.categories[column.codes[row]] ?? null));
}

function expectEqual(what: string, found: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: ${a}, not ${b}`);
}

function isRefused(answer: object): answer is Refused {
  return 'detail' in answer;
}

import { z } from 'zod';
import { type Column, isNumberColumn, type NumberColumn } from '../formats/table.ts';
import { parseBoolean } from '../formats/types/boolean.ts';
import { compareNumbers } from '../formats/types/numbers.ts';
import { asCategories, asNumbers } from './columns/conversions.ts';
import { clampOutlier, outlierBounds } from './scaling/outliers.ts';
import { moments } from './scaling/scaling.ts';

/** The class labels of a target, in the order of the network's outputs. */
const classesSchema = z.strictObject({ kind: z.literal('classes'), column: z.string(), classes: z.array(z.string()) });
/** A number, learned as (value - mean) / deviation. */
const numberSchema = z.strictObject({
  kind: z.literal('number'),
  column: z.string(),
  mean: z.number(),
  deviation: z.number().positive(),
});

/** How the target is learned, as stored with the model. */
export const fittedTargetSchema = z.discriminatedUnion('kind', [classesSchema, numberSchema]);
export type FittedTarget = z.infer<typeof fittedTargetSchema>;
export type FittedClasses = z.infer<typeof classesSchema>;
export type FittedNumber = z.infer<typeof numberSchema>;

/** The rows that have a target. */
export function rowsWithTarget(column: Column, task: 'classes' | 'number'): Int32Array {
  const present = task === 'number' ? isNumber(asNumbers(column)) : isCategory(asCategories(column).codes);
  const length = isNumberColumn(column) ? column.values.length : column.codes.length;
  return Int32Array.from({ length }, (_, row) => row).filter(present);
}

/**
 * The classes of the rows: false and true as the file writes them, numbers in numeric order, words
 * in the order of their code units.
 */
export function fitClasses(column: Column, rows: Int32Array): FittedClasses {
  if (isNumberColumn(column) && column.type === 'boolean') return fitBooleans(column, rows);
  const { codes, categories } = asCategories(column);
  const met = new Set<string>();
  for (const row of rows) met.add(categories[codes[row]]);
  const numbers = isNumberColumn(column) && column.type === 'numeric';
  const classes = [...met].sort(numbers ? compareNumbers : undefined);
  return { kind: 'classes', column: column.name, classes };
}

function fitBooleans({ name, values, words = ['false', 'true'] }: NumberColumn, rows: Int32Array): FittedClasses {
  const classes = words.filter((_word, flag) => rows.some((row) => values[row] === flag));
  return { kind: 'classes', column: name, classes };
}

/** The square of a standardized target must be a float32, and a sum of many as well. */
const MAX_STANDARDIZED = 1000;

/**
 * Mean and deviation of the target in the training rows, with outliers clamped: a network cannot
 * learn the other values if one outlier makes all of them equal.
 */
export function fitNumber(column: Column, rows: Int32Array): FittedNumber {
  const all = asNumbers(column);
  const values = Float64Array.from(rows, (row) => all[row]);
  const bounds = outlierBounds(values);
  const { mean, deviation } = moments(values.map((value) => clampOutlier(value, bounds)));
  const farthest = values.reduce((most, value) => {
    return Math.max(most, Math.abs(value / MAX_STANDARDIZED - mean / MAX_STANDARDIZED));
  }, 0);
  return { kind: 'number', column: column.name, mean, deviation: Math.max(deviation, farthest) };
}

/** A number that is learned without scaling: counts, whose logarithm the network outputs. */
export function unscaledNumber(column: Column): FittedNumber {
  return { kind: 'number', column: column.name, mean: 0, deviation: 1 };
}

/**
 * The target of each row as learned: the index of its class, or the standardized number. NaN:
 * missing, or an unknown class.
 */
export function encodeTarget(target: FittedTarget, column: Column, rows: Int32Array): Float64Array {
  if (target.kind === 'number') {
    const values = asNumbers(column);
    return Float64Array.from(rows, (row) => (values[row] - target.mean) / target.deviation);
  }
  if (isNumberColumn(column) && column.type === 'boolean') return encodeBooleans(target, column, rows);
  const { codes, categories } = asCategories(column);
  const indexOf = new Map(target.classes.map((label, index) => [label, index]));
  const indexes = categories.map((category) => indexOf.get(category));
  return Float64Array.from(rows, (row) => indexes[codes[row]] ?? Number.NaN);
}

/** Whatever words a file has for false and true, they are the same classes. */
function encodeBooleans({ classes }: FittedClasses, { values }: NumberColumn, rows: Int32Array): Float64Array {
  const indexOf = new Map<number | undefined, number>(classes.map((label, index) => [parseBoolean(label), index]));
  return Float64Array.from(rows, (row) => indexOf.get(values[row]) ?? Number.NaN);
}

/** The number in the target's own unit, from the learned one. */
export function decodeNumber(target: FittedNumber, value: number): number {
  return value * target.deviation + target.mean;
}

function isNumber(values: Float64Array): (row: number) => boolean {
  return (row) => Number.isFinite(values[row]);
}

function isCategory(codes: Int32Array): (row: number) => boolean {
  return (row) => codes[row] >= 0;
}

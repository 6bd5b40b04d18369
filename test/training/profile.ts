import type { z } from 'zod';
import { extremes } from '../../src/features/scaling/sample.ts';
import { type Column, isNumberColumn, type Table } from '../../src/formats/table.ts';
import { isoTime } from '../../src/kit/clock.ts';
import { resolveSpec } from '../../src/training/resolve/resolve.ts';
import type { ColumnShape, DatasetShape } from '../../src/training/resolve/shape.ts';
import { specRequestSchema, type TrainingSpec } from '../../src/training/schemas/spec.ts';

/** The profile of the table, as the datasets' room would compute it. */
export function profileOf({ rows, columns }: Table): DatasetShape {
  return { rows, columns: columns.map(columnProfile) };
}

/** The resolved spec of a request for the table. Throws if it has an issue. */
export function specFor(table: Table, request: z.input<typeof specRequestSchema>): TrainingSpec {
  const { spec, errors } = resolveSpec(specRequestSchema.parse(request), profileOf(table));
  if (spec === null) throw new Error(errors.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  return spec;
}

function columnProfile(column: Column): ColumnShape {
  const { name, type } = column;
  if (!isNumberColumn(column)) {
    const present = column.codes.filter((code) => code >= 0);
    return { name, type, missing: column.codes.length - present.length, distinct: new Set(present).size };
  }
  const present = column.values.filter((value) => !Number.isNaN(value));
  const missing = column.values.length - present.length;
  const write = (value: number) => (type === 'datetime' ? isoTime(value) : value);
  const range = present.length > 0 ? extremes(present).map(write) : [];
  return {
    name,
    type,
    missing,
    distinct: new Set(present).size,
    ...(range.length > 0 && { min: range[0], max: range[1] }),
  };
}

import { z } from 'zod';
import { typesWithProfile } from '../../formats/columnTypes.ts';

const shared = {
  name: z
    .string()
    .describe('As in the file; generated when the file has no name for it, numbered when the name repeats.'),
  missing: z.int().describe('Number of cells without a value.'),
  distinct: z.int().describe('Number of different values.'),
};

const histogramSchema = z
  .object({
    edges: z.array(z.number()).describe('The edges of the bins: one more edge than bins.'),
    counts: z.array(z.int()).describe('Number of values in each bin; the last bin includes its upper edge.'),
  })
  .meta({ id: 'Histogram' });

const numericColumn = z
  .object({
    ...shared,
    type: z.literal(typesWithProfile('histogram')),
    unit: z
      .string()
      .optional()
      .describe('The unit that every cell of the file has, such as % or €; absent without one.'),
    min: z.number().nullable(),
    max: z.number().nullable(),
    mean: z.number().nullable(),
    standardDeviation: z.number().nullable().describe('Sample standard deviation (n - 1).'),
    histogram: histogramSchema,
  })
  .meta({ id: 'NumericColumn' });

const datetimeColumn = z
  .object({
    ...shared,
    type: z.literal(typesWithProfile('range')),
    min: z.string().nullable().describe('The first time, ISO 8601 in UTC.'),
    max: z.string().nullable().describe('The last time, ISO 8601 in UTC.'),
  })
  .meta({ id: 'DatetimeColumn' });

const valuesColumn = z
  .object({
    ...shared,
    type: z.enum(typesWithProfile('values')),
    top: z.array(z.object({ value: z.string(), count: z.int() })).describe('The most frequent values, at most ten.'),
    min: z.number().nullable().optional().describe('Of identifiers that are numbers: the smallest.'),
    max: z.number().nullable().optional().describe('Of identifiers that are numbers: the largest.'),
  })
  .meta({ id: 'ValuesColumn' });

export const columnSchema = z
  .discriminatedUnion('type', [numericColumn, datetimeColumn, valuesColumn])
  .meta({ id: 'DatasetColumn', description: 'A column with its type and its statistics over all rows.' });
export type DatasetColumn = z.infer<typeof columnSchema>;

export const warningSchema = z
  .object({
    code: z.enum([
      'constant_column',
      'identifier_column',
      'mostly_missing',
      'mixed_types',
      'ambiguous_dates',
      'ambiguous_numbers',
      'ambiguous_zones',
      'unread_zones',
      'two_digit_years',
      'unit_left_out',
      'unread_units',
      'inexact_integers',
      'renamed_column',
      'dropped_column',
      'bad_bytes',
      'guessed_charset',
      'comment_lines',
      'duplicate_keys',
      'short_header',
      'short_lines',
      'skipped_lines',
    ]),
    column: z.string().optional().describe('Absent in a warning about the whole file.'),
    message: z.string(),
  })
  .meta({ id: 'DatasetWarning' });
export type DatasetWarning = z.infer<typeof warningSchema>;

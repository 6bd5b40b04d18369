import { describeUnit, hasOtherUnit } from '../../formats/types/numbers.ts';
import { FLOAT64_DIGITS } from '../../formats/types/numeric.ts';
import { hasAmbiguousZone, hasZone } from '../../formats/types/zones.ts';
import type { DatasetWarning } from '../profile/schemas.ts';
import type { Profiled } from './profile.ts';
import type { CellCount, MixedColumn } from './scan/otherCells.ts';
import type { PlannedColumn } from './scan/plan.ts';

const MOSTLY_MISSING_SHARE = 0.5;
/** A warning shows this many characters of a cell. */
const SHOWN_LETTERS = 40;

/**
 * The columns whose warnings name cells, by their ids in the relation. `planned` and `profiled`
 * have the same order.
 */
export function mixedColumns(planned: readonly PlannedColumn[], profiled: readonly Profiled[]): readonly MixedColumn[] {
  return planned.flatMap(({ id, format, almost }, index) => {
    const stats = profiled[index]?.stats;
    const isMixed = stats !== undefined && (stats.present ?? 0) > stats.count;
    const wanted = almost?.format ?? (isMixed ? format : null);
    return wanted === null ? [] : [{ id, format: wanted }];
  });
}

/**
 * Warnings about a column that concern training. `others` are cells that do not have its format.
 */
export function warningsOf({ stats, column }: Profiled, others: readonly CellCount[]): DatasetWarning[] {
  const warn = (code: DatasetWarning['code'], message: string): DatasetWarning => ({
    code,
    column: column.name,
    message,
  });
  const { rows, count, distinct, present, ambiguousWith, format, inexact, almost, stored, whole } = stats;
  const warnings: DatasetWarning[] = [];
  const unreadable = present === null ? 0 : present - count;
  if (unreadable > 0) {
    const cells = unreadable === 1 ? '1 cell is' : `${unreadable} cells are`;
    warnings.push(warn('mixed_types', `${cells} not ${column.type} and became missing${named(others)}.`));
  }
  if (almost !== null && present !== null) {
    const { type } = almost.format;
    const message = `${almost.cells} of ${present} cells are ${type}, the others are not${named(others)}. The column was read as ${column.type}. Request its type with \`types\`, or list the others in \`nullValues\`, to read it as ${type}.`;
    warnings.push(warn('mixed_types', message));
  }
  if (distinct === 1)
    warnings.push(warn('constant_column', 'Every cell has the same value, so it cannot be a feature.'));
  if (rows - count > MOSTLY_MISSING_SHARE * rows) {
    warnings.push(warn('mostly_missing', `${rows - count} of ${rows} cells are missing.`));
  }
  if (column.type === 'identifier') {
    warnings.push(
      warn('identifier_column', 'The column identifies rows, so it is not a feature unless a job names it.'),
    );
  }
  if (ambiguousWith !== null && column.type === 'datetime') {
    const message = 'Day and month are ambiguous and were read as month first. Write dates as 2024-12-31 to be sure.';
    warnings.push(warn('ambiguous_dates', message));
  }
  if (ambiguousWith !== null && column.type === 'numeric') {
    const meaning = format?.name.startsWith('decimal') ? 'a decimal comma' : 'a separator of thousands';
    const message = `The comma is ambiguous and was read as ${meaning}. Write numbers with a decimal point and no separators to be sure.`;
    warnings.push(warn('ambiguous_numbers', message));
  }
  const withUnit = mostly(column, hasOtherUnit);
  if (withUnit !== undefined) {
    const message = `Cells such as ${JSON.stringify(shortened(withUnit))} are numbers with units, or with different ones, and were read as words. Write them without units to read numbers.`;
    warnings.push(warn('unread_units', message));
  }
  const zoned = unreadTime(column, others, hasAmbiguousZone);
  if (zoned !== undefined) {
    const message = `Times such as ${JSON.stringify(shortened(zoned))} were not read, because their time zone has several offsets. Write an offset such as -06:00, or a name such as America/Chicago.`;
    warnings.push(warn('ambiguous_zones', message));
  }
  const unread = zoned === undefined ? unreadTime(column, others, hasZone) : undefined;
  if (unread !== undefined) {
    const message = `Times such as ${JSON.stringify(shortened(unread))} were not read, because a time zone is read only after a date in ISO 8601, and only if it is known. Write 2024-12-31T10:00:00-05:00.`;
    warnings.push(warn('unread_zones', message));
  }
  if (format?.twoDigitYear) {
    const message = 'Two digits do not say the century: 00 to 68 were read as 2000 to 2068, 69 to 99 as 1969 to 1999.';
    warnings.push(warn('two_digit_years', message));
  }
  if (format?.unit && column.type === 'numeric') {
    const cells = count === 1 ? '1 cell has' : `${count} cells have`;
    warnings.push(warn('unit_left_out', `${cells} the unit ${describeUnit(format.unit)}`));
  }
  if (inexact > 0 && column.type === 'numeric') {
    const what = stored === 'decimal' && !whole ? `have more than ${FLOAT64_DIGITS} digits` : 'are beyond 2^53';
    const message = `${inexact} ${whole ? 'whole numbers' : 'numbers'} ${what} and are rounded as numbers. Request the type categorical with \`types\` if they are codes.`;
    warnings.push(warn('inexact_integers', message));
  }
  return warnings;
}

/** A cell that matches: in most of a column of words, or in some of a column of times. */
function unreadTime(
  column: Profiled['column'],
  others: readonly CellCount[],
  matches: (word: string) => boolean,
): string | undefined {
  if (column.type === 'datetime') return others.find(({ value }) => matches(value))?.value;
  return mostly(column, matches);
}

/** The first of the most frequent words of a column if most of them match. */
function mostly(column: Profiled['column'], matches: (word: string) => boolean): string | undefined {
  const top = 'top' in column ? column.top : [];
  const matching = top.filter(({ value }) => matches(value));
  return matching.length > top.length / 2 ? matching[0]?.value : undefined;
}

function named(others: readonly CellCount[]): string {
  if (others.length === 0) return '';
  const cells = others.map(({ value, count }) => `${JSON.stringify(shortened(value))} ${count} times`);
  return `; the most frequent: ${cells.join(', ')}`.replaceAll(' 1 times', ' once');
}

function shortened(text: string): string {
  return text.length > SHOWN_LETTERS ? `${text.slice(0, SHOWN_LETTERS)}…` : text;
}

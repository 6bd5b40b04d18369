import type { DatasetWarning } from '../profile/schemas.ts';
import type { Profiled } from './profile.ts';

const MOSTLY_MISSING_SHARE = 0.5;

/** Warnings about a column that concern training. */
export function warningsOf({ stats, column }: Profiled): DatasetWarning[] {
  const warn = (code: DatasetWarning['code'], message: string): DatasetWarning => ({
    code,
    column: column.name,
    message,
  });
  const { rows, count, distinct, present, ambiguousWith } = stats;
  const warnings: DatasetWarning[] = [];
  const unreadable = present === null ? 0 : present - count;
  if (unreadable > 0) {
    const cells = unreadable === 1 ? '1 cell is' : `${unreadable} cells are`;
    warnings.push(warn('mixed_types', `${cells} not ${column.type} and became missing.`));
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
  if (ambiguousWith !== null) {
    const message = 'Day and month are ambiguous and were read as month first. Write dates as 2024-12-31 to be sure.';
    warnings.push(warn('ambiguous_dates', message));
  }
  return warnings;
}

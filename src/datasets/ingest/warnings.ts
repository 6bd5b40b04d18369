import type { DatasetWarning } from '../schemas.ts';
import type { Profiled } from './profile.ts';

const MOSTLY_MISSING_SHARE = 0.5;

/** What the one who uploaded the table should know of a column before training on it. */
export function warningsOf({ facts, column }: Profiled): DatasetWarning[] {
  const warn = (code: DatasetWarning['code'], message: string): DatasetWarning => ({
    code,
    column: column.name,
    message,
  });
  const { rows, count, distinct, present, ambiguousWith } = facts;
  const warnings: DatasetWarning[] = [];
  const lost = present === null ? 0 : present - count;
  if (lost > 0) {
    const cells = lost === 1 ? '1 cell is' : `${lost} cells are`;
    warnings.push(warn('mixed_types', `${cells} not ${column.type} and became missing.`));
  }
  if (distinct === 1)
    warnings.push(warn('constant_column', 'Every cell has the same value: nothing can be learned from it.'));
  if (rows - count > MOSTLY_MISSING_SHARE * rows) {
    warnings.push(warn('mostly_missing', `${rows - count} of ${rows} cells are missing.`));
  }
  if (column.type === 'identifier') {
    warnings.push(
      warn('identifier_column', 'Names rows and says nothing about them: left out of the features unless named.'),
    );
  }
  if (ambiguousWith !== null) {
    const message = 'Day and month cannot be told apart; read as month first. Write dates as 2024-12-31 to be sure.';
    warnings.push(warn('ambiguous_dates', message));
  }
  return warnings;
}

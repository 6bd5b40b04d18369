import type { ErrorCodes } from '../dialect/dialect.ts';

/** The extended result codes of SQLite: https://sqlite.org/rescode.html. */
export const SQLITE_ERROR_CODES: ErrorCodes = {
  locked: /^SQLITE_(BUSY|LOCKED)/,
  full: /^SQLITE_FULL/,
  // There is no place for temporary files.
  exhausted: /^SQLITE_IOERR_GETTEMPPATH/,
  corrupt: /^SQLITE_(NOTADB|CORRUPT)/,
  unique: /^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY|ROWID)/,
  foreignKey: /^SQLITE_CONSTRAINT_(FOREIGNKEY|TRIGGER)/,
  check: /^SQLITE_CONSTRAINT_CHECK/,
};

export function hasCode(error: unknown, pattern: RegExp): boolean {
  return error instanceof Error && 'code' in error && pattern.test(String(error.code));
}

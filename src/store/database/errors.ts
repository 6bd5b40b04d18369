/** What may go wrong with the place where everything is kept, by no fault of the program. */

/** Another program holds the database. */
export function isLocked(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error));
}

/** There is no room left: on the disk, within a quota, or within the size that files may have. */
export function isFull(error: unknown): boolean {
  return ['SQLITE_FULL', 'ENOSPC', 'EDQUOT', 'EFBIG'].includes(codeOf(error));
}

/** The process or the machine has as many files open, or as much in memory, as it may, or no place for SQLite's temporary files. */
function isExhausted(error: unknown): boolean {
  return ['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'SQLITE_IOERR_GETTEMPPATH'].includes(codeOf(error));
}

/** It passes: what failed can be tried again. */
export function isTransient(error: unknown): boolean {
  return isLocked(error) || isFull(error) || isExhausted(error);
}

/** The file is no database, or its pages do not fit together. */
export function isCorrupt(error: unknown): error is Error {
  return /^SQLITE_(NOTADB|CORRUPT)/.test(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

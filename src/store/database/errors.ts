/** Kinds of errors, whichever database or file system reports them. */
import type { ErrorCodes } from './dialect/dialect.ts';
import { SQLITE_ERROR_CODES } from './sqlite/errorCodes.ts';

const DIALECTS: readonly ErrorCodes[] = [SQLITE_ERROR_CODES];
/** Of file systems: the disk, a quota, or the largest size of a file. */
const FULL = ['ENOSPC', 'EDQUOT', 'EFBIG'];
/** Of the process or the machine: open files and memory. */
const EXHAUSTED = ['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN'];

/** Another program has locked the database. */
export function isLocked(error: unknown): boolean {
  return isOf('locked', error);
}

/** There is no space left on the disk, in a quota, or in the largest size of a file. */
export function isFull(error: unknown): boolean {
  return isOf('full', error) || FULL.includes(codeOf(error));
}

/** A retry can succeed. */
export function isTransient(error: unknown): boolean {
  return isLocked(error) || isFull(error) || isOf('exhausted', error) || EXHAUSTED.includes(codeOf(error));
}

/** The file is not a database, or its pages are inconsistent. */
export function isCorrupt(error: unknown): error is Error {
  return isOf('corrupt', error);
}

/** The kind of constraint that a statement violated; undefined for other errors. */
export function violatedConstraint(error: unknown): 'unique' | 'foreignKey' | 'check' | undefined {
  return (['unique', 'foreignKey', 'check'] as const).find((kind) => isOf(kind, error));
}

function isOf(kind: keyof ErrorCodes, error: unknown): boolean {
  return DIALECTS.some((codes) => codes[kind].test(codeOf(error)));
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

import type { FieldError } from '../../kit/errors.ts';

/** Collects mistakes: all of them are told at once. */
export interface Mistakes {
  readonly errors: readonly FieldError[];
  /** `path` is the JSON pointer of what to change. */
  add(path: string, message: string): void;
}

export function collectMistakes(): Mistakes {
  const errors: FieldError[] = [];
  return { errors, add: (path, message) => void errors.push({ path, message }) };
}

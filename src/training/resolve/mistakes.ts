import { type FieldError, MOST_LISTED } from '../../kit/contract/errors.ts';

/** Collects mistakes, one more than an answer lists where there are more. */
export interface Mistakes {
  readonly errors: readonly FieldError[];
  /** `path` is the JSON pointer of what to change. */
  add(path: string, message: string): void;
}

export function collectMistakes(): Mistakes {
  const errors: FieldError[] = [];
  return {
    errors,
    add: (path, message) => {
      if (errors.length <= MOST_LISTED) errors.push({ path, message });
    },
  };
}

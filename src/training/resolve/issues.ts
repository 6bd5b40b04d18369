import { type FieldError, MAX_LISTED } from '../../kit/contract/errors.ts';

/** Collects issues, one more than a response lists if there are more. */
export interface Issues {
  readonly errors: readonly FieldError[];
  /** `path` is the JSON pointer of what to change. */
  add(path: string, message: string): void;
}

export function collectIssues(): Issues {
  const errors: FieldError[] = [];
  return {
    errors,
    add: (path, message) => {
      if (errors.length <= MAX_LISTED) errors.push({ path, message });
    },
  };
}

import { type FieldError, MAX_LISTED } from '../../kit/contract/errors.ts';
import { invalid } from '../../kit/contract/validation.ts';

/** Collects the issues of the rows of a request. */
export interface Issues {
  add(found: readonly FieldError[]): void;
  readonly any: boolean;
  /** Whether an error would not list further issues, so that reading more rows is useless. */
  readonly full: boolean;
  /** Throws ServiceError `invalid_rows` if there are issues. */
  check(): void;
}

export function createIssues(): Issues {
  const found: FieldError[] = [];
  return {
    add(more) {
      found.push(...more.slice(0, MAX_LISTED + 1 - found.length));
    },
    get any() {
      return found.length > 0;
    },
    get full() {
      return found.length > MAX_LISTED;
    },
    check() {
      if (found.length > 0) throw invalid('invalid_rows', 'The body', found);
    },
  };
}

import { type FieldError, MAX_LISTED } from '../../kit/contract/errors.ts';
import { invalid } from '../../kit/contract/validation.ts';

/** Gathers what is wrong with the rows of a request, the first of them in words. */
export interface Issues {
  add(found: readonly FieldError[]): void;
  readonly any: boolean;
  /** Whether more would not be listed: reading on finds nothing that the client gets to know. */
  readonly full: boolean;
  /** Throws ServiceError `invalid_rows` when there are mistakes. */
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

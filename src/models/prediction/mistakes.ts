import { type FieldError, MOST_LISTED } from '../../kit/contract/errors.ts';
import { mistaken } from '../../kit/contract/validation.ts';

/** Gathers what is wrong with the rows of a request, the first of them in words. */
export interface Mistakes {
  add(found: readonly FieldError[]): void;
  readonly any: boolean;
  /** Whether more would not be listed: reading on finds nothing that the client gets to know. */
  readonly full: boolean;
  /** Throws ServiceError `invalid_rows` when there are mistakes. */
  check(): void;
}

export function createMistakes(): Mistakes {
  const found: FieldError[] = [];
  return {
    add(more) {
      found.push(...more.slice(0, MOST_LISTED + 1 - found.length));
    },
    get any() {
      return found.length > 0;
    },
    get full() {
      return found.length > MOST_LISTED;
    },
    check() {
      if (found.length > 0) throw mistaken('invalid_rows', 'The body', found);
    },
  };
}

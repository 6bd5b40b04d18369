import { type FieldError, MOST_LISTED, ServiceError } from '../../kit/errors.ts';

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
  const listed: FieldError[] = [];
  let more = false;
  return {
    add(found) {
      for (const mistake of found) {
        if (listed.length < MOST_LISTED) listed.push(mistake);
        else more = true;
      }
    },
    get any() {
      return listed.length > 0;
    },
    get full() {
      return more;
    },
    check() {
      const [first] = listed;
      if (!first) return;
      const others = more ? `the first ${MOST_LISTED} are listed` : `${listed.length} in all`;
      throw new ServiceError(
        'invalid_rows',
        `The rows have mistakes, ${others}: ${first.path}: ${first.message}`,
        listed,
      );
    },
  };
}

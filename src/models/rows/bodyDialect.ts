import { generatedName, uniqueNames } from '../../formats/columnNames.ts';
import {
  DELIMITERS,
  type Dialect,
  type GivenDialect,
  searchDialect,
  type TextStart,
} from '../../formats/text/dialect.ts';
import { yieldToEventLoop } from '../../kit/yieldToEventLoop.ts';

/** Splitting a start of this length takes milliseconds: yield to other requests in between. */
const LARGE_START = 2 ** 16;

/**
 * The dialect of a body by the rules of uploads. The columns of the model decide where a body has
 * too few rows to show its delimiter, or whether it has a header. Undefined: no record.
 */
export async function findBodyDialect(
  start: TextStart,
  given: GivenDialect,
  known: ReadonlySet<string>,
): Promise<Dialect | undefined> {
  const found = await search(start, given);
  if (found === undefined) return undefined;
  let best = found;
  if (given.delimiter === null && knownNames(best, known) < best.first.length) {
    for (const delimiter of DELIMITERS) {
      const other: Dialect | undefined =
        delimiter === best.delimiter ? undefined : await search(start, { ...given, delimiter });
      if (other && knownNames(other, known) > knownNames(best, known)) best = other;
    }
  }
  return given.header === null ? { ...best, header: hasHeader(best, known) } : best;
}

async function search(start: TextStart, given: GivenDialect): Promise<Dialect | undefined> {
  const steps = searchDialect(start, given);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (start.text.length >= LARGE_START) await yieldToEventLoop();
  }
}

/** The columns of the model in the first record. */
function knownNames({ first }: Dialect, known: ReadonlySet<string>): number {
  return uniqueNames(first).filter((name) => known.has(name)).length;
}

function hasHeader(dialect: Dialect, known: ReadonlySet<string>): boolean {
  const { first, header, shortHeader } = dialect;
  if (shortHeader !== null) return true;
  const found = knownNames(dialect, known);
  if (!header) return found === first.length;
  const isGenerated = first.every((_, index) => known.has(generatedName(index)));
  return found > 0 || !isGenerated;
}

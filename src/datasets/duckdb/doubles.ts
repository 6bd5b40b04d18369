import { DuckDBDoubleVector, type DuckDBVector } from '@duckdb/node-api';

/**
 * The values of a DOUBLE column without NULLs, valid as long as its chunk. Throws for columns of
 * other types.
 */
export function doublesOf(vector: DuckDBVector): Float64Array {
  if (!(vector instanceof DuckDBDoubleVector))
    throw new Error(`Expected a DOUBLE column from DuckDB, got ${vector.type}.`);
  // The public API reads values one at a time. The private array is 1 s faster for 60,000 x 785
  // cells.
  // biome-ignore lint/complexity/useLiteralKeys: a private member
  return vector['items'];
}

import { asCategories } from '../../features/columns/conversions.ts';
import { findColumn, type Table } from '../../formats/table.ts';

/** A hash of each row over the given columns, of which equal rows have equal ones (53 bits). */
export function hashRows(table: Table, columns: readonly string[], rows: Int32Array): Float64Array {
  const [high, low] = [new Int32Array(rows.length).fill(1), new Int32Array(rows.length).fill(2)];
  for (const name of columns) {
    const column = findColumn(table, name);
    const { codes, categories } = column === undefined ? { codes: null, categories: [] } : asCategories(column);
    const [highs, lows] = [1, 2].map((seed) => categories.map((word) => hashWord(word, seed)));
    for (const [i, row] of rows.entries()) {
      const code = codes?.[row] ?? -1;
      high[i] = mix(high[i], highs[code] ?? 1);
      low[i] = mix(low[i], lows[code] ?? 2);
    }
  }
  return Float64Array.from(rows, (_, i) => (high[i] >>> 11) * 2 ** 32 + (low[i] >>> 0));
}

/** FNV-1a of the UTF-16 units, from a start that depends on the seed. */
function hashWord(word: string, seed: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  return hash;
}

/** One round of the mixing function of MurmurHash3. */
function mix(hash: number, value: number): number {
  let k = Math.imul(value, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const h = hash ^ k;
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

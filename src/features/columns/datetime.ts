import { z } from 'zod';
import { type Column, isNumberColumn } from '../../formats/table.ts';
import { parseTime } from '../../formats/types/datetime.ts';
import { isoTime } from '../../kit/clock.ts';
import { clampScaled, moments } from '../scaling/scaling.ts';
import type { DenseColumnType } from './columnType.ts';
import { mapCategories } from './conversions.ts';
import { isFarOutside } from './range.ts';

const DAY_MS = 86_400_000;
/** 1 January 1970 was a Thursday; weeks begin on Monday. */
const FIRST_WEEKDAY = 3;

/**
 * The position of a time within each cycle, 0 to 1. Two inputs, sine and cosine, put the end of a
 * cycle next to its start.
 */
const CYCLES = {
  month: (ms: number) => new Date(ms).getUTCMonth() / 12,
  day: (ms: number) => (new Date(ms).getUTCDate() - 1) / 31,
  weekday: (ms: number) => modulo(Math.floor(ms / DAY_MS) + FIRST_WEEKDAY, 7) / 7,
  time: (ms: number) => modulo(ms, DAY_MS) / DAY_MS,
} as const;
const CYCLE_NAMES = ['month', 'day', 'weekday', 'time'] as const;

const schema = z.strictObject({
  kind: z.literal('datetime'),
  column: z.string(),
  cycles: z.array(z.enum(CYCLE_NAMES)).describe('The cycles that differ between the training rows.'),
  mean: z.number().describe('Milliseconds since 1970. It replaces a missing time.'),
  deviation: z.number().positive().describe('Milliseconds.'),
  missing: z.boolean().describe('Whether training rows had missing values: one more input marks them.'),
  range: z
    .tuple([z.number(), z.number()])
    .describe('First and last time of the training rows, milliseconds since 1970.'),
});
export type FittedDatetime = z.infer<typeof schema>;

/**
 * The standardized time, and the sine and cosine of each cycle. A missing time has 0 in all of
 * them.
 */
export const datetime = {
  schema,
  block: 'dense',
  numbers: asTimes,

  fit(column, rows) {
    const times = asTimes(column);
    const known = Float64Array.from(rows, (row) => times[row])
      .filter((time) => !Number.isNaN(time))
      .sort();
    const missing = known.length < rows.length;
    const [first, last] = [known[0], known.at(-1)];
    if (first === undefined || last === undefined || (first === last && !missing)) return undefined;
    const cycles = CYCLE_NAMES.filter((cycle) => known.some((time) => CYCLES[cycle](time) !== CYCLES[cycle](first)));
    return { kind: 'datetime', column: column.name, cycles, ...moments(known), missing, range: [first, last] };
  },

  /**
   * `start elapsed`, then `start month sine`, `start month cosine` for each cycle, then `start is
   * missing`.
   */
  inputs: ({ column, cycles, missing }) => [
    `${column} elapsed`,
    ...cycles.flatMap((cycle) => [`${column} ${cycle} sine`, `${column} ${cycle} cosine`]),
    ...(missing ? [`${column} is missing`] : []),
  ],
  width: ({ cycles, missing }) => 1 + 2 * cycles.length + (missing ? 1 : 0),
  estimateWidth: () => 1,
  describe: ({ range: [first, last] }) => ({ range: [isoTime(first), isoTime(last)] }),
  isFarOutside: ({ range }, time) => isFarOutside(range, time),

  writer(fitted, column) {
    const times = column && asTimes(column);
    return (rows, { values, offset, width }) =>
      rows.forEach((row, i) => {
        const time = times?.[row] ?? Number.NaN;
        const missing = Number.isNaN(time);
        let input = i * width + offset;
        values[input++] = missing ? 0 : clampScaled((time - fitted.mean) / fitted.deviation);
        for (const cycle of fitted.cycles) {
          const angle = 2 * Math.PI * CYCLES[cycle](time);
          values[input++] = missing ? 0 : Math.sin(angle);
          values[input++] = missing ? 0 : Math.cos(angle);
        }
        if (fitted.missing) values[input] = missing ? 1 : 0;
      });
  },
} as const satisfies DenseColumnType<FittedDatetime>;

/**
 * The column as milliseconds since 1970. Words are parsed as in rows to predict; NaN where that
 * fails.
 */
function asTimes(column: Column): Float64Array {
  return isNumberColumn(column) ? column.values : mapCategories(column, parseTime);
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}

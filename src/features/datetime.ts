import { z } from 'zod';
import type { Column } from '../formats/table.ts';
import { asTimes } from './conversions.ts';
import type { InputBlock } from './matrix.ts';
import { moments } from './scaling/scaling.ts';

const DAY_MS = 86_400_000;
/** 1 January 1970 was a Thursday; weeks begin on Monday. */
const FIRST_WEEKDAY = 3;

/** The position of a time within each cycle, 0 to 1; two inputs, sine and cosine, make the end of a cycle meet its start. */
const CYCLES = {
  month: (ms: number) => new Date(ms).getUTCMonth() / 12,
  day: (ms: number) => (new Date(ms).getUTCDate() - 1) / 31,
  weekday: (ms: number) => modulo(Math.floor(ms / DAY_MS) + FIRST_WEEKDAY, 7) / 7,
  time: (ms: number) => modulo(ms, DAY_MS) / DAY_MS,
} as const;
const CYCLE_NAMES = ['month', 'day', 'weekday', 'time'] as const;

export const fittedDatetimeSchema = z.strictObject({
  kind: z.literal('datetime'),
  column: z.string(),
  cycles: z.array(z.enum(CYCLE_NAMES)).describe('Those that differ between the training rows.'),
  mean: z.number().describe('Milliseconds since 1970; it stands for a missing time.'),
  deviation: z.number().positive().describe('Milliseconds.'),
  missing: z.boolean().describe('Values were missing in the training rows: one more input says so.'),
  range: z
    .tuple([z.number(), z.number()])
    .describe('First and last time of the training rows, milliseconds since 1970.'),
});
export type FittedDatetime = z.infer<typeof fittedDatetimeSchema>;

/** Fits a column of times to the given rows; undefined when they say nothing: all equal, or all missing. */
export function fitDatetime(column: Column, rows: Int32Array): FittedDatetime | undefined {
  const times = asTimes(column);
  const known = Float64Array.from(rows, (row) => times[row])
    .filter((time) => !Number.isNaN(time))
    .sort();
  const missing = known.length < rows.length;
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined || (first === last && !missing)) return undefined;
  const cycles = CYCLE_NAMES.filter((cycle) => known.some((time) => CYCLES[cycle](time) !== CYCLES[cycle](first)));
  return { kind: 'datetime', column: column.name, cycles, ...moments(known), missing, range: [first, last] };
}

/** `start elapsed`, then `start month sine`, `start month cosine` for each cycle, then `start is missing`. */
export function datetimeInputs({ column, cycles, missing }: FittedDatetime): string[] {
  return [
    `${column} elapsed`,
    ...cycles.flatMap((cycle) => [`${column} ${cycle} sine`, `${column} ${cycle} cosine`]),
    ...(missing ? [`${column} is missing`] : []),
  ];
}

export function countDatetimeInputs({ cycles, missing }: FittedDatetime): number {
  return 1 + 2 * cycles.length + (missing ? 1 : 0);
}

/** Writes the standardised time and its cycles; a missing time is the mean one, in the middle of every cycle. */
export function writeDatetime(
  fitted: FittedDatetime,
  column: Column | undefined,
  rows: Int32Array,
  block: InputBlock,
): void {
  const { values, offset, width } = block;
  const times = column && asTimes(column);
  rows.forEach((row, i) => {
    const time = times?.[row] ?? Number.NaN;
    const missing = Number.isNaN(time);
    let input = i * width + offset;
    values[input++] = missing ? 0 : (time - fitted.mean) / fitted.deviation;
    for (const cycle of fitted.cycles) {
      const angle = 2 * Math.PI * CYCLES[cycle](time);
      values[input++] = missing ? 0 : Math.sin(angle);
      values[input++] = missing ? 0 : Math.cos(angle);
    }
    if (fitted.missing) values[input] = missing ? 1 : 0;
  });
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}

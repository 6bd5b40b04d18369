import { define } from '../options.ts';
import { elementwise } from './elementwise.ts';

/** Pinball loss, max(level (t - a), (level - 1)(t - a)): its minimum is the quantile (Koenker and Bassett 1978). */
export const quantile = define({ level: 0.5 }, ({ level }) => {
  if (!(level > 0 && level < 1)) throw new RangeError(`quantile's level must lie between 0 and 1, not ${level}`);
  return elementwise('quantile', { parameter: level });
});

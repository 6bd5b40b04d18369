/** Numbers as people read them in a terminal. */

/**
 * The largest magnitude written in full, and the smallest that is not written as a power of ten.
 */
const MAX_PLAIN = 1e9;
const MIN_PLAIN = 1e-4;

const THOUSANDS = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const COMPACT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 2 });

/** `48842` is `48,842`. */
export function formatCount(value: number): string {
  return THOUSANDS.format(value);
}

/** `910000` is `910k`. */
export function formatCompact(value: number): string {
  return COMPACT.format(value).replace('K', 'k');
}

/** Four significant digits: `0.2910`, `32,480`, `3.100e-7`. */
export function formatMeasure(value: number): string {
  const magnitude = Math.abs(value);
  if (!Number.isFinite(value)) return String(value);
  if (magnitude >= MAX_PLAIN || (magnitude > 0 && magnitude < MIN_PLAIN)) return value.toExponential(3);
  return magnitude >= 1000 ? formatCount(value) : value.toFixed(fractionDigits(magnitude));
}

/** `0.81234` is `81.2 %`. */
export function formatPercent(fraction: number): string {
  return `${(fraction * 100).toFixed(1)} %`;
}

/** Bytes in powers of 1000: `5326368` is `5.33 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}

/** `4.1` is `4 s`, `83` is `1 min 23 s`, `7300` is `2 h 2 min`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/**
 * Decimals for four significant digits; at least as many as for 0.1, so that columns are aligned.
 */
function fractionDigits(magnitude: number): number {
  if (magnitude < 1) return 4;
  return 3 - Math.floor(Math.log10(magnitude));
}

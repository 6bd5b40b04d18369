/**
 * The source of the current time, in milliseconds since 1970; an argument, so that a test can set
 * it.
 */
export type Clock = () => number;

/** ISO 8601 in UTC, the time format of responses. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

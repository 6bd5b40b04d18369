/** Where rooms take the time from, in milliseconds since 1970, so that a test can set it. */
export type Clock = () => number;

/** ISO 8601 in UTC, as it is written in answers. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

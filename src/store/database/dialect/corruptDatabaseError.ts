/** The error for a database that cannot be used as it is, with the remedy. */
export function corruptDatabaseError(location: string, cause: Error): Error {
  const advice = 'move the data folder away and put a backup in its place with `trainyard restore`';
  return new Error(`The database ${location} is damaged (${cause.message}): ${advice}.`, { cause });
}

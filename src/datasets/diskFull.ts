import type { Session } from './duckdb.ts';

/** DuckDB says it in the system's words, Node by a code that is in its message. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && /no space left on device|disk quota exceeded|ENOSPC|EDQUOT/i.test(error.message);
}

/** The session, and whether a query has found the disk full: readers take whatever goes wrong for a fault of the file. */
export function watchDisk(session: Session): { readonly session: Session; readonly wasFull: () => boolean } {
  let wasFull = false;
  const query: Session['query'] = async (sql) => {
    try {
      return await session.query(sql);
    } catch (error) {
      wasFull ||= isDiskFull(error);
      throw error;
    }
  };
  return { session: { ...session, query }, wasFull: () => wasFull };
}

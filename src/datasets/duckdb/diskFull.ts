import type { Session } from './duckdb.ts';

/** DuckDB reports the text of the system, Node a code in its message. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && /no space left on device|disk quota exceeded|ENOSPC|EDQUOT/i.test(error.message);
}

/** DuckDB has no error code for this. */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && /^Out of Memory/i.test(error.message);
}

/** A session that records resource errors, because readers attribute every error to the file. */
interface WatchedSession {
  readonly session: Session;
  readonly wasFull: () => boolean;
  readonly wasOutOfMemory: () => boolean;
}

export function watchResources(session: Session): WatchedSession {
  let wasFull = false;
  let wasOutOfMemory = false;
  const query: Session['query'] = async (sql) => {
    try {
      return await session.query(sql);
    } catch (error) {
      wasFull ||= isDiskFull(error);
      wasOutOfMemory ||= isOutOfMemory(error);
      throw error;
    }
  };
  return { session: { ...session, query }, wasFull: () => wasFull, wasOutOfMemory: () => wasOutOfMemory };
}

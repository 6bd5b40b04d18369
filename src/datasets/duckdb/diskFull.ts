import type { Session } from './duckdb.ts';

/** DuckDB says it in the system's words, Node by a code that is in its message. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && /no space left on device|disk quota exceeded|ENOSPC|EDQUOT/i.test(error.message);
}

/** DuckDB has no code for it. */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && /^Out of Memory/i.test(error.message);
}

/** A session that notices what is no fault of the file, as readers blame the file for every error. */
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

import type { NextStep } from '../../search/search.ts';
import type { Database } from '../../store/database/database.ts';
import { resultsOf, type SweepSnapshot, segmentsFrom } from './externalStore.ts';
import type { SuggestRequest } from './searchThread.ts';
import type { Suggest } from './searchWorker.ts';

/**
 * The searches of external sweeps. The search thread caches them; a missing one is rebuilt from the
 * database.
 */
export interface SearchCache {
  /** Runs the tasks of a sweep one at a time: concurrent ones would get the same trial. */
  runExclusive<Result>(sweepId: string, task: () => Promise<Result>): Promise<Result>;
  /** The next step of the search. */
  next(snapshot: SweepSnapshot): Promise<NextStep>;
}

/** The part of a sweep that the search thread has. */
interface Known {
  readonly request: string;
  segmentCount: number;
  /** Segments without a result. */
  readonly open: Set<number>;
}

/** An entry has a few hundred bytes. */
const MAX_KNOWN = 1000;

export function createSearchCache({
  database,
  suggest,
}: {
  readonly database: Database;
  readonly suggest: Suggest;
}): SearchCache {
  const known = new Map<string, Known>();
  const queues = new Map<string, Promise<unknown>>();

  async function buildRequest({ row }: SweepSnapshot, { segmentCount, open }: Known): Promise<SuggestRequest> {
    const [fresh, results] = [
      await segmentsFrom(database, row.id, segmentCount),
      await resultsOf(database, row.id, [...open]),
    ];
    return { sweepId: row.id, request: row.request, from: segmentCount, segments: fresh, results };
  }

  /** Null: the thread has dropped the search. */
  async function askThread(snapshot: SweepSnapshot, before: Known): Promise<NextStep | null> {
    const { row } = snapshot;
    const request = await buildRequest(snapshot, before);
    // If the thread fails, the next request sends everything.
    known.delete(row.id);
    const next = await suggest(request);
    if (next === null) return null;
    for (const { segment } of request.results) before.open.delete(segment);
    for (const [i, { result }] of request.segments.entries())
      if (result === undefined) before.open.add(request.from + i);
    before.segmentCount += request.segments.length;
    known.set(row.id, before);
    for (const oldest of known.keys()) if (known.size > MAX_KNOWN) known.delete(oldest);
    return next;
  }

  return {
    runExclusive<Result>(sweepId: string, task: () => Promise<Result>): Promise<Result> {
      const queued = (queues.get(sweepId) ?? Promise.resolve()).then(task, task);
      queues.set(sweepId, queued);
      const remove = () => {
        if (queues.get(sweepId) === queued) queues.delete(sweepId);
      };
      queued.then(remove, remove);
      return queued;
    },

    async next(snapshot) {
      const { id, request } = snapshot.row;
      const before = known.get(id);
      const next = before?.request === request ? await askThread(snapshot, before) : null;
      const fresh = next ?? (await askThread(snapshot, { request, segmentCount: 0, open: new Set() }));
      if (fresh === null) throw new TypeError('the thread has no search after a complete request');
      return fresh;
    },
  };
}

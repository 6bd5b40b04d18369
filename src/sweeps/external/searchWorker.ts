import { Piscina } from 'piscina';
import { modulePath } from '../../kit/node.ts';
import type { Importances } from '../../search/importance/importance.ts';
import type { NextStep } from '../../search/search.ts';
import type { ComputeImportance } from '../trials/sweepImportance.ts';
import type { SuggestRequest } from './searchThread.ts';

/** The next step of a search; null if the thread lacks segments before those of the request. */
export type Suggest = (request: SuggestRequest) => Promise<NextStep | null>;

/** Computations that would block the event loop. */
export interface SearchWorker {
  readonly suggest: Suggest;
  readonly computeImportance: ComputeImportance;
  close(): Promise<void>;
}

const IDLE_MS = 60_000;

/**
 * One thread per kind: the search thread caches its searches, and no search waits for importances.
 */
export function createSearchWorker(): SearchWorker {
  const searches = threadOf<NextStep | null>(modulePath(import.meta.url, './searchThread'), 'suggest');
  const importances = threadOf<Importances | null>(
    modulePath(import.meta.url, '../../search/importance/importanceThread'),
    'computeImportance',
  );
  return {
    suggest: (request) => searches.run(request),
    computeImportance: (trials) => importances.run(trials),
    async close() {
      await searches.close();
      await importances.close();
    },
  };
}

/** A thread that starts with the first request and ends after `IDLE_MS` without one. */
function threadOf<Result>(filename: string, name: string) {
  let pool: Piscina<unknown, Result> | undefined;
  const open = () =>
    new Piscina<unknown, Result>({ filename, name, minThreads: 0, maxThreads: 1, idleTimeout: IDLE_MS });
  return {
    run(request: unknown): Promise<Result> {
      pool ??= open();
      return pool.run(request);
    },
    async close() {
      await pool?.destroy();
    },
  };
}

import { Piscina } from 'piscina';
import { modulePath } from '../../kit/node.ts';
import type { Importances } from '../../search/importance/importance.ts';
import type { ImportanceRequest } from '../../search/importance/importanceThread.ts';
import type { NextStep } from '../../search/search.ts';
import type { SuggestRequest } from './searchThread.ts';

/** What a search decides next; null where the thread knows less of it than the question says. */
export type Suggest = (question: SuggestRequest) => Promise<NextStep | null>;
/** How much each hyperparameter mattered in those trials; null: too few of them. */
export type ComputeImportance = (trials: ImportanceRequest) => Promise<Importances | null>;

/** What takes so long that nobody else would be answered meanwhile. */
export interface SearchWorker {
  readonly suggest: Suggest;
  readonly computeImportance: ComputeImportance;
  close(): Promise<void>;
}

const IDLE_MS = 60_000;

/** Thinks on threads of their own, one of each so that it keeps what it knows, so that no search waits for importances. */
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

/** A thread that starts with the first question and ends when there was none for a while. */
function threadOf<Answer>(filename: string, name: string) {
  let pool: Piscina<unknown, Answer> | undefined;
  const open = () =>
    new Piscina<unknown, Answer>({ filename, name, minThreads: 0, maxThreads: 1, idleTimeout: IDLE_MS });
  return {
    run(question: unknown): Promise<Answer> {
      pool ??= open();
      return pool.run(question);
    },
    async close() {
      await pool?.destroy();
    },
  };
}

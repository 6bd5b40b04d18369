import { Piscina } from 'piscina';
import { siblingPath } from '../../kit/node.ts';
import type { Importances } from '../../search/importance/importance.ts';
import type { TrialsToWeigh } from '../../search/importance/importanceThread.ts';
import type { Next } from '../../search/search.ts';
import type { Question } from './searchThread.ts';

/** What a search decides next; null where the thread knows less of it than the question says. */
export type Think = (question: Question) => Promise<Next | null>;
/** How much each hyperparameter mattered in those trials; null: too few of them. */
export type Weigh = (trials: TrialsToWeigh) => Promise<Importances | null>;

/** What takes so long that nobody else would be answered meanwhile. */
export interface Thinker {
  readonly think: Think;
  readonly weigh: Weigh;
  close(): Promise<void>;
}

const IDLE_MS = 60_000;

/** Thinks on threads of their own, one of each so that it keeps what it knows, so that no search waits for importances. */
export function createThinker(): Thinker {
  const searches = threadOf<Next | null>(siblingPath(import.meta.url, './searchThread'), 'think');
  const importances = threadOf<Importances | null>(
    siblingPath(import.meta.url, '../../search/importance/importanceThread'),
    'weigh',
  );
  return {
    think: (question) => searches.run(question),
    weigh: (trials) => importances.run(trials),
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

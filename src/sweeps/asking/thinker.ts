import { Piscina } from 'piscina';
import { siblingPath } from '../../kit/siblings.ts';
import type { MeasuredTrial } from '../importance/importance.ts';
import type { SweepSettings } from '../request/schema.ts';
import type { Leg, Next } from '../search.ts';

/** What the search decides by those legs. */
export type Think = (settings: SweepSettings, legs: readonly Leg[]) => Promise<Next>;

/** How much each hyperparameter mattered in those trials; null: they are too few. */
export type Weigh = (
  settings: SweepSettings,
  trials: readonly MeasuredTrial[],
) => Promise<Readonly<Record<string, number>> | null>;

export interface Thinker {
  readonly think: Think;
  readonly weigh: Weigh;
  close(): Promise<void>;
}

const IDLE_MS = 60_000;

/** Searches on a thread of its own, which starts with the first question and ends when there was none for a while. */
export function createThinker(): Thinker {
  let pool: Piscina | undefined;
  const run = (name: string, question: unknown) => {
    pool ??= new Piscina({
      filename: siblingPath(import.meta.url, './searchThread'),
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: IDLE_MS,
    });
    return pool.run(question, { name });
  };
  return {
    think: (settings, legs) => run('think', { settings, legs }),
    weigh: (settings, trials) => run('weigh', { settings, trials }),
    async close() {
      await pool?.destroy();
    },
  };
}

import { Piscina } from 'piscina';
import { siblingPath } from '../../kit/siblings.ts';
import type { SweepSettings } from '../request/schema.ts';
import type { Leg, Next } from '../search.ts';

/** What the search decides by those legs. */
export type Think = (settings: SweepSettings, legs: readonly Leg[]) => Promise<Next>;

export interface Thinker {
  readonly think: Think;
  close(): Promise<void>;
}

const IDLE_MS = 60_000;

/** Searches on a thread of its own, which starts with the first question and ends when there was none for a while. */
export function createThinker(): Thinker {
  let pool: Piscina<unknown, Next> | undefined;
  const open = () =>
    new Piscina<unknown, Next>({
      filename: siblingPath(import.meta.url, './searchThread'),
      name: 'think',
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: IDLE_MS,
    });
  return {
    think(settings, legs) {
      pool ??= open();
      return pool.run({ settings, legs });
    },
    async close() {
      await pool?.destroy();
    },
  };
}

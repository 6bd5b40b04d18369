import type { FindDataset } from '../../jobs/submission/check.ts';
import type { Machine } from '../../jobs/submission/threadWarnings.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Database } from '../../store/database/database.ts';

/** What it takes to carry sweeps on. */
export interface SweepStepDeps {
  readonly database: Database;
  readonly findDataset: (id: string, project: string) => ReturnType<FindDataset>;
  readonly machine: Machine;
  readonly clock: Clock;
}

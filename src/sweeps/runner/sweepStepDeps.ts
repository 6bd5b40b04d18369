import type { FindDataset } from '../../jobs/submission/check.ts';
import type { Machine } from '../../jobs/submission/threadWarnings.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Database } from '../../store/database/database.ts';

/** The dependencies of a step of a sweep. */
export interface SweepStepDeps {
  readonly database: Database;
  readonly findDataset: (id: string, project: string) => ReturnType<FindDataset>;
  readonly machine: Machine;
  readonly clock: Clock;
}

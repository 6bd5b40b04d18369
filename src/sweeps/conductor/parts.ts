import type { FindDataset } from '../../jobs/check.ts';
import type { Machine } from '../../jobs/threadWarnings.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Database } from '../../store/database.ts';

/** What it takes to carry sweeps on. */
export interface ConductParts {
  readonly database: Database;
  readonly findDataset: (id: string, project: string) => ReturnType<FindDataset>;
  readonly machine: Machine;
  readonly clock: Clock;
}

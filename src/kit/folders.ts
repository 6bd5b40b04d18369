import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where things lie in the data folder. */
export interface Folders {
  /** The SQLite database. */
  readonly database: string;
  /** Held by the one API that answers over this folder. */
  readonly lock: string;
  /** Parquet files, named by what they hold. */
  readonly datasets: string;
  /** States of trainings, to go on from. */
  readonly checkpoints: string;
  /** Half-written files; emptied at start. */
  readonly temporary: string;
}

export function foldersOf(data: string): Folders {
  return {
    database: join(data, 'trainyard.sqlite'),
    lock: join(data, 'api.lock'),
    datasets: join(data, 'datasets'),
    checkpoints: join(data, 'checkpoints'),
    temporary: join(data, 'temporary'),
  };
}

/** Makes the folders that are not there. */
export function prepareFolders({ datasets, checkpoints, temporary }: Folders): void {
  for (const folder of [datasets, checkpoints, temporary]) mkdirSync(folder, { recursive: true });
}

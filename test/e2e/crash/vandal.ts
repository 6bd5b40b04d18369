import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import type { Random } from './random.ts';

/** Damages a data folder as power failures, bad disks and other programs do. */
export interface Vandal {
  /**
   * While no process of the service is running: damages a checkpoint, and leaves incomplete files.
   */
  strike(): void;
  /** Locks the database as another writer, for this long; does nothing if it is locked already. */
  lockDatabase(ms: number): Promise<void>;
  /** The checkpoints that it has damaged. */
  readonly damaged: readonly string[];
}

const TORN = Buffer.from('torn');
const PATIENCE_MS = 500;

export function createVandal(data: string, random: Random): Vandal {
  const damaged: string[] = [];
  const [checkpoints, tables, upload] = ['checkpoints', 'datasets', 'temporary/datasets/ds_torn'].map((folder) =>
    join(data, folder),
  );
  return {
    damaged,
    strike() {
      for (const folder of [checkpoints, tables, upload]) mkdirSync(folder, { recursive: true });
      const files = readdirSync(checkpoints).filter((file) => file.endsWith('.checkpoint'));
      if (files.length > 0) damaged.push(damage(checkpoints, random.pick(files), random));
      for (const name of ['job_torn.1.x.checkpoint', 'job_torn.2.x.checkpoint.partial']) {
        writeFileSync(join(checkpoints, name), TORN);
      }
      writeFileSync(join(tables, 'torn.parquet'), TORN);
      writeFileSync(join(upload, 'upload'), TORN);
    },
    async lockDatabase(ms) {
      const sqlite = seize(join(data, 'trainyard.sqlite'));
      await delay(ms);
      sqlite?.close();
    },
  };
}

/** Truncates a file or flips a bit of it. */
function damage(folder: string, file: string, random: Random): string {
  const path = join(folder, file);
  const bytes = readFileSync(path);
  const place = Math.floor(random.between(0, bytes.length));
  if (random.chance(0.5)) truncateSync(path, place);
  else writeFileSync(path, bytes.with(place, bytes[place] ^ 1));
  return file;
}

/** Undefined: it does not exist yet, or another program has locked it. */
function seize(path: string): Sqlite.Database | undefined {
  try {
    const sqlite = new Sqlite(path, { fileMustExist: true, timeout: PATIENCE_MS });
    sqlite.exec('BEGIN IMMEDIATE');
    return sqlite;
  } catch {
    return undefined;
  }
}

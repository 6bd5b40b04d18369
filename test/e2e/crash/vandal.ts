import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import type { Random } from './random.ts';

/** Does to a data folder what power losses, bad disks and other programs do. */
export interface Vandal {
  /**
   * While no process of the service runs: damages a checkpoint, and leaves what is half-written.
   */
  strike(): void;
  /**
   * Holds the database as another program that writes, for so long; does nothing where it cannot
   * have it.
   */
  holdDatabase(ms: number): Promise<void>;
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
    async holdDatabase(ms) {
      const sqlite = seize(join(data, 'trainyard.sqlite'));
      await delay(ms);
      sqlite?.close();
    },
  };
}

/** Cuts a file short or flips a bit of it. */
function damage(folder: string, file: string, random: Random): string {
  const path = join(folder, file);
  const bytes = readFileSync(path);
  const place = Math.floor(random.between(0, bytes.length));
  if (random.chance(0.5)) truncateSync(path, place);
  else writeFileSync(path, bytes.with(place, bytes[place] ^ 1));
  return file;
}

/** Undefined: it is not there yet, or somebody else writes for long. */
function seize(path: string): Sqlite.Database | undefined {
  try {
    const sqlite = new Sqlite(path, { fileMustExist: true, timeout: PATIENCE_MS });
    sqlite.exec('BEGIN IMMEDIATE');
    return sqlite;
  } catch {
    return undefined;
  }
}

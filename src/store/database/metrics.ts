import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LogEvent } from 'kysely';
import { Gauge, Histogram, type Registry } from 'prom-client';

/** Called with every statement. */
export type QueryListener = (event: LogEvent) => void;

/** In seconds: most statements take tens of microseconds, and a commit waits for the disk. */
const BUCKETS = [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 10];
const MS_PER_SECOND = 1000;

/** Measures the statements of a database by their kind. */
export function createQueryMetrics(registry: Registry): QueryListener {
  const seconds = new Histogram({
    name: 'trainyard_database_query_duration_seconds',
    help: 'Duration of database statements by kind. A commit waits for the disk.',
    labelNames: ['kind'],
    buckets: BUCKETS,
    registers: [registry],
  });
  return ({ query, queryDurationMillis }) =>
    seconds.observe({ kind: kindOf(query.query.kind, query.sql) }, queryDurationMillis / MS_PER_SECOND);
}

/** The size of the database and the free space of its disk, measured when the metrics are read. */
export function registerDiskGauges(registry: Registry, path: string): void {
  new Gauge({
    name: 'trainyard_disk_free_bytes',
    help: 'Free bytes on the disk of the data folder.',
    registers: [registry],
    async collect() {
      const { bavail, bsize } = await statfs(dirname(path));
      this.set(bavail * bsize);
    },
  });
  new Gauge({
    name: 'trainyard_database_bytes',
    help: 'Size of the database file.',
    registers: [registry],
    async collect() {
      this.set((await stat(path)).size);
    },
  });
}

/** One of a few words, so that the number of labels is bounded. */
function kindOf(node: string, sql: string): string {
  switch (node) {
    case 'SelectQueryNode':
      return 'select';
    case 'InsertQueryNode':
      return 'insert';
    case 'UpdateQueryNode':
      return 'update';
    case 'DeleteQueryNode':
      return 'delete';
    default:
      return /^(begin|commit|rollback)/i.exec(sql)?.[1].toLowerCase() ?? 'other';
  }
}

import type { DatasetLimits } from '../../src/datasets/service.ts';

/** Limits that other tests never reach. */
export const DATASET_LIMITS: DatasetLimits = {
  uploadBytes: 2 ** 30,
  maxExpansion: 200,
  ingestSeconds: 3600,
  ingestions: 2,
  waitingIngestions: 8,
  table: { rows: 1e6, columns: 6000, nameLength: 1000, cellBytes: 2 ** 20, lineBytes: 16 * 2 ** 20 },
};

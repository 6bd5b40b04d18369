import type { Config } from '../config/config.ts';
import type { DatasetLimits } from './service.ts';

/** The limits of uploads from the configuration. */
export function datasetLimitsOf(config: Config): DatasetLimits {
  return {
    uploadBytes: config.maxUploadBytes,
    maxExpansion: config.maxExpansion,
    ingestSeconds: config.maxIngestSeconds,
    ingestions: config.maxIngestions,
    waitingIngestions: config.maxWaitingIngestions,
    table: {
      rows: config.maxRows,
      columns: config.maxColumns,
      nameLength: config.maxColumnNameLength,
      cellBytes: config.maxCellBytes,
      lineBytes: config.maxLineBytes,
    },
  };
}

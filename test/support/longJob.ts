/**
 * A training of many minutes on a table of some hundred rows, on any machine: no test waits for its
 * end. Each step has one row, and each epoch takes some milliseconds.
 */
export const LONG_JOB = {
  network: { layers: [{ units: 128 }, { units: 128 }] },
  training: { epochs: 100_000, batchSize: 1, earlyStopping: null },
};

import { createHash } from 'node:crypto';

/** The uploaded tables. Their kinds overlap, so that a training makes progress until its end. */
export const TABLES: readonly { readonly name: string; readonly rows: number; readonly csv: string }[] = [
  { name: 'few', rows: 300 },
  { name: 'some', rows: 600 },
  { name: 'more', rows: 900 },
].map(({ name, rows }) => ({ name, rows, csv: kindsTable(name, rows) }));

/**
 * All kinds of training state, in trainings of a second or two: statistics and their average,
 * masks, moments, a schedule and a patience that depend on the losses.
 */
export const SPECS = [
  {
    name: 'masks',
    target: 'kind',
    network: {
      layers: [
        { units: 32, normalization: 'batch', dropout: 0.3 },
        { units: 16, normalization: 'layer' },
      ],
    },
    training: {
      epochs: 120,
      batchSize: 32,
      optimizer: { type: 'adam', learningRate: 0.001, groups: [{ parameters: ['bias'], rateFactor: 0.5 }] },
      averaging: { decay: 0.95 },
      earlyStopping: null,
    },
  },
  {
    name: 'patience',
    target: 'kind',
    network: { layers: [{ units: 48 }, { units: 24 }] },
    training: {
      epochs: 300,
      batchSize: 32,
      optimizer: { type: 'sgd', learningRate: 0.05, momentum: 0.9 },
      schedule: { type: 'plateau', factor: 0.7, patience: 5 },
      earlyStopping: { metric: 'validationLoss', patience: 60 },
    },
  },
  {
    name: 'matrices',
    target: 'kind',
    network: { layers: [{ units: 48 }, { units: 24 }] },
    training: {
      epochs: 120,
      batchSize: 32,
      optimizer: { type: 'muon', rest: { learningRate: 0.002 } },
      earlyStopping: null,
    },
  },
  {
    name: 'threads',
    target: 'length',
    network: { layers: [{ units: 64 }, { units: 64 }] },
    training: {
      epochs: 100,
      batchSize: 64,
      threads: 'auto',
      optimizer: { type: 'adamw', learningRate: 0.002 },
      earlyStopping: null,
    },
  },
  {
    name: 'ensemble',
    target: 'kind',
    ensemble: {
      maxSelected: 6,
      members: [
        { network: { layers: [{ units: 32, dropout: 0.2 }] }, training: { epochs: 60, batchSize: 32 } },
        {
          network: { layers: [{ units: 24 }, { units: 24 }] },
          features: { bins: 4 },
          training: { epochs: 50, batchSize: 32, labelSmoothing: 0.1 },
        },
        { network: { layers: [{ units: 16, normalization: 'batch' }] }, training: { epochs: 70, batchSize: 64 } },
      ],
    },
  },
] as const;

/** Jobs on this table are extended once, by this many epochs. */
export const EXTENDED_TABLE = 'few';
export const EXTENSION = { epochs: 20 } as const;

/** The name of an extended training. */
export function extended(training: string): string {
  return `${training}, extended`;
}

/**
 * A table of three kinds as CSV: `length`, `width`, `height`, `kind`; another one for each `salt`.
 */
export function kindsTable(salt: string, rows: number): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const noise = (column: string) =>
      createHash('md5').update(`${salt} ${column} ${row}`).digest().readUInt32LE() / 2 ** 32;
    const kind = row % 3;
    return [kind + 3 * noise('length'), kind * noise('width'), 5 * noise('height'), ['red', 'green', 'blue'][kind]];
  });
  return ['length,width,height,kind', ...lines.map((cells) => cells.join(','))].join('\n');
}

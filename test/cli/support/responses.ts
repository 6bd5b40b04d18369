import type { Answers } from './fakeService.ts';

const QUEUED = {
  id: 'job_1',
  datasetId: 'ds_1',
  state: 'queued',
  queuePosition: 1,
  progress: null,
  latest: null,
  best: null,
  modelId: null,
  error: null,
  warnings: [{ code: 'identifier_column', column: 'id', message: 'id is left out.' }],
};

export const RUNNING = {
  ...QUEUED,
  state: 'running',
  queuePosition: null,
  progress: { epoch: 1, epochs: 2, step: 10, fraction: 0.5, rowsPerSecond: 910_000, etaSeconds: 3 },
  latest: { trainingLoss: 0.5, validationLoss: 0.6 },
};

const SUCCEEDED = {
  ...RUNNING,
  state: 'succeeded',
  progress: { ...RUNNING.progress, epoch: 2, fraction: 1, etaSeconds: 0 },
  latest: { trainingLoss: 0.4, validationLoss: 0.55 },
  best: { epoch: 2, validationLoss: 0.55 },
  modelId: 'mdl_1',
};

export const FAILED = {
  ...RUNNING,
  state: 'failed',
  error: { code: 'loss_diverged', message: 'The loss was not finite in epoch 1: try a smaller learning rate.' },
};

const MODEL = {
  id: 'mdl_1',
  target: 'y',
  task: 'binary',
  classes: ['no', 'yes'],
  inputs: [{ name: 'x' }, { name: "it's" }],
  snapshots: null,
  metrics: {
    training: {
      loss: 0.4,
      accuracy: 0.9,
      confusionMatrix: [
        [50, 5],
        [5, 40],
      ],
    },
    validation: null,
    test: {
      loss: 0.55,
      accuracy: 0.8,
      confusionMatrix: [
        [9, 1],
        [3, 7],
      ],
    },
  },
};

/** The requests of a successful training. */
export const ROAD = {
  'POST /v1/datasets': [
    {
      status: 201,
      body: {
        id: 'ds_1',
        name: 'table',
        rows: 1200,
        columns: [{ name: 'x' }, { name: "it's" }, { name: 'y' }],
        warnings: [{ code: 'constant_column', column: 'z', message: 'z has one value.' }],
      },
    },
  ],
  'GET /v1/datasets/ds_1/rows': [{ body: { items: [{ x: 1.5, "it's": 'a', y: 'no' }] } }],
  'POST /v1/jobs': [{ status: 202, body: QUEUED }],
  'GET /v1/jobs/job_1': [{ body: RUNNING }, { body: SUCCEEDED }],
  'GET /v1/jobs/job_1/losses': [
    { body: { items: [{ epoch: 1, trainingLoss: 0.5, validationLoss: 0.6 }], next: '1' } },
    { body: { items: [{ epoch: 2, trainingLoss: 0.4, validationLoss: 0.55 }], next: null } },
  ],
  'POST /v1/jobs/job_1/cancel': [{ status: 202, body: RUNNING }],
  'GET /v1/models/mdl_1': [{ body: MODEL }],
} as const satisfies Answers;

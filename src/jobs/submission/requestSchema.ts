import { z } from 'zod';
import { givenName } from '../../kit/contract/wire.ts';
import { fromJson } from '../../store/database/json.ts';
import {
  budgetSchema,
  effortSchema,
  ensembleNetworks,
  ensembleRequestSchema,
  ensembleSpecSchema,
} from '../../training/schemas/ensemble.ts';
import { specRequestSchema, trainingSpecSchema } from '../../training/schemas/spec.ts';
import { labelsSchema } from './labels.ts';

const MAX_PRIORITY = 100;

const datasetId = z
  .string()
  .regex(/^ds_[0-9a-z]+$/, 'Not the id of a dataset, such as ds_01jd….')
  .describe('The dataset to train on.')
  .meta({ examples: ['ds_01jd8m3c6r0v3k9m7d5x2w1q4z'] });
const name = givenName
  .describe("A name for people. Default: the dataset's name and the target.")
  .meta({ examples: ['adult-64-32'] });
const priority = z
  .int()
  .min(-MAX_PRIORITY)
  .max(MAX_PRIORITY)
  .default(0)
  .describe('A job of a higher priority runs first; of equal ones the oldest.');

const labels = labelsSchema
  .default({})
  .describe('Labels to search jobs by: `GET /v1/jobs?label=team:risk`.')
  .meta({ examples: [{ team: 'risk' }] });

/** A placeholder in examples of requests. No dataset has this id. */
export const DATASET_TO_REPLACE = 'ds_replacethis';

/** The request for a training; only `datasetId` and `target` are required. */
export const jobRequestSchema = z
  .strictObject({
    name: name.optional(),
    datasetId,
    ...specRequestSchema.shape,
    ensemble: ensembleRequestSchema.nullable().optional(),
    effort: effortSchema.optional(),
    budget: budgetSchema.optional(),
    priority,
    labels,
  })
  .meta({
    id: 'JobRequest',
    description:
      'One training. Only `datasetId` and `target` are required: the rest has defaults that suit the data. ' +
      'A job that describes a network, with `network` or with fields of `training` other than `loss`, `precision` and `seed`, trains exactly that network. ' +
      'So does a job with `"ensemble": null`, or with a split without validation rows; the rest of the network has defaults. ' +
      'Any other job trains an ensemble: several networks, whose best are averaged. `effort` or `budget` says how many.',
    examples: [
      { datasetId: DATASET_TO_REPLACE, target: 'income' },
      {
        name: 'adult-64-32',
        datasetId: DATASET_TO_REPLACE,
        target: 'income',
        task: 'binary',
        features: { exclude: ['workclass'], types: { 'hours-per-week': 'numeric' } },
        split: { method: 'random', validation: 0.15, test: 0.15, stratify: true, seed: 1 },
        network: { layers: [{ units: 64, activation: 'relu', dropout: 0.1 }, { units: 32 }] },
        training: { optimizer: { type: 'adam', learningRate: 0.001 }, batchSize: 256, epochs: 50 },
        priority: 0,
        labels: { team: 'risk' },
      },
      { datasetId: DATASET_TO_REPLACE, target: 'income', effort: 'fast' },
    ],
  });
export type JobRequest = z.output<typeof jobRequestSchema>;

/** The whole request with every default filled in, as it is stored and as responses show it. */
export const hyperparametersSchema = z
  .object({
    // Without a limit: a default name, from the names of dataset and column, can be longer than a
    // given one.
    name: z.string().describe('A name for people.'),
    datasetId,
    ...trainingSpecSchema.shape,
    priority: priority.unwrap(),
    labels: labels.unwrap(),
  })
  .meta({ id: 'Hyperparameters', description: 'The whole request, every default filled in.' });
export type Hyperparameters = z.output<typeof hyperparametersSchema>;

/** The same for a job that trains an ensemble. */
const ensembleHyperparametersSchema = hyperparametersSchema
  .omit({ network: true })
  .extend(ensembleSpecSchema.shape)
  .meta({
    id: 'EnsembleHyperparameters',
    description: 'The whole request of a job that trains an ensemble: each member is complete, as a single network is.',
  });
export type EnsembleHyperparameters = z.output<typeof ensembleHyperparametersSchema>;

export const jobHyperparametersSchema = z.union([ensembleHyperparametersSchema, hyperparametersSchema]);
export type JobHyperparameters = z.output<typeof jobHyperparametersSchema>;

export function isEnsemble(hyperparameters: JobHyperparameters): hyperparameters is EnsembleHyperparameters {
  return 'ensemble' in hyperparameters;
}

/** The networks of an ensemble, each with the request of a single network that trains it. */
export function networkHyperparameters(job: EnsembleHyperparameters) {
  const { name, datasetId, priority, labels } = job;
  return ensembleNetworks(job).map(({ member, fold, spec }) => {
    const hyperparameters: Hyperparameters = { name, datasetId, ...spec, priority, labels };
    return { member, fold, hyperparameters };
  });
}

/** Reads the whole request from its column. */
export function readJobHyperparameters(stored: string): JobHyperparameters {
  return fromJson(stored);
}

/** The same for a job that is known to train a single network. */
export function readHyperparameters(stored: string): Hyperparameters {
  return fromJson(stored);
}

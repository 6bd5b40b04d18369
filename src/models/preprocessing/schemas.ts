import { z } from 'zod';
import { ACTIVATIONS } from '../../engine/kernels/kernels.ts';
import { fittedColumnSchema } from '../../features/columns.ts';
import { fittedTargetSchema } from '../../features/target.ts';
import { normalizationNames } from '../../training/schemas/network.ts';
import { EXAMPLE_MODEL_ID } from '../stored/modelName.ts';
import { memberQuery } from '../stored/namedNetworks.ts';
import { OUTPUT_FUNCTIONS } from './outputs.ts';

export const preprocessingQuery = z.strictObject({ member: memberQuery });

const columnSchema = z
  .object({
    fitted: fittedColumnSchema.describe('What was fitted to the training rows.'),
    firstInput: z.int().min(0).describe('The row of the matrix that has its first input, from 0.'),
    inputs: z.array(z.string()).describe('The names of its inputs, in order.'),
  })
  .meta({ id: 'PreprocessingColumn', description: 'A column, and its inputs in the matrix of the network.' });

const networkPreprocessing = z
  .object({
    inputs: z.int().describe('n[0]: the number of rows of the matrix.'),
    columns: z.array(columnSchema).describe('In the order of their inputs.'),
    embedding: z
      .object({
        type: z.enum(['cosine', 'piecewiseLinear']),
        width: z.int().describe('d: the numbers that replace each embedded input.'),
        inputs: z.array(z.int()).describe('The embedded inputs, from 0. Layer 1 reads them first.'),
      })
      .nullable()
      .describe('Layer 0; null: there is none.'),
    layers: z
      .array(
        z.object({
          layer: z.int(),
          activation: z.enum(ACTIVATIONS),
          normalization: z.enum(normalizationNames).nullable(),
        }),
      )
      .describe('Layers 1 to L. `parameters` has their numbers.'),
    output: z.enum(OUTPUT_FUNCTIONS).describe('Applied to A of layer L; `sigmoid` gives the second class.'),
    target: fittedTargetSchema.describe(
      'The classes in the order of the outputs; or the scale of a number: value = mean + deviation * output.',
    ),
  })
  .meta({
    id: 'Preprocessing',
    description: 'How rows become the inputs of a network, and outputs become predictions.',
  });
export type Preprocessing = z.infer<typeof networkPreprocessing>;

const EXAMPLE: Preprocessing = {
  inputs: 1,
  columns: [
    {
      fitted: {
        kind: 'numeric',
        column: 'rooms',
        scaling: { type: 'standard', mean: 5.4, deviation: 1.2 },
        edges: [],
        fill: 5,
        missing: false,
        range: [1, 9],
      },
      firstInput: 0,
      inputs: ['rooms'],
    },
  ],
  embedding: null,
  layers: [{ layer: 1, activation: 'linear', normalization: null }],
  output: 'identity',
  target: { kind: 'number', column: 'price', mean: 2.07, deviation: 1.15 },
};

const ensemblePreprocessing = z
  .object({
    members: z.array(
      networkPreprocessing.extend({
        modelId: z.string().optional().describe('Of an ensemble of models: the model that the member is a copy of.'),
        member: z.int().optional().describe('Of an ensemble that a job has trained: the network of the job.'),
        epoch: z.int().optional().describe('Of an ensemble that a job has trained: the epoch of the parameters.'),
      }),
    ),
  })
  .meta({
    id: 'EnsemblePreprocessing',
    description: 'The preprocessing of each member of an ensemble, in order.',
    example: { members: [{ modelId: EXAMPLE_MODEL_ID, ...EXAMPLE }] },
  });

export const preprocessingSchema = z.union([networkPreprocessing, ensemblePreprocessing]).meta({ examples: [EXAMPLE] });

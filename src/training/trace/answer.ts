import { z } from 'zod';
import { ACTIVATIONS } from '../../engine/kernels/kernels.ts';

const matrixSchema = z
  .object({
    shape: z.array(z.int()).describe('Rows and columns.'),
    values: z.array(z.array(z.number().nullable())).describe('Row by row; null: not a finite number.'),
  })
  .meta({ id: 'TracedMatrix', example: { shape: [1, 2], values: [[0.25, -1.5]] } });
export type TracedMatrix = z.infer<typeof matrixSchema>;

const measure = z.number().nullable();
const matrix = (shape: string) => matrixSchema.optional().describe(shape);

const layerSchema = z
  .object({
    layer: z.int().describe('l, from 1; 0: the embedding, with E, dE and its parameters.'),
    activation: z.enum(ACTIVATIONS).nullable().describe('g[l]; null for layer 0.'),
    formulas: z.record(z.string(), z.string()).describe('How each matrix of the passes was computed, with shapes.'),
    statistics: z
      .object({
        meanA: measure.describe('The mean of A[l].'),
        zeroShare: measure.describe('The share of zeros in A[l].'),
      })
      .describe('Of E for layer 0.'),
    W: matrix('(n[l], n[l-1])'),
    b: matrix('(n[l], 1)'),
    Z: matrix('(n[l], m)'),
    A: matrix('(n[l], m)'),
    dA: matrix('(n[l], m): the gradient of m J, as in the notes, so that dW and db have the factor 1/m.'),
    dZ: matrix('(n[l], m): the gradient of m J.'),
    dW: matrix('(n[l], n[l-1]): the gradient of J.'),
    db: matrix('(n[l], 1): the gradient of J.'),
  })
  .catchall(matrixSchema)
  .meta({ id: 'TracedLayer' });

const checkSchema = z
  .object({
    checked: z.int().describe('Parameters that were compared.'),
    skippedAtKinks: z
      .int()
      .describe(
        'Parameters that were not compared, because a kink of an activation (relu) or of the loss (mae) is between their two probes: the difference is not the derivative there.',
      ),
    largestRelativeError: measure.describe(
      'The largest |a - n| / (|a| + |n|). Gradients below 0.001 of the largest one are compared with that instead, because rounding disturbs their differences.',
    ),
    norm: measure.describe('‖a - n‖ / (‖a‖ + ‖n‖) over the compared parameters.'),
    passed: z.boolean().describe('Whether `norm` is at most 1e-7, or what rounding of J explains.'),
    worst: z
      .object({
        layer: z.int(),
        name: z.string(),
        row: z.int().describe('From 0.'),
        column: z.int().describe('From 0.'),
        analytic: measure.describe('a: the gradient of the backward pass.'),
        numeric: measure.describe('n: the difference.'),
      })
      .nullable()
      .describe('The parameter with the largest relative error; null: none was compared.'),
  })
  .meta({ id: 'GradientCheck', description: 'The gradients of the backward pass against differences of J.' });

const updateSchema = z
  .object({
    learningRate: z.number(),
    formula: z.string(),
    lossAfter: measure.describe('J after the step, for the same examples.'),
    layers: z.array(
      z
        .object({ layer: z.int(), W: matrix('After the step.'), b: matrix('After the step.') })
        .catchall(matrixSchema)
        .meta({ id: 'UpdatedLayer' }),
    ),
  })
  .meta({ id: 'TracedUpdate' });

export const traceAnswer = z
  .object({
    m: z.int().describe('The number of examples: the columns of X.'),
    mode: z.enum(['predict', 'train']),
    member: z.int().nullable().describe('The member of an ensemble, from 1; null otherwise.'),
    inputs: z.object({
      names: z.array(z.string()).nullable().describe('The names of the rows of X; null for a network without a model.'),
      X: matrixSchema.describe('(n[0], m)'),
    }),
    lossFunction: z.looseObject({ type: z.string() }).describe('The loss whose mean over the examples is J.'),
    loss: measure.describe('J; null without targets. Without penalties and weights of rows.'),
    layers: z.array(layerSchema),
    gradientCheck: checkSchema.nullable(),
    update: updateSchema.nullable(),
  })
  .meta({
    id: 'Trace',
    description:
      'One forward and backward pass with every matrix, in the notation of the notes. The examples are the columns.',
  });
export type TraceAnswer = z.infer<typeof traceAnswer>;
export type TracedLayer = TraceAnswer['layers'][number];

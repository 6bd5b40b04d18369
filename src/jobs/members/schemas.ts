import { z } from 'zod';
import { ACTIVATIONS } from '../../engine/kernels/kernels.ts';
import { memberSchema } from '../../training/schemas/ensemble.ts';
import { normalizationNames } from '../../training/schemas/network.ts';
import { lossSchema } from '../schemas.ts';

const MEMBER_STATES = ['waiting', 'training', 'trained', 'diverged'] as const;

const layerSchema = z
  .object({
    layer: z.int().min(0).describe('l, from 1; 0: the embedding of the numbers, if the network has one.'),
    units: z.int().describe('n[l]; of layer 0 the numbers of a row of E, which are the inputs of layer 1.'),
    activation: z
      .enum(ACTIVATIONS)
      .describe('g[l]. Of layer 0 `linear`. The output layer returns logits, log rates or scaled numbers.'),
    normalization: z.enum(normalizationNames).nullable(),
    dropout: z.number().describe('In training only.'),
    shapes: z
      .record(z.string(), z.array(z.int()))
      .describe(
        'The shape of each parameter: W (n[l], n[l-1]), b (n[l], 1), those of a normalization (n[l], 1), those of layer 0 (f, d) of f columns.',
      ),
  })
  .meta({ id: 'MemberLayer' });

const jobMemberSchema = z
  .object({
    member: z.int().min(1).describe('Its number, from 1, in the order of `hyperparameters.ensemble.members`.'),
    fold: z
      .int()
      .min(1)
      .nullable()
      .describe('The fold that validates it, from 1. It is trained on the other folds. Null without folds.'),
    state: z
      .enum(MEMBER_STATES)
      .describe('`waiting`: it does not train now. `diverged`: its loss was no longer finite, and it has left.'),
    layers: z
      .array(layerSchema)
      .describe('The layers, from the embedding to the output layer; empty before the network has started.'),
    hyperparameters: memberSchema.describe('The network with every default filled in.'),
    best: z
      .object({ epoch: z.int().min(1), score: z.number().nullable() })
      .nullable()
      .describe(
        'The snapshot with the best score on the validation rows, lower is better; null before a selection. With folds: of the networks of all folds together.',
      ),
    selected: z
      .array(z.object({ epoch: z.int().min(1), weight: z.number() }))
      .describe(
        'The snapshots in the model, or in the last selection of a running job, with their shares of the mean.',
      ),
    losses: z.array(lossSchema).describe('Of all epochs, in ascending order.'),
  })
  .meta({ id: 'JobMember', description: 'A network of an ensemble that a job trains.' });
export type JobMember = z.infer<typeof jobMemberSchema>;

export const jobMembersSchema = z
  .object({ items: z.array(jobMemberSchema).describe('In the order of the request.') })
  .meta({
    id: 'JobMembers',
    description: 'The networks of an ensemble; empty for a job that trains a single network.',
  });
export type JobMembers = z.infer<typeof jobMembersSchema>;

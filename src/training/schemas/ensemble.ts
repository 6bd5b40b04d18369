import { z } from 'zod';
import { featuresSchema } from '../../features/schemas.ts';
import { networkRequestSchema, networkSchema } from './network.ts';
import { type TrainingSpec, trainingSpecSchema } from './spec.ts';
import { trainingRequestSchema, trainingSchema } from './training.ts';

const MAX_MEMBERS = 64;
const MAX_SELECTED = 64;

const EFFORTS = ['fast', 'standard', 'best'] as const;
export type Effort = (typeof EFFORTS)[number];

export const effortSchema = z
  .enum(EFFORTS)
  .describe(
    'How many networks an ensemble without `ensemble.members` trains, and for how many epochs at most. Default: `standard`.',
  );

const maxSelected = z
  .int()
  .min(1)
  .max(MAX_SELECTED)
  .describe('Maximum number of networks that the model averages. A prediction costs as much as all of them.');
const folds = z.null().describe('Null: all members are trained and selected on one split.');

const { exclude, include, types, scaling, bins, maxCategories, minCategoryCount } = featuresSchema.shape;

/** `features` of a member: without defaults, because those of the job apply. */
const memberFeaturesSchema = z
  .strictObject({
    exclude: exclude.unwrap().optional(),
    include: include.unwrap().optional(),
    types: types.unwrap().optional(),
    scaling: scaling.unwrap().optional(),
    bins,
    maxCategories: maxCategories.unwrap().optional(),
    minCategoryCount,
  })
  .describe("What differs from the `features` of the job. Fields as there; a field that is left out is the job's.");

/** A network of an ensemble as a client writes it. */
const memberRequestSchema = z.strictObject({
  network: networkRequestSchema.optional(),
  features: memberFeaturesSchema.optional(),
  training: trainingRequestSchema
    .optional()
    .describe('As of a single network. `loss` and `precision` are those of the job, `seed` follows from its seed.'),
});
export type MemberRequest = z.output<typeof memberRequestSchema>;

/** `ensemble` of a job as a client writes it. */
export const ensembleRequestSchema = z
  .strictObject({
    members: z
      .array(memberRequestSchema)
      .min(1)
      .max(MAX_MEMBERS)
      .optional()
      .describe('The networks to train. Default: chosen by `effort` and the data.'),
    maxSelected: maxSelected.optional(),
    folds: folds.optional(),
  })
  .describe(
    'Trains several networks on one split and averages the predictions of those that together are best on the validation rows.',
  )
  .meta({
    examples: [{ members: [{ network: { layers: [{ units: 64 }] } }, { features: { bins: 0 } }], maxSelected: 8 }],
  });
export type EnsembleRequest = z.output<typeof ensembleRequestSchema>;

/** A network of an ensemble, every default filled in. */
export const memberSchema = z.strictObject({
  network: networkSchema,
  features: featuresSchema.required(),
  training: trainingSchema,
});

/** An ensemble with every default filled in. */
export const ensembleSpecSchema = trainingSpecSchema.omit({ network: true }).extend({
  training: trainingSchema.pick({ loss: true, precision: true, seed: true }),
  ensemble: z.strictObject({ members: z.array(memberSchema), maxSelected, folds }),
});
export type EnsembleSpec = z.infer<typeof ensembleSpecSchema>;

/** The training of each member, in order. */
export function memberSpecs({ target, task, weightColumn, split, ensemble }: EnsembleSpec): readonly TrainingSpec[] {
  return ensemble.members.map(({ network, features, training }) => ({
    ...{ target, task, features, weightColumn, split, network, training },
  }));
}

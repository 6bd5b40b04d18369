import { z } from 'zod';
import { featuresSchema } from '../../features/schemas.ts';
import { networkRequestSchema, networkSchema } from './network.ts';
import { MAX_FOLDS, type SpecRequest, type TrainingSpec, trainingSpecSchema } from './spec.ts';
import { trainingRequestSchema, trainingSchema } from './training.ts';

const MAX_MEMBERS = 64;
export const MAX_SELECTED = 64;

const EFFORTS = ['fast', 'standard', 'best'] as const;
export type Effort = (typeof EFFORTS)[number];

export const effortSchema = z
  .enum(EFFORTS)
  .describe(
    'How many networks an ensemble without `ensemble.members` trains, and for how many epochs at most. Default: `standard`.',
  );

/** Seconds of a budget: a day is more than all networks need. */
export const MIN_BUDGET_SECONDS = 1;
export const MAX_BUDGET_SECONDS = 86_400;

/** The bounds are checked with the dataset: a budget out of them is well-formed but impossible. */
export const budgetSchema = z
  .strictObject({
    seconds: z
      .number()
      .describe(
        `The time that the training may need, ${MIN_BUDGET_SECONDS} to ${MAX_BUDGET_SECONDS}, on the cores of this machine that a job can use.`,
      ),
  })
  .describe(
    'Instead of `effort`: trains as many networks, and as many of their epochs, as fit into the time by the measured speed of this machine. At least one network is trained. The response lists them in `hyperparameters.ensemble`.',
  )
  .meta({ examples: [{ seconds: 60 }] });
type Budget = z.output<typeof budgetSchema>;

const maxSelected = z
  .int()
  .min(1)
  .max(MAX_SELECTED)
  .describe(
    'Maximum number of networks that the model averages. A prediction costs as much as all of them. With folds, a selected snapshot is a network of each fold.',
  );
const folds = z
  .int()
  .min(2)
  .max(MAX_FOLDS)
  .nullable()
  .describe(
    'Divides the training and validation rows into so many folds. Each member trains one network a fold, on the rows of the other folds. ' +
      'Snapshots are selected by their predictions for the rows that their networks were not trained on, and each has a network of every fold. ' +
      'Null: all members are trained and selected on one split.',
  );

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
    folds: folds
      .optional()
      .describe(
        `${folds.description} Left out: 5 for the \`effort\` best below 5,000 training rows of a split that is random or by groups, otherwise null.`,
      )
      .meta({ examples: [5] }),
  })
  .describe(
    'Trains several networks on one split and averages the predictions of those that together are best on the validation rows.',
  )
  .meta({
    examples: [{ members: [{ network: { layers: [{ units: 64 }] } }, { features: { bins: 0 } }], maxSelected: 8 }],
  });
type EnsembleRequest = z.output<typeof ensembleRequestSchema>;

/** A job that trains an ensemble, as a client writes it. */
export interface EnsembleJobRequest extends SpecRequest {
  readonly ensemble?: EnsembleRequest | null | undefined;
  readonly effort?: Effort | undefined;
  readonly budget?: Budget | undefined;
}

/** A network of an ensemble, every default filled in. */
export const memberSchema = z.strictObject({
  network: networkSchema,
  features: featuresSchema.required(),
  training: trainingSchema,
});

/** An ensemble with every default filled in. */
export const ensembleSpecSchema = trainingSpecSchema.omit({ network: true, fold: true }).extend({
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

/** A network that an ensemble trains. */
export interface EnsembleNetwork {
  /** From 1. */
  readonly member: number;
  /** From 1; null without folds. */
  readonly fold: number | null;
  readonly spec: TrainingSpec;
}

/** Networks of a member that start from different parameters differ more. */
const SEED_STEP = 0x85ebca6b;

/** All networks in the order of their numbers: of each member in turn, that of each fold. */
export function ensembleNetworks(spec: EnsembleSpec): readonly EnsembleNetwork[] {
  const { folds: of } = spec.ensemble;
  return memberSpecs(spec).flatMap((own, index): readonly EnsembleNetwork[] => {
    const member = index + 1;
    if (of === null) return [{ member, fold: null, spec: own }];
    return Array.from({ length: of }, (_, fold) => {
      const training = { ...own.training, seed: (own.training.seed + fold * SEED_STEP) % 2 ** 32 };
      const number = fold + 1;
      return { member, fold: number, spec: { ...own, training, fold: { number, of } } };
    });
  });
}

import { z } from 'zod';
import { LEARNED_KINDS } from '../../engine/memory/parameters.ts';
import { OPTIMIZERS } from '../../engine/optimizers/optimizers.ts';
import { optionsSchemaWith } from './options.ts';

const MAX_GROUPS = 64;
const MAX_ENTRIES = 1000;
const MAX_NAME_LENGTH = 40;
const MAX_RATE_FACTOR = 1000;
const MAX_WEIGHT_DECAY = 1e6;

/** Parameters with settings of their own, every default filled in. */
const groupSchema = z.strictObject({
  parameters: z
    .array(z.string().min(1).max(MAX_NAME_LENGTH))
    .min(1)
    .max(MAX_ENTRIES)
    .describe(
      `The kinds ${LEARNED_KINDS.map((kind) => `\`${kind}\``).join(', ')}, and names of single parameters, such as \`W1\`: W of layer 1. No parameter may be in two groups.`,
    )
    .meta({ examples: [['bias', 'normalization', 'embedding'], ['W1']] }),
  rateFactor: z
    .number()
    .min(0)
    .max(MAX_RATE_FACTOR)
    .describe('The learning rate of these parameters is this factor of the rate; 0: they do not change. Default: 1.'),
  weightDecay: z
    .number()
    .min(0)
    .max(MAX_WEIGHT_DECAY)
    .describe(
      "Replaces the optimizer's weight decay. Default: the optimizer's; with muon, that of `rest` unless W is in the group.",
    ),
});

const groups = <Group extends z.ZodType>(id: string, group: Group) =>
  z
    .array(group)
    .max(MAX_GROUPS)
    .describe(
      'Parameters with a rate and a weight decay of their own; all others have those of the optimizer. ' +
        'Default of adamw and muon: no decay on biases, normalization and embeddings; of the others: no group.',
    )
    .meta({ id, examples: [[{ parameters: ['bias', 'normalization', 'embedding'], rateFactor: 1, weightDecay: 0 }]] });

const DESCRIPTION = 'How a gradient becomes a step.';
const EXAMPLE = { type: 'adam', ...OPTIMIZERS.adam.defaults } as const;

export const optimizerSchema = optionsSchemaWith(OPTIMIZERS, { groups: groups('OptimizerGroups', groupSchema) })
  .describe(DESCRIPTION)
  .meta({ examples: [{ ...EXAMPLE, groups: [] }] });
export type OptimizerSettings = z.output<typeof optimizerSchema>;

const requestedGroups = groups(
  'OptimizerGroupsRequest',
  groupSchema.partial({ rateFactor: true, weightDecay: true }),
).optional();

/** As a client writes it: only the type is required. */
export const optimizerRequestSchema = optionsSchemaWith(OPTIMIZERS, { groups: requestedGroups })
  .describe(DESCRIPTION)
  .meta({ examples: [EXAMPLE] });
export type OptimizerRequest = z.output<typeof optimizerRequestSchema>;

import { z } from 'zod';
import { pageOf } from '../../kit/contract/wire.ts';
import { ID_PREFIXES } from '../../kit/ids.ts';
import { EXAMPLE_MODEL_ID, MODEL_TO_REPLACE, modelName } from '../stored/modelName.ts';

/** Aliases share the paths of ids, so an alias must not look like an id. */
const ALIAS = new RegExp(`^(?!(?:${ID_PREFIXES.join('|')})_)[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`);

const aliasName = z
  .string()
  .regex(ALIAS, 'An alias has 1 to 64 letters, digits, dots, hyphens and underscores, and does not start like an id.')
  .describe('The name of an alias: letters, digits, dots, hyphens and underscores. It does not start like an id.')
  .meta({ examples: ['churn-live'] });

export const aliasParams = z.object({ name: aliasName });

export const aliasSchema = z
  .object({
    name: z.string(),
    modelId: z.string(),
    updatedAt: z.iso.datetime().describe('The time of its last change.'),
  })
  .meta({
    id: 'Alias',
    description: 'A name that works in place of the id of a model.',
    example: { name: 'churn-live', modelId: EXAMPLE_MODEL_ID, updatedAt: '2026-11-23T09:30:00.000Z' },
  });
export type Alias = z.infer<typeof aliasSchema>;
export const aliasPage = pageOf(aliasSchema).meta({ id: 'AliasPage' });

export const aliasRequest = z
  .strictObject({ modelId: modelName })
  .meta({ id: 'AliasRequest', example: { modelId: MODEL_TO_REPLACE } });

import { z } from 'zod';

export const EXAMPLE_MODEL_ID = 'mdl_01jd3k8z5mq0v7x2w9c4n6b8rt';
/** For examples of requests. No model has this id. */
export const MODEL_TO_REPLACE = 'mdl_replacethis';

/** How a client names a model. */
export const modelName = z
  .string()
  .min(1)
  .max(64)
  .describe('The id of a model, or an alias.')
  .meta({ examples: [MODEL_TO_REPLACE, 'churn-live'] });

/** The path of every route under `/v1/models/{id}`. */
export const modelParams = z.object({ id: modelName });

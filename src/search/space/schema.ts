import type { z } from 'zod';
import { limitedRecord } from '../../kit/contract/limitedRecord.ts';
import { checkConditions } from './checkConditions.ts';
import { MAX_PARAMETERS, parameterSchema, pathSchema } from './parameter.ts';

/** The search space of a sweep. */
export const spaceSchema = limitedRecord(pathSchema, parameterSchema, MAX_PARAMETERS)
  .superRefine(checkConditions, { when: ({ value }) => typeof value === 'object' && value !== null })
  .meta({
    id: 'SearchSpace',
    description: 'A distribution for each path of the job request that the sweep varies.',
    examples: [
      {
        'training.optimizer.type': { type: 'choice', values: ['sgd', 'adam'] },
        'training.optimizer.learningRate': { type: 'logUniform', min: 1e-4, max: 1e-1 },
        'training.optimizer.momentum': {
          type: 'uniform',
          min: 0,
          max: 0.99,
          when: { 'training.optimizer.type': ['sgd'] },
        },
        'network.layers': { type: 'choice', values: [[{ units: 32 }], [{ units: 64 }, { units: 32 }]] },
      },
    ],
  });
export type SpaceDefinition = z.output<typeof spaceSchema>;

import { z } from 'zod';
import { warningSchema } from '../../kit/warning.ts';
import { inspectResponse } from '../../training/networks/schemas.ts';
import { jobHyperparametersSchema } from './requestSchema.ts';

export const estimateSchema = z
  .object({
    cpuSeconds: z.number().describe('The time of all networks together, each on one core.'),
    seconds: z.number().describe('The time on `cores`, from the start to the model. One network counts on one core.'),
    cores: z.int().min(1).describe('The cores of this machine that a job can use.'),
    measuredOn: z
      .int()
      .min(0)
      .describe(
        'The number of finished jobs that the times are based on: on the dataset, or on any if there are none. 0: only the shapes were used, so the times are rough.',
      ),
    members: z.int().min(1).describe('The number of networks.'),
    parameters: z.int().describe('The learned numbers of all networks.'),
    bytes: z.number().describe('The size of the parameters of the model, at most.'),
    memoryBytes: z.number().describe('The memory that the training needs, at most.'),
  })
  .meta({
    id: 'JobEstimate',
    description: 'The cost of a training whose networks need all their epochs. Early stopping makes it smaller.',
    example: {
      ...{ cpuSeconds: 96.1, seconds: 49.3, cores: 2, measuredOn: 3 },
      ...{ members: 7, parameters: 812_345, bytes: 1_740_032, memoryBytes: 412_090_880 },
    },
  });
export type JobEstimate = z.infer<typeof estimateSchema>;

export const jobPreviewSchema = z
  .object({
    hyperparameters: jobHyperparametersSchema,
    estimate: estimateSchema,
    networks: z
      .array(inspectResponse)
      .describe(
        'The dimension table of each network, in the order of `hyperparameters.ensemble.members`. The number of inputs is estimated from the columns.',
      ),
    warnings: z.array(warningSchema).describe('Those that the job would have before it starts.'),
  })
  .meta({ id: 'JobPreview', description: 'What a request would train. Nothing was queued.' });
export type JobPreview = z.infer<typeof jobPreviewSchema>;

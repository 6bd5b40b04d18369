import { z } from 'zod';
import { limitedRecord } from '../../kit/contract/limitedRecord.ts';
import { MAX_EXTERNAL_EPOCHS } from '../../search/pruners/maxEpochs.ts';
import { SWEEP_STATES } from '../../store/database/tables.ts';
import { MAX_OBJECTIVES } from '../request/objective.ts';
import { trialNumber, trialSchema } from '../trials/schemas.ts';

const MAX_LEASE_SECONDS = 604_800;

/** JSON has neither NaN nor infinity. */
export const INSTEAD_OF_NAN =
  'A trial without a finite objective has failed. Send {"number": 7, "failed": true} to `/tell`, with its number.';

/** Some clients write NaN as null. */
const finiteNumber = z.number({
  error: ({ input }) => (input === null ? `Must be a number, got null. ${INSTEAD_OF_NAN}` : undefined),
});

export const askRequest = z
  .strictObject({
    leaseSeconds: z
      .number()
      .min(1)
      .max(MAX_LEASE_SECONDS)
      .default(3600)
      .describe(
        'The duration of the lease. A trial without a result when its lease expires is leased to the next client that asks. A late result is accepted if it is the first. Each report renews the lease.',
      ),
  })
  .meta({ id: 'AskRequest', examples: [{ leaseSeconds: 600 }] });
export const askResponse = z
  .object({
    trial: trialSchema.nullable().describe('The next trial; null: none at present, or the sweep has ended.'),
    state: z.enum(SWEEP_STATES).describe('The state of the sweep.'),
    waitFor: z
      .int()
      .nullable()
      .describe('Without a trial: the number of the trial that must have a result first; null if the sweep has ended.'),
  })
  .meta({ id: 'AskAnswer' });
export type AskResponse = z.infer<typeof askResponse>;

export const reportRequest = z
  .strictObject({
    number: trialNumber,
    epoch: z
      .int()
      .min(1)
      .max(MAX_EXTERNAL_EPOCHS)
      .describe(
        'The number of finished epochs, or any other step that the trial counts. A second report of the same epoch replaces the first.',
      ),
    objective: finiteNumber.describe('The objective after this epoch.'),
  })
  .meta({
    id: 'ReportRequest',
    description: 'An intermediate result of a trial.',
    examples: [{ number: 7, epoch: 3, objective: 0.34 }],
  });
export type ReportRequest = z.output<typeof reportRequest>;
export const reportResponse = z
  .object({
    prune: z
      .boolean()
      .describe(
        'Whether to stop the trial, because others are more promising or the time limit of the sweep is reached. Then send `pruned` to `/tell`.',
      ),
    trial: trialSchema,
  })
  .meta({ id: 'ReportAnswer' });
export type ReportResponse = z.infer<typeof reportResponse>;

export const tellRequest = z
  .union([
    z.strictObject({
      number: trialNumber,
      objective: finiteNumber.describe('The result, for a sweep with one objective.'),
    }),
    z.strictObject({
      number: trialNumber,
      objectives: limitedRecord(z.string(), finiteNumber, MAX_OBJECTIVES).describe('Every objective by its metric.'),
    }),
    z.strictObject({
      number: trialNumber,
      pruned: z.literal(true).describe('The trial was stopped early. Its best report is its result.'),
    }),
    z.strictObject({
      number: trialNumber,
      failed: z.literal(true),
      message: z.string().max(1000).optional().describe('The reason.'),
    }),
  ])
  .meta({
    id: 'TellRequest',
    description: 'The result of a trial.',
    examples: [
      { number: 7, objective: 0.21 },
      { number: 8, pruned: true },
      { number: 9, failed: true, message: 'out of memory' },
    ],
  });
export type TellRequest = z.output<typeof tellRequest>;

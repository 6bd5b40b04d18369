import { z } from 'zod';
import { limitedRecord } from '../../kit/contract/limitedRecord.ts';
import { MAX_EXTERNAL_EPOCHS } from '../../search/pruners/maxEpochs.ts';
import { SWEEP_STATES } from '../../store/database/tables.ts';
import { MAX_OBJECTIVES } from '../request/objective.ts';
import { trialNumber, trialSchema } from '../schemas.ts';

const MAX_LEASE_SECONDS = 604_800;

/** What to send of a trial whose objective is NaN or infinite: JSON has no such numbers. */
export const INSTEAD_OF_NAN =
  'A trial whose objective is not finite has failed: send {"number": 7, "failed": true} to /tell, with its number.';

/** Clients write NaN as null where they know that JSON has no NaN. */
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
        'How long the trial is yours. One that is not told of until then is given to whoever asks next; to tell later is no mistake, as long as nobody else has. Each report renews it.',
      ),
  })
  .meta({ id: 'AskRequest', examples: [{ leaseSeconds: 600 }] });
export const askResponse = z
  .object({
    trial: trialSchema
      .nullable()
      .describe('What to try next; null: nothing at present, or never again where the sweep has ended.'),
    state: z.enum(SWEEP_STATES).describe('Of the sweep.'),
    waitFor: z
      .int()
      .nullable()
      .describe(
        'Where there is no trial: the number of the one that must be told of first; null where the sweep has ended.',
      ),
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
        'After how many epochs, or steps, or whatever the trial counts. The same again replaces what was said.',
      ),
    objective: finiteNumber.describe('What the trial has come to after it.'),
  })
  .meta({
    id: 'ReportRequest',
    description: 'What a trial has come to so far.',
    examples: [{ number: 7, epoch: 3, objective: 0.34 }],
  });
export type ReportRequest = z.output<typeof reportRequest>;
export const reportResponse = z
  .object({
    prune: z
      .boolean()
      .describe(
        'Whether to give the trial up: others promise more, or the time of the sweep is up. Then tell `pruned`.',
      ),
    trial: trialSchema,
  })
  .meta({ id: 'ReportAnswer' });
export type ReportResponse = z.infer<typeof reportResponse>;

export const tellRequest = z
  .union([
    z.strictObject({
      number: trialNumber,
      objective: finiteNumber.describe('What the trial came to, of a sweep with one objective.'),
    }),
    z.strictObject({
      number: trialNumber,
      objectives: limitedRecord(z.string(), finiteNumber, MAX_OBJECTIVES).describe('Every objective by its metric.'),
    }),
    z.strictObject({
      number: trialNumber,
      pruned: z.literal(true).describe('The trial was given up; it came to the best that was reported of it.'),
    }),
    z.strictObject({
      number: trialNumber,
      failed: z.literal(true),
      message: z.string().max(1000).optional().describe('Why.'),
    }),
  ])
  .meta({
    id: 'TellRequest',
    description: 'What came of a trial.',
    examples: [
      { number: 7, objective: 0.21 },
      { number: 8, pruned: true },
      { number: 9, failed: true, message: 'out of memory' },
    ],
  });
export type TellRequest = z.output<typeof tellRequest>;

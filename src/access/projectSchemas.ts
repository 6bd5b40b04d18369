import { z } from 'zod';
import { pageOf } from '../kit/contract/wire.ts';

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

export const projectName = z
  .string()
  .regex(NAME, 'A project name has 1 to 63 lower-case letters, digits and hyphens, and does not start with a hyphen.')
  .describe('The name of a project.');

const count = z.int().min(0).nullable();

const quotasSchema = z
  .object({
    runningJobs: count.describe('Jobs that train at once; further ones wait in the queue.'),
    queuedJobs: count.describe('Queued jobs.'),
    storedBytes: count.describe(
      'Bytes of uploads, as they were received, and of the parameters and stored outputs of models.',
    ),
    predictRows: count.describe('Rows of one prediction request.'),
  })
  .meta({ id: 'Quotas', description: 'The limits of a project; null means unlimited.' });

const EXAMPLE_QUOTAS = { runningJobs: 2, queuedJobs: 100, storedBytes: null, predictRows: null };

export const projectSchema = z
  .object({
    name: projectName,
    quotas: quotasSchema,
    usage: z
      .object({ runningJobs: z.int(), queuedJobs: z.int(), storedBytes: z.int() })
      .describe('The current use of the quotas.'),
    createdAt: z.iso.datetime(),
  })
  .meta({
    id: 'Project',
    description: 'An isolated part of the service.',
    example: {
      name: 'risk',
      quotas: EXAMPLE_QUOTAS,
      usage: { runningJobs: 1, queuedJobs: 0, storedBytes: 5326368 },
      createdAt: '2026-11-23T09:30:00.000Z',
    },
  });
export type Project = z.infer<typeof projectSchema>;

const quotasRequest = z.strictObject(quotasSchema.partial().shape);

export const projectRequest = z
  .strictObject({ name: projectName, quotas: quotasRequest.default({}).describe('Omitted quotas are unlimited.') })
  .meta({ id: 'ProjectRequest', example: { name: 'risk', quotas: EXAMPLE_QUOTAS } });
export type ProjectRequest = z.output<typeof projectRequest>;

export const projectChange = z
  .strictObject({ quotas: quotasRequest.describe('Omitted quotas are unchanged.') })
  .meta({ id: 'ProjectChange', example: { quotas: { runningJobs: 4 } } });
export type ProjectChange = z.output<typeof projectChange>;

export const projectPage = pageOf(projectSchema).meta({ id: 'ProjectPage', description: 'Projects, newest first.' });
export const projectParams = z.object({ name: projectName.meta({ examples: ['risk'] }) });

import { z } from 'zod';
import { pageOf } from '../kit/contract/wire.ts';

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

export const projectName = z
  .string()
  .regex(NAME, 'A project is named by 1 to 63 lower-case letters, digits and hyphens, not a hyphen first.')
  .describe('The name of a project.');

const count = z.int().min(0).nullable();

const quotasSchema = z
  .object({
    runningJobs: count.describe('Jobs that train at once; more wait.'),
    queuedJobs: count.describe('Jobs that wait.'),
    storedBytes: count.describe('Uploads, as they came, and the parameters of models.'),
    predictRows: count.describe('Rows of one predict call.'),
  })
  .meta({ id: 'Quotas', description: 'What a project may use at most; null does not bind.' });

const EXAMPLE_QUOTAS = { runningJobs: 2, queuedJobs: 100, storedBytes: null, predictRows: null };

export const projectSchema = z
  .object({
    name: projectName,
    quotas: quotasSchema,
    usage: z
      .object({ runningJobs: z.int(), queuedJobs: z.int(), storedBytes: z.int() })
      .describe('What it uses now of its quotas.'),
    createdAt: z.iso.datetime(),
  })
  .meta({
    id: 'Project',
    description: 'A part of the service that sees nothing of the others.',
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
  .strictObject({ name: projectName, quotas: quotasRequest.default({}).describe('What is left out does not bind.') })
  .meta({ id: 'ProjectRequest', example: { name: 'risk', quotas: EXAMPLE_QUOTAS } });
export type ProjectRequest = z.output<typeof projectRequest>;

export const projectChange = z
  .strictObject({ quotas: quotasRequest.describe('What is left out stays.') })
  .meta({ id: 'ProjectChange', example: { quotas: { runningJobs: 4 } } });
export type ProjectChange = z.output<typeof projectChange>;

export const projectPage = pageOf(projectSchema).meta({ id: 'ProjectPage', description: 'Projects, newest first.' });
export const projectParams = z.object({ name: projectName.meta({ examples: ['risk'] }) });

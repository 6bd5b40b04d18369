import { z } from 'zod';
import { DEFAULT_PROJECT, SCOPES } from '../kit/contract/caller.ts';
import { pageOf, pageQuery } from '../kit/contract/wire.ts';
import { PLAIN_TEXT } from '../kit/text.ts';
import { projectName } from './projectSchemas.ts';

const MAX_REQUESTS_PER_SECOND = 1_000_000;
/** About four an hour. No client would wait longer; revoke such a key instead. */
const MIN_REQUESTS_PER_SECOND = 0.001;
const MAX_NAME_LENGTH = 200;

const EXAMPLE = {
  id: 'key_01jd8m9wq2t5n8x1c4v7b0k3z6',
  name: 'nightly training',
  project: DEFAULT_PROJECT,
  prefix: 'ty_k3Jd81xQ',
  scopes: ['read', 'train'],
  requestsPerSecond: null,
  createdAt: '2026-11-23T09:30:00.000Z',
  lastUsedAt: null,
  expiresAt: null,
  revokedAt: null,
};

const keyName = z
  .string()
  .min(1)
  .max(MAX_NAME_LENGTH)
  // It is shown on terminals.
  .regex(
    PLAIN_TEXT,
    'Must not contain line breaks, other control characters, or characters that reverse the text direction.',
  )
  .describe('A display name, such as the user and the purpose.');
const scopes = z
  .array(z.enum(SCOPES))
  .min(1)
  .max(SCOPES.length)
  .describe(
    '`read`: read everything but keys; `train`: upload, train, delete; `predict`: predict with models; `admin`: all of these, and keys.',
  );
const requestRate = z.number().min(MIN_REQUESTS_PER_SECOND).max(MAX_REQUESTS_PER_SECOND);
const RATE_MEANING = "Maximum number of requests a second; null: the service's default.";
const time = z.iso.datetime();

const keySchema = z
  .object({
    id: z.string(),
    name: keyName,
    project: z.string().describe('The key reads and creates resources of this project only.'),
    prefix: z.string().describe('The beginning of the key, to recognize it.'),
    scopes,
    // Without bounds, so that a key of any version can be shown.
    requestsPerSecond: z.number().nullable().describe(RATE_MEANING),
    createdAt: time,
    lastUsedAt: time.nullable().describe('To the minute; null: never used.'),
    expiresAt: time.nullable().describe('The time from which the key is rejected; null: never.'),
    revokedAt: time.nullable().describe('The time since which the key is rejected; null: it is not revoked.'),
  })
  .meta({ id: 'Key', description: 'An API key, without its secret.', example: EXAMPLE });
export type Key = z.infer<typeof keySchema>;

export const createdKeySchema = keySchema
  .extend({ key: z.string().describe('The key itself. It is shown only once and not stored.') })
  .meta({
    id: 'CreatedKey',
    description: 'A new API key with its secret.',
    example: { ...EXAMPLE, key: 'ty_k3Jd81xQ…' },
  });
export type CreatedKey = z.infer<typeof createdKeySchema>;

export const keyRequest = z
  .strictObject({
    name: keyName,
    scopes,
    project: projectName.optional().describe('Only an admin of `default` may name another project than its own.'),
    expiresAt: time.optional().describe('A future time; the key never expires without it.'),
    requestsPerSecond: requestRate.nullable().describe(RATE_MEANING).optional(),
  })
  .meta({ id: 'KeyRequest', example: { name: 'admin', scopes: ['admin'] } });
export type KeyRequest = z.output<typeof keyRequest>;

export const keysQuery = pageQuery.extend({ project: projectName.optional().describe('Only keys of this project.') });
export type KeysQuery = z.output<typeof keysQuery>;

export const keyPage = pageOf(keySchema).meta({ id: 'KeyPage', description: 'Keys, newest first.' });
export const keyParams = z.object({ id: z.string().max(64).describe('The id of a key: `key_…`.') });

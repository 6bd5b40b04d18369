import { z } from 'zod';
import { pageOf } from '../kit/contract/wire.ts';
import { DELIVERY_STATES } from '../store/database/tables.ts';

const WEBHOOK_EVENTS = [
  'job.succeeded',
  'job.failed',
  'job.cancelled',
  'sweep.succeeded',
  'sweep.failed',
  'sweep.cancelled',
  'report.succeeded',
  'report.failed',
] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

const ID = 'whk_01jd8m9wq2t5n8x1c4v7b0k3z6';
const URL_EXAMPLE = 'https://example.com/hooks/trainyard';
const AT = '2026-11-23T08:00:00.000Z';
const MAX_URL_LENGTH = 2000;

const url = z
  .string()
  .max(MAX_URL_LENGTH)
  .describe('The URL to call: https, with a public address.')
  .meta({ examples: [URL_EXAMPLE] });
const events = z
  .array(z.enum(WEBHOOK_EVENTS))
  .min(1)
  .max(WEBHOOK_EVENTS.length)
  .transform((given) => [...new Set(given)])
  .describe('The events to send. The jobs of trials have no events of their own.');

export const webhookRequest = z
  .strictObject({ url, events: events.default([...WEBHOOK_EVENTS]) })
  .meta({ id: 'WebhookRequest', examples: [{ url: URL_EXAMPLE }, { url: URL_EXAMPLE, events: ['job.failed'] }] });
export type WebhookRequest = z.output<typeof webhookRequest>;

export const webhookChange = z
  .strictObject({ url: url.optional(), events: events.optional() })
  .meta({ id: 'WebhookChange', examples: [{ events: ['job.failed'] }, { url: URL_EXAMPLE }] });
export type WebhookChange = z.output<typeof webhookChange>;

const webhookFields = z.object({
  id: z.string(),
  url: z.string(),
  events: z.array(z.enum(WEBHOOK_EVENTS)),
  createdAt: z.iso.datetime(),
});
const WEBHOOK = { id: ID, url: URL_EXAMPLE, events: [...WEBHOOK_EVENTS], createdAt: AT };

export const webhookSchema = webhookFields.meta({
  id: 'Webhook',
  description: 'A URL that is called when jobs, sweeps and reports end.',
  example: WEBHOOK,
});
export type Webhook = z.infer<typeof webhookSchema>;

export const newWebhookSchema = webhookFields
  .extend({ secret: z.string().describe('The secret that signs the calls. It is shown only once.') })
  .meta({ id: 'NewWebhook', example: { ...WEBHOOK, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=' } });
export type NewWebhook = z.infer<typeof newWebhookSchema>;

export const webhookPage = pageOf(webhookSchema).meta({ id: 'WebhookPage', description: 'Webhooks, newest first.' });

const status = z.int().nullable().describe('The HTTP status of the last response; null if there was none.');
const error = z.string().nullable().describe('Why the last call failed; null if it succeeded or none was made.');

const deliverySchema = z
  .object({
    id: z.string().describe('The `webhook-id` of the calls, the same for every attempt.'),
    type: z.string().describe('The event, such as `job.succeeded`; `webhook.test` for a test call.'),
    state: z.enum(DELIVERY_STATES).describe('`failed`: no more attempts are made.'),
    attempts: z.int().min(0).describe('The number of calls, including a running one.'),
    nextAttemptAt: z.iso.datetime().nullable().describe('Null unless the state is `pending`.'),
    status,
    error,
    milliseconds: z.int().nullable().describe('The duration of the last call; null before the first call has ended.'),
    payload: z.record(z.string(), z.unknown()).describe('The body of the calls.'),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({
    id: 'Delivery',
    description: 'One message to a webhook.',
    example: {
      ...{ id: 'msg_0193587a1b2c0f1e2d3c4b5a69788796', type: 'job.succeeded', state: 'delivered', attempts: 1 },
      ...{ nextAttemptAt: null, status: 204, error: null, milliseconds: 83, createdAt: AT, finishedAt: AT },
      payload: {
        type: 'job.succeeded',
        timestamp: AT,
        data: { jobId: 'job_01jd8m9wq2t5n8x1c4v7b0k3z6', state: 'succeeded' },
      },
    },
  });
export type DeliveryView = z.infer<typeof deliverySchema>;

export const deliveryPage = pageOf(deliverySchema).meta({
  id: 'DeliveryPage',
  description: 'Deliveries, newest first.',
});

export const testResponse = z
  .object({
    id: z.string().describe('The `webhook-id` of the call.'),
    delivered: z.boolean().describe('Whether the receiver accepted the call with a status from 200 to 299.'),
    status,
    error,
    milliseconds: z.int().describe('The duration of the call.'),
  })
  .meta({
    id: 'WebhookTest',
    description: 'The result of a test call.',
    example: {
      id: 'msg_0193587a1b2c0f1e2d3c4b5a69788796',
      delivered: true,
      status: 204,
      error: null,
      milliseconds: 83,
    },
  });
export type TestResponse = z.infer<typeof testResponse>;

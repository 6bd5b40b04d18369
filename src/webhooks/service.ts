import type { Clock } from '../kit/clock.ts';
import { isoTime } from '../kit/clock.ts';
import { ServiceError } from '../kit/contract/errors.ts';
import { idCursor, toPage } from '../kit/contract/pages.ts';
import { invalidRequest } from '../kit/contract/validation.ts';
import { decodeCursor, type Page, type PageQuery } from '../kit/contract/wire.ts';
import { newId } from '../kit/ids.ts';
import type { Database } from '../store/database/database.ts';
import type { WebhookRow } from '../store/database/tables.ts';
import { newMessageId } from './deliveryStore.ts';
import type { DeliveryView, NewWebhook, TestResponse, Webhook, WebhookChange, WebhookRequest } from './schemas.ts';
import type { Send } from './send.ts';
import { newSecret } from './signature.ts';
import { createWebhookStore, type Delivery, type Range } from './store.ts';
import { issueInUrl } from './targets.ts';
import { deliveryView, webhookView } from './view.ts';

export interface WebhooksDeps {
  readonly database: Database;
  readonly send: Send;
  /** Whether HTTP and addresses of private networks may be called. */
  readonly allowPrivate: boolean;
  readonly clock: Clock;
}

/** What a project can do with its webhooks. Throws ServiceError `webhook_not_found` for an id that is none. */
export interface Webhooks {
  /** The webhook with its secret, which is never shown again. Its id is the one given, or any new one. Throws `invalid_request` for an address that is not called, and `too_many_webhooks`. */
  create(request: WebhookRequest, id?: string): Promise<NewWebhook>;
  list(query: PageQuery): Promise<Page<Webhook>>;
  get(id: string): Promise<Webhook>;
  /** What is left out stays. What it is still owed goes to the new address. Throws `invalid_request` for an address that is not called. */
  change(id: string, change: WebhookChange): Promise<Webhook>;
  /** What it is still owed is dropped. */
  remove(id: string): Promise<void>;
  deliveries(id: string, query: PageQuery): Promise<Page<DeliveryView>>;
  /** Calls it at once, once, and answers what came of it. */
  test(id: string, signal: AbortSignal): Promise<TestResponse>;
}

/** Of a project: each end of a job makes so many calls at most. */
const MAX_WEBHOOKS = 20;

export function createWebhooks(
  { database, send, allowPrivate, clock }: WebhooksDeps,
  { project }: { readonly project: string },
): Webhooks {
  const store = createWebhookStore(database, project);

  const found = async (id: string): Promise<WebhookRow> => {
    const row = await store.find(id);
    if (row === undefined) throw new ServiceError('webhook_not_found', `There is no webhook '${id}'.`);
    return row;
  };

  const rejectInvalid = (url: string) => {
    const issue = issueInUrl(url, allowPrivate);
    if (issue !== undefined) throw invalidRequest([{ path: '/url', message: issue }]);
  };

  return {
    async create({ url, events }, id) {
      rejectInvalid(url);
      const createdAt = clock();
      const row = {
        id: id ?? newId('whk', createdAt),
        url,
        events: JSON.stringify(events),
        secret: newSecret(),
        createdAt,
      };
      if (!(await store.insert(row, MAX_WEBHOOKS))) throw tooMany();
      return { ...webhookView(row), secret: row.secret };
    },

    async list(query) {
      return toPage(await store.list(rangeOf(query)), webhookView, idCursor);
    },

    async get(id) {
      return webhookView(await found(id));
    },

    async change(id, { url, events }) {
      if (url !== undefined) rejectInvalid(url);
      await store.change(id, { url, events: events && JSON.stringify(events) });
      return webhookView(await found(id));
    },

    async remove(id) {
      if (!(await store.remove(id))) await found(id);
    },

    async deliveries(id, query) {
      await found(id);
      return toPage(await store.deliveries(id, rangeOf(query)), deliveryView, idCursor);
    },

    async test(webhookId, signal) {
      const { url, secret } = await found(webhookId);
      const createdAt = clock();
      const id = newMessageId(createdAt);
      const body = JSON.stringify({ type: TEST, timestamp: isoTime(createdAt), data: { webhookId } });
      const add = (outcome: AddedOutcome) =>
        store.addDelivery({ id, webhookId, payload: body, ...SENT_ONCE, ...outcome, createdAt, finishedAt: clock() });
      try {
        const outcome = await send({ id, url, secret, body }, signal);
        const delivered = outcome.error === null;
        await add({ state: delivered ? 'delivered' : 'failed', ...outcome });
        return { id, delivered, ...outcome };
      } catch (error) {
        // The receiver may have got it.
        if (signal.aborted) await add({ state: 'failed', status: null, error: CANCELLED, milliseconds: null });
        throw error;
      }
    },
  };
}

type AddedOutcome = Pick<Delivery, 'state' | 'status' | 'error' | 'milliseconds'>;

const TEST = 'webhook.test';
const SENT_ONCE = { type: TEST, attempts: 1, nextAt: null } as const;
const CANCELLED = 'The test was cancelled before the receiver answered.';

function rangeOf({ after, limit }: PageQuery): Range {
  return { before: after === undefined ? undefined : decodeCursor(after), limit };
}

function tooMany(): ServiceError {
  return new ServiceError('too_many_webhooks', `A project has ${MAX_WEBHOOKS} webhooks at most: delete one first.`);
}

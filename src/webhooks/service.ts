import type { Clock } from '../kit/clock.ts';
import { isoTime } from '../kit/clock.ts';
import { ServiceError } from '../kit/contract/errors.ts';
import { idCursor, toPage } from '../kit/contract/pages.ts';
import { invalidRequest } from '../kit/contract/validation.ts';
import { decodeCursor, type Page, type PageQuery } from '../kit/contract/wire.ts';
import { newId } from '../kit/ids.ts';
import type { Database } from '../store/database/database.ts';
import { toJson } from '../store/database/json.ts';
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
  /** Whether HTTP and private addresses are allowed. */
  readonly allowPrivate: boolean;
  readonly clock: Clock;
}

/** The webhooks of one project. Throws ServiceError `webhook_not_found` for an unknown id. */
export interface Webhooks {
  /**
   * Creates a webhook, with the given id or a new one, and returns it with its secret, which is
   * shown only once. Throws `invalid_request` for a URL that is not allowed, and
   * `too_many_webhooks`.
   */
  create(request: WebhookRequest, id?: string): Promise<NewWebhook>;
  list(query: PageQuery): Promise<Page<Webhook>>;
  get(id: string): Promise<Webhook>;
  /**
   * Pending deliveries go to the new URL. Throws `invalid_request` for a URL that is not allowed.
   */
  change(id: string, change: WebhookChange): Promise<Webhook>;
  /** Also deletes the pending deliveries. */
  remove(id: string): Promise<void>;
  deliveries(id: string, query: PageQuery): Promise<Page<DeliveryView>>;
  /** Calls the URL once and returns the outcome. */
  test(id: string, signal: AbortSignal): Promise<TestResponse>;
}

/** The limit per project: each end of a job makes at most this many calls. */
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
        events: toJson(events),
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
      await store.change(id, { url, events: events && toJson(events) });
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
        // The receiver may have received the call.
        if (signal.aborted) await add({ state: 'failed', status: null, error: CANCELLED, milliseconds: null });
        throw error;
      }
    },
  };
}

type AddedOutcome = Pick<Delivery, 'state' | 'status' | 'error' | 'milliseconds'>;

const TEST = 'webhook.test';
const SENT_ONCE = { type: TEST, attempts: 1, nextAt: null } as const;
const CANCELLED = 'The test was cancelled before the receiver responded.';

function rangeOf({ after, limit }: PageQuery): Range {
  return { before: after === undefined ? undefined : decodeCursor(after), limit };
}

function tooMany(): ServiceError {
  return new ServiceError(
    'too_many_webhooks',
    `The project has ${MAX_WEBHOOKS} webhooks, which is the limit. Delete one first.`,
  );
}

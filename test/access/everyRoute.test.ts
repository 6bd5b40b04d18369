import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCOPES, type Scope } from '../../src/kit/contract/caller.ts';
import { describeApi } from '../../src/server/openapi.ts';
import { type Answer, insertThings, jsonBody, openService } from './support.ts';

interface Operation {
  readonly security?: readonly { readonly key: readonly [Scope] }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: { readonly $ref?: string } }>>;
  };
}
interface Schema {
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
}
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

/** Every route of the OpenAPI document, so that new routes are included. */
const { paths, components } = (await describeApi()) as {
  readonly paths: Paths;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};
const routes = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { security }]) => ({
    route: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase(),
    path,
    scope: security?.[0]?.key[0],
  })),
);
const guarded = routes.flatMap((route) => (route.scope === undefined ? [] : [{ ...route, scope: route.scope }]));

const UNKNOWN = '00000000000000000000000000';
/** A body that refers to resources; any other route gets the example of its documentation. */
const BODIES: Readonly<Record<string, (ids: Readonly<Record<string, string>>) => unknown>> = {
  'PUT /v1/aliases/{name}': ({ models }) => ({ modelId: models }),
};
/** Required parameters. */
const QUERIES: Readonly<Record<string, string>> = { 'GET /v1/models/{id}/export': '?format=npz' };
/** The key is checked before anything is looked up: only admins of `default` manage projects. */
const FOR_DEFAULT_ADMINS = ['PATCH /v1/projects/{name}', 'DELETE /v1/projects/{name}'];
/** Refused for every key of another project. */
const FOR_DEFAULT = [...FOR_DEFAULT_ADMINS, 'POST /v1/projects', 'GET /metrics'];

let service: Awaited<ReturnType<typeof openService>>;
/** By the first part of the path: the id of a resource of the project `theirs`. */
let theirs: Readonly<Record<string, string>>;
let stranger: string;
let before: unknown;

beforeAll(async () => {
  service = await openService();
  await service.makeProject('theirs');
  await service.makeProject('mine');
  const { datasetId, jobId, modelId, alias, ...ids } = await insertThings(service.database, 'theirs');
  const { id: keyId } = await service.makeKey(['read'], 'theirs');
  const made = { datasets: datasetId, jobs: jobId, models: modelId, webhooks: ids.webhookId, sweeps: ids.sweepId };
  theirs = { ...made, reports: ids.reportId, aliases: alias, keys: keyId, projects: 'theirs' };
  stranger = (await service.makeKey(['admin'], 'mine')).key;
  before = await rowsOfTheirs();
});
afterAll(() => service.stop());

function thingOf(path: string, things: Readonly<Record<string, string>>): string {
  const kind = path.split('/')[2] ?? '';
  const thing = things[kind];
  if (thing === undefined) throw new Error(`${path}: give the project \`theirs\` one of the ${kind} as well.`);
  return thing;
}

function unknownThings(): Readonly<Record<string, string>> {
  const named = Object.entries(theirs).map(([kind, id]) => [kind, id.replace(/_.*/, `_${UNKNOWN}`)]);
  return { ...Object.fromEntries(named), aliases: 'unknown', projects: 'unknown' };
}

function send(route: string, things: Readonly<Record<string, string>>, key: string | undefined): Promise<Answer> {
  const [method = '', path = ''] = route.split(' ');
  const address = path.replace(/\{\w+\}/g, () => thingOf(path, things)) + (QUERIES[route] ?? '');
  const content = paths[path]?.[method.toLowerCase()]?.requestBody?.content;
  if (content === undefined) return service.ask(address, key, { method });
  return service.ask(address, key, jsonBody(BODIES[route]?.(things) ?? exampleOf(content), method));
}

function exampleOf(content: NonNullable<Operation['requestBody']>['content']): unknown {
  const name = content['application/json']?.schema.$ref?.split('/').at(-1) ?? '';
  const { example, examples = [] } = components.schemas[name] ?? {};
  return example ?? examples[0] ?? {};
}

it('requires a key on every route except those for load balancers and browsers', () => {
  const open = routes.filter(({ scope }) => scope === undefined).map(({ route }) => route);
  expect(open).toEqual(['GET /healthz', 'GET /readyz']);
});

it.each(['/', '/docs', '/docs/json', '/docs/static/swagger-ui.css', '/openapi.json'])(
  'responds to %s, which is undocumented, without a key',
  async (path) => {
    expect(Object.keys(paths)).not.toContain(path);
    expect((await service.ask(path, undefined)).status).toBe(200);
  },
);

describe.each(guarded)('$route', ({ route, path, scope }) => {
  it('is refused without a key', async () => {
    const answer = await send(route, theirs, undefined);
    expect([answer.status, answer.json().code]).toEqual([401, 'key_required']);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  it.each([
    ['unknown', async () => `ty_${'A'.repeat(43)}`],
    ['malformed', async () => 'ty_short'],
    ['revoked', revokedKey],
    ['expired', expiredKey],
  ])('is refused with a key that is %s', async (_, makeKey) => {
    const answer = await send(route, theirs, await makeKey());
    expect([answer.status, answer.json().code]).toEqual([401, 'key_invalid']);
  });

  it('is refused with a key of all scopes but the required one, which it names', async () => {
    const others = SCOPES.filter((other) => other !== scope && other !== 'admin');
    const { key } = await service.makeKey(others, 'theirs');
    const answer = await send(route, theirs, key);
    expect([answer.status, answer.json().code]).toEqual([403, 'scope_missing']);
    expect(answer.json().detail).toContain(`the scope ${scope}`);
  });

  it('accepts a key with its scope', async () => {
    const { key } = await service.makeKey([scope], 'theirs');
    const answer = await send(route, unknownThings(), key);
    if (!FOR_DEFAULT.includes(route)) expect([401, 403]).not.toContain(answer.status);
  });

  it.runIf(path.includes('{'))("does not distinguish another project's resource from a missing one", async () => {
    const [known, unknown] = [await send(route, theirs, stranger), await send(route, unknownThings(), stranger)];
    expect(known.status).toBe(FOR_DEFAULT_ADMINS.includes(route) ? 403 : 404);
    const named = (answer: Answer, things: typeof theirs) =>
      Object.values(things).reduce((text, id) => text.replaceAll(id, '…'), answer.text);
    expect(named(known, theirs)).toBe(named(unknown, unknownThings()));
  });
});

it('has changed nothing without authorization', async () => {
  expect(await rowsOfTheirs()).toEqual(before);
});

async function rowsOfTheirs(): Promise<unknown> {
  const { database } = service;
  const tables = ['datasets', 'jobs', 'models', 'aliases', 'webhooks', 'sweeps'] as const;
  const things = tables.map((table) =>
    database.selectFrom(table).selectAll().where('project', '=', 'theirs').execute(),
  );
  const key = database.selectFrom('keys').selectAll().where('id', '=', theirs.keys).execute();
  const project = database.selectFrom('projects').selectAll().where('name', '=', 'theirs').execute();
  return Promise.all([...things, key, project]);
}

async function revokedKey(): Promise<string> {
  const { id, key } = await service.makeKey(SCOPES, 'theirs');
  await service.keys.revoke({ project: 'theirs' }, id);
  return key;
}

async function expiredKey(): Promise<string> {
  const { id, key } = await service.makeKey(SCOPES, 'theirs');
  await service.database.updateTable('keys').set({ expiresAt: Date.now() }).where('id', '=', id).execute();
  return key;
}

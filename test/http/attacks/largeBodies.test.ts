import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_LISTED } from '../../../src/kit/contract/errors.ts';
import { openService } from '../../access/support.ts';
import { operations, resolved, type Schema } from '../fuzz/document.ts';
import { createModel } from '../trainedModel.ts';

/**
 * CPU time of the whole process for one request, client and server: about eight times that of the
 * slowest.
 */
const MOST_CPU_MS = 1500;
/** Placeholder in a body for the repeated part. */
const MARK = 'MARK';
/** Deeper than the schemas that do not contain themselves. */
const DEEPEST = 7;

type Kind = 'members' | 'elements' | 'text';

/** A place in a body that a client can make large; `bodyWith` puts a value there. */
interface Place {
  readonly pointer: string;
  readonly kind: Kind;
  readonly bodyWith: (value: unknown) => unknown;
  /** A list or a record without a limit of its own. */
  readonly isOpen: boolean;
}

/** Every object, list and text in the schema of a body, each with the body around it. */
function* placesOf(schema: Schema, bodyWith: Place['bodyWith'], pointer = '', depth = 0): Generator<Place> {
  const {
    anyOf,
    oneOf,
    type,
    properties = {},
    additionalProperties,
    items,
    maxItems,
    maxProperties,
  } = resolved(schema);
  if (depth > DEEPEST) return;
  for (const branch of anyOf ?? oneOf ?? []) yield* placesOf(branch, bodyWith, pointer, depth);
  const isRecord = typeof additionalProperties === 'object';
  const isOpen = (type === 'array' && maxItems === undefined) || (isRecord && maxProperties === undefined);
  const place = (kind: Kind, inside = bodyWith): Place => ({ pointer, kind, bodyWith: inside, isOpen });
  if (type === 'string') yield place('text');
  if (type === 'array' || isAny(schema)) yield place('elements');
  if (type === 'array' && items) yield* placesOf(items, (value) => bodyWith([value]), `${pointer}/0`, depth + 1);
  if (type !== 'object' && !isAny(schema)) return;
  const kinds = Object.entries(properties).filter(([, part]) => 'const' in part);
  const fixed = Object.fromEntries(kinds.map(([name, part]) => [name, part.const]));
  const withMembers = (members: unknown) => bodyWith({ ...fixed, ...(members as object) });
  yield place('members', withMembers);
  for (const [name, part] of Object.entries(properties)) {
    yield* placesOf(part, (value) => withMembers({ [name]: value }), `${pointer}/${name}`, depth + 1);
  }
  if (!isRecord) return;
  const name = 'training.batchSize';
  yield* placesOf(additionalProperties, (value) => withMembers({ [name]: value }), `${pointer}/${name}`, depth + 1);
}

function isAny(schema: Schema): boolean {
  const { type, anyOf, oneOf, enum: choices } = resolved(schema);
  return type === undefined && !anyOf && !oneOf && !choices && !('const' in resolved(schema));
}

/** Every route with a JSON body, so that new routes are included. */
const attacked = operations.flatMap(({ method, path, requestBody }) => {
  const schema = requestBody?.content['application/json']?.schema;
  if (schema === undefined) return [];
  const { example, examples = [example] } = resolved(schema) as Schema & { readonly examples?: readonly unknown[] };
  const around = (members: unknown) => ({ ...(examples[0] as object), ...(members as object) });
  const whole = isAny(schema) ? (value: unknown) => value : around;
  return [{ route: `${method} ${path}`, method, path, places: [...placesOf(schema, whole)] }];
});

const list = (length: number, part: (i: number) => string) => Array.from({ length }, (_, i) => part(i)).join(',');
const KEYS = { many: 180_000, allowed: 9000 } as const;
/** For each kind: values for the place, and what replaces the placeholder in them. */
const LARGE: Readonly<Record<Kind, readonly (readonly [what: string, value: unknown, instead: string])[]>> = {
  members: Object.values(KEYS).flatMap((count) => [
    [`${count} members`, { [MARK]: 0 }, list(count, (i) => `"k${i}.a/b~c":0`)] as const,
    [
      `${count} objects`,
      { [MARK]: 0 },
      list(Math.min(count, 16_000), (i) => `"k${i}.x":{"type":"choice","values":[1]}`),
    ] as const,
  ]),
  elements: [
    ['100,000 numbers', [MARK], list(100_000, () => '0')],
    ['40,000 numbers', [MARK], list(40_000, () => '0')],
    ['40,000 texts', [MARK], list(40_000, (i) => `"x${i}"`)],
  ],
  text: [
    ['a text of dots', MARK, `"${'a.'.repeat(4_000_000)}"`],
    ['a text of letters', MARK, `"${'ds_a'.repeat(250_000)}"`],
  ],
};

let service: Awaited<ReturnType<typeof openService>>;
let key: string;
let things: Readonly<Record<string, string>>;
let datasetId: string;
beforeAll(async () => {
  service = await openService();
  key = (await service.makeKey(['admin'])).key;
  const rows = Array.from({ length: 40 }, (_, i) => `${i},${i % 3 ? 'u' : 'v'},${i % 2 ? 'p' : 'q'}`).join('\n');
  datasetId = await create('/v1/datasets', `a,b,income\n${rows}\n`, 'text/csv');
  const jobs = await create('/v1/jobs', JSON.stringify({ datasetId, target: 'income', ensemble: null }));
  const models = await createModel(service.database, jobs);
  const space = { lr: { type: 'uniform', min: 0, max: 1 } };
  const sweeps = await create('/v1/sweeps', JSON.stringify({ space, external: true, objective: { metric: 'loss' } }));
  const webhooks = await create('/v1/webhooks', '{"url":"https://hooks.invalid/"}');
  things = { jobs, models, sweeps, webhooks };
});
afterAll(() => service.stop());

async function create(path: string, body: string, type?: string): Promise<string> {
  const answer = await send('POST', path, body, type);
  expect(answer.status, answer.text).toBeLessThan(300);
  return String(answer.json().id);
}

function send(method: string, path: string, body: string, type = 'application/json') {
  const address = path.replace(/\{\w+\}/, things?.[path.split('/')[2] ?? ''] ?? 'default');
  return service.ask(address, key, { method, headers: { 'content-type': type }, body });
}

async function expectRefusal(method: string, path: string, body: string, what: string): Promise<void> {
  const before = process.cpuUsage();
  const [answer, health] = await Promise.all([send(method, path, body), service.ask('/healthz', undefined)]);
  const { user, system } = process.cpuUsage(before);
  expect(health.status).toBe(200);
  expect(answer.status, `${what}: ${answer.text.slice(0, 500)}`).toBeGreaterThanOrEqual(200);
  expect(answer.status, `${what}: ${answer.text.slice(0, 500)}`).toBeLessThan(500);
  const { errors = [] } = answer.json() as { readonly errors?: readonly unknown[] };
  expect(errors.length, what).toBeLessThanOrEqual(MAX_LISTED);
  expect(answer.text.length, what).toBeLessThan(1_000_000);
  expect((user + system) / 1000, what).toBeLessThan(MOST_CPU_MS);
}

it('finds the expected routes and places', () => {
  const pointersOf = (wanted: string) =>
    attacked.find(({ route }) => route === wanted)?.places.map(({ pointer, kind }) => `${kind} ${pointer}`);
  expect(pointersOf('POST /v1/sweeps/preview')).toEqual(
    expect.arrayContaining(['members /space', 'members /job', 'elements /objective', 'text /name']),
  );
  expect(pointersOf('POST /v1/jobs')).toEqual(
    expect.arrayContaining([
      'members ',
      'members /labels',
      'members /training/classWeights',
      'elements /features/exclude',
    ]),
  );
  expect(pointersOf('POST /v1/models/{id}/predict')).toContain('members /rows/0');
});

it('has a limit for every list and every record of a request, except rows', () => {
  const limits = attacked.flatMap(({ route, places }) => places.flatMap((place) => ({ route, ...place })));
  const open = limits.filter(({ isOpen }) => isOpen).map(({ route, pointer }) => `${route} ${pointer}`);
  const rows = ['datasets ', 'models/{id}/predict /rows', 'models/{id}/predict /rows/0'];
  expect(new Set(open)).toEqual(new Set(rows.map((place) => `POST /v1/${place}`)));
});

describe.each(attacked)('$route', ({ method, path, places }) => {
  const cases = places.flatMap(({ pointer, kind, bodyWith }) =>
    LARGE[kind].map(([what, value, instead]) => ({ where: pointer || 'the body', what, bodyWith, value, instead })),
  );

  it.each(cases)(
    'responds to $what at $where soon, with few issues',
    async ({ where, what, bodyWith, value, instead }) => {
      const around = JSON.stringify(bodyWith(value)).replaceAll(/"ds_01[a-z0-9]*"/g, JSON.stringify(datasetId));
      const body = around.replace(`"${MARK}":0`, () => instead).replace(`"${MARK}"`, () => instead);
      await expectRefusal(method, path, body, `${what} at ${where}`);
    },
  );

  it('responds to 900,000 unknown members', async () => {
    await expectRefusal(method, path, `{${list(900_000, (i) => `"k${i}":0`)}}`, '900,000 members');
  });

  it('responds to anything but an object', async () => {
    for (const body of ['0', 'null', '"x"', '[]', `[${list(40_000, () => '0')}]`, `${' '.repeat(4_000_000)}x`, '{']) {
      await expectRefusal(method, path, body, body.slice(0, 20));
    }
  });
});

it.each(
  operations.filter(({ method, requestBody }) => ['POST', 'PUT', 'PATCH', 'DELETE'].includes(method) && !requestBody),
)('$method $path, which has no body, refuses one of blanks soon', async ({ method, path }) => {
  await expectRefusal(method, path.replace(/\{\w+\}/, 'none'), `${' '.repeat(4_000_000)}x`, 'blanks');
});

it.each(operations.filter(({ method }) => method === 'GET'))(
  'GET $path responds soon to as many parameters as fit into an address',
  async ({ path, parameters = [] }) => {
    const names = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
    for (const name of ['k', ...names]) {
      const query = Array.from({ length: 1000 }, (_, i) => (name === 'k' ? `k${i}=0` : `${name}=${i}x`)).join('&');
      const answer = await service.ask(`${path.replace(/\{\w+\}/, 'none')}?${query.slice(0, 14_000)}`, key);
      expect(answer.status).toBeLessThan(500);
      if (answer.status === 400) expect((answer.json().errors as readonly unknown[]).length).toBeLessThanOrEqual(100);
    }
  },
);

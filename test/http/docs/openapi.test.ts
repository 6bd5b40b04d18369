import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { describeApi } from '../../../src/server/openapi.ts';

interface Media {
  readonly schema?: unknown;
  readonly example?: unknown;
  readonly examples?: unknown;
}
interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly description?: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Readonly<Record<string, Media>> }>
  >;
}
interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

const document = (await describeApi()) as OpenApi;
const text = JSON.stringify(document);
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ route: `${method.toUpperCase()} ${path}`, operation })),
);

describe('the OpenAPI document', () => {
  it('equals the file in the repository', () => {
    const committed = readFileSync(new URL('../../../openapi/openapi.json', import.meta.url), 'utf8');
    expect(`${JSON.stringify(document, null, 2)}\n`, 'run `npm run openapi` and commit it').toBe(committed);
  });

  it('is valid OpenAPI', async () => {
    const { valid, errors } = await new Validator().validate(JSON.parse(text));
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
  });

  it('names each schema once and has no unused one', () => {
    const used = new Set([...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map((match) => match[1]));
    expect(Object.keys(document.components.schemas)).toEqual([...used].sort());
  });
});

it('names each operation once, for generated clients', () => {
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(ids).not.toContain(undefined);
  expect(new Set(ids).size).toBe(ids.length);
});

describe.each(operations)('$route', ({ route, operation }) => {
  it('describes it in a summary and a description', () => {
    expect(operation.summary).toBeTruthy();
    expect(operation.description).toBeTruthy();
    expect(operation.tags).toHaveLength(1);
  });

  it('describes its parameters', () => {
    expect((operation.parameters ?? []).filter(({ description }) => !description)).toEqual([]);
  });

  it('describes its responses, the errors as problems', () => {
    const errors = Object.entries(operation.responses).filter(([status]) => Number(status) >= 400);
    for (const [, { content }] of errors) expect(Object.keys(content ?? {})).toEqual(['application/problem+json']);
    expect(
      Object.values(operation.responses).filter(
        ({ description }) => !description || description === 'Default Response',
      ),
    ).toEqual([]);
    expect(errors.map(([status]) => status)).toContain('500');
    if (route.includes('{')) expect(errors.map(([status]) => status)).toContain('404');
  });

  it('has an example of each body that people can read', () => {
    const bodies = [operation.requestBody, ...Object.values(operation.responses)].flatMap((body) =>
      Object.values(body?.content ?? {}),
    );
    expect(bodies.filter((media) => !hasExample(media))).toEqual([]);
  });
});

/** On the media type, in its schema, or in the referenced schema. */
function hasExample(media: Media): boolean {
  if (JSON.stringify(media.schema).includes('"binary"')) return true;
  return media.example !== undefined || media.examples !== undefined || schemaHasExample(media.schema);
}

function schemaHasExample(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  if ('example' in schema || 'examples' in schema) return true;
  if ('$ref' in schema)
    return schemaHasExample(document.components.schemas[String(schema.$ref).split('/').at(-1) ?? '']);
  const inner = 'properties' in schema ? schema.properties : 'items' in schema ? { items: schema.items } : {};
  return Object.values(inner ?? {}).some((part) => JSON.stringify(part).includes('$ref') || schemaHasExample(part));
}

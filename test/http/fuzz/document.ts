import { describeApi } from '../../../src/server/openapi.ts';

/** The parts of a JSON schema that the generator reads. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly prefixItems?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
}

/** By media type. */
type Content = Readonly<Record<string, { readonly schema: Schema; readonly example?: unknown }>>;

interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header';
  readonly schema: Schema;
}

interface Description {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
  readonly security?: readonly unknown[];
}

/** One method of one path. */
export interface Operation extends Description {
  readonly method: string;
  readonly path: string;
}

export const openApi = (await describeApi()) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Description>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

export const operations: readonly Operation[] = Object.entries(openApi.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, description]) => ({ ...description, path, method: method.toUpperCase() })),
);

/** The schema itself, or the one that it refers to. Throws if the document does not have it. */
export function resolved(schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const named = openApi.components.schemas[schema.$ref.replace('#/components/schemas/', '')];
  if (!named) throw new Error(`The document refers to ${schema.$ref} and does not have it.`);
  return resolved(named);
}

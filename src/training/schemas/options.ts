import { z } from 'zod';
import {
  type Definition,
  type FlagOption,
  type Given,
  isNestedOption,
  isNumberOption,
  type NestedOption,
  type NumberOption,
  type Option,
} from '../../engine/options.ts';

type Table = Readonly<Record<string, Definition<object, unknown>>>;

/** The name of a type and all of its options. */
type Complete<Rows extends Table> = {
  readonly [Type in keyof Rows]: { readonly type: Type } & Rows[Type]['defaults'];
}[keyof Rows];
/** The name of a type and any of its options. */
type Requested<Rows extends Table> = {
  readonly [Type in keyof Rows]: { readonly type: Type } & Given<Rows[Type]['defaults']>;
}[keyof Rows];

/**
 * The schema of one of the engine's tables: `{ "type": "adam", "learningRate": 0.001 }`, with the
 * engine's ranges and defaults. It follows from the table, so that a new optimizer is in the
 * contract as soon as it is in the table. Options that clients set elsewhere are not part of it.
 */
export function optionsSchema<const Rows extends Table>(table: Rows): z.ZodType<Complete<Rows>, Requested<Rows>> {
  return rowsSchema(table, {}) as z.ZodType<Complete<Rows>, Requested<Rows>>;
}

/** The same, with fields that every row has besides its own options. */
export function optionsSchemaWith<const Rows extends Table, Fields extends z.ZodRawShape>(
  table: Rows,
  fields: Fields,
): z.ZodType<Complete<Rows> & z.output<z.ZodObject<Fields>>, Requested<Rows> & z.input<z.ZodObject<Fields>>> {
  return rowsSchema(table, fields) as ReturnType<typeof optionsSchemaWith<Rows, Fields>>;
}

/**
 * Each row's schema is built from that row's options at run time, so only the table's own type can
 * name the result.
 */
function rowsSchema(table: Table, fields: z.ZodRawShape): z.ZodType {
  const [first, ...others] = Object.entries(table).map(([type, { options }]) =>
    rowSchema(type, options).extend(fields),
  );
  return z.discriminatedUnion('type', [first, ...others]);
}

function rowSchema(type: string, options: Readonly<Record<string, Option>>) {
  return z.strictObject({ type: z.literal(type), ...fieldsOf(options) });
}

function fieldsOf(options: Readonly<Record<string, Option>>): z.ZodRawShape {
  const fields = Object.entries(options).flatMap(([name, option]) =>
    'separate' in option ? [] : [[name, optionSchema(option)] as const],
  );
  return Object.fromEntries(fields);
}

function optionSchema(option: NumberOption | FlagOption | NestedOption): z.ZodType {
  if (isNestedOption(option)) return nestedSchema(option);
  if (isNumberOption(option)) return numberSchema(option).describe(option.description).prefault(option.default);
  return z.boolean().describe(option.description).prefault(option.default);
}

/** Its only type may be left out. */
function nestedSchema({ default: { type }, options, description }: NestedOption): z.ZodType {
  return z
    .strictObject({ type: z.literal(type).prefault(type), ...fieldsOf(options) })
    .describe(description)
    .prefault({});
}

function numberSchema({ min, above, max, below, integer }: NumberOption) {
  return (integer ? z.int() : z.number()).check(
    ...(min === undefined ? [] : [z.gte(min)]),
    ...(above === undefined ? [] : [z.gt(above)]),
    ...(max === undefined ? [] : [z.lte(max)]),
    ...(below === undefined ? [] : [z.lt(below)]),
  );
}

import { z } from 'zod';
import type { Definition } from '../../engine/options.ts';

type Table = Readonly<Record<string, Definition<object, unknown>>>;

/** A type's name beside its options, all of them. */
type Complete<Rows extends Table> = {
  readonly [Type in keyof Rows]: { readonly type: Type } & Rows[Type]['defaults'];
}[keyof Rows];
/** The same with any of them. */
type Requested<Rows extends Table> = {
  readonly [Type in keyof Rows]: { readonly type: Type } & Partial<Rows[Type]['defaults']>;
}[keyof Rows];

const share = z.number().min(0).max(1);
const belowOne = z.number().min(0).lt(1);
const notNegative = z.number().nonnegative().max(1e6);
const epochs = z.int().min(1).max(100_000);

/** What each option of a loss, an optimizer or a schedule may be; a new option of the engine needs a row here. */
const OPTIONS: Readonly<Record<string, z.ZodType>> = {
  learningRate: z.number().positive().max(100).describe('Alpha: how far a step goes.'),
  momentum: belowOne.describe('The share of the last step that goes into the next.'),
  nesterov: z.boolean().describe("Nesterov's momentum; it needs a momentum."),
  weightDecay: notNegative.describe('How fast parameters shrink; adamw and lion keep it apart from the gradient.'),
  beta1: belowOne.describe("Decay of the gradient's mean."),
  beta2: belowOne.describe("Decay of the squared gradient's mean."),
  alpha: belowOne.describe("Decay of the squared gradient's mean."),
  epsilon: z.number().positive().max(1).describe('Keeps a division from a division by zero.'),
  learningRateDecay: notNegative.describe('How fast the rate falls with the steps.'),
  stepSize: epochs.describe('Epochs between two drops of the rate.'),
  gamma: z.number().positive().max(1).describe('The factor of a drop.'),
  factor: z.number().positive().lt(1).describe('The factor of a drop.'),
  patience: epochs.describe('Epochs without improvement before a drop.'),
  threshold: belowOne.describe('The relative improvement that counts as one.'),
  cooldown: z.int().min(0).max(100_000).describe('Epochs of rest after a drop.'),
  minimum: z.number().nonnegative().max(100).describe('The rate that the schedule never goes below.'),
  warmup: share.describe('The share of the training in which the rate rises.'),
  initialDivisor: z.number().min(1).max(1e9).describe('The first rate is the highest by this.'),
  finalDivisor: z.number().min(1).max(1e12).describe('The last rate is the first by this.'),
  delta: z.number().positive().max(1e6).describe('Where squared becomes linear, in standard deviations of the target.'),
  level: z.number().gt(0).lt(1).describe('The quantile to predict.'),
};

/**
 * The schema of one of the engine's tables: `{ "type": "adam", "learningRate": 0.001 }`, with the engine's own defaults.
 * It is made from the table, so that a new optimizer is in the contract as soon as it is in the table; `hidden` options are set elsewhere.
 */
export function optionsSchema<const Rows extends Table>(
  table: Rows,
  hidden: readonly string[] = [],
): z.ZodType<Complete<Rows>, Requested<Rows>> {
  const rows = Object.entries(table).map(([type, { defaults }]) => rowSchema(type, defaults, hidden));
  const [first, ...others] = rows;
  // Each row's schema is built from that row's defaults at run time, so only the table's own type can name the result.
  return z.discriminatedUnion('type', [first, ...others]) as z.ZodType as z.ZodType<Complete<Rows>, Requested<Rows>>;
}

function rowSchema(type: string, defaults: object, hidden: readonly string[]) {
  const options = Object.entries(defaults).filter(([name]) => !hidden.includes(name));
  const fields = options.map(([name, value]) => [name, optionSchema(name).prefault(value)] as const);
  return z.strictObject({ type: z.literal(type), ...Object.fromEntries(fields) });
}

function optionSchema(name: string): z.ZodType {
  const schema = OPTIONS[name];
  if (schema === undefined) throw new TypeError(`the option '${name}' has no schema`);
  return schema;
}

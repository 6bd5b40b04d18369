/**
 * A number that configures a loss, an optimizer or a schedule: its default, its range, its meaning.
 */
export interface NumberOption {
  readonly default: number;
  /** The smallest value, or an exclusive lower limit. */
  readonly min?: number;
  readonly above?: number;
  /** The largest value, or an exclusive upper limit. */
  readonly max?: number;
  readonly below?: number;
  readonly integer?: true;
  readonly description: string;
  /** Clients set it in a field of its own, not among the options of its type. */
  readonly separate?: true;
}

export interface FlagOption {
  readonly default: boolean;
  readonly description: string;
}

/** An option of another type, which only code sets. */
interface InternalOption<Value> {
  readonly default: Value;
  readonly separate: true;
}

/** An option with a type and options of its own: `{ "type": "adamw", "learningRate": 0.001 }`. */
export interface NestedOption<Values extends { readonly type: string } = { readonly type: string }> {
  /** The type, and the defaults of its options. */
  readonly default: Values;
  readonly options: Options;
  readonly description: string;
}

export type Option = NumberOption | FlagOption | NestedOption | InternalOption<unknown>;
export type Options = Readonly<Record<string, Option>>;

export type ValuesOf<Given extends Options> = { readonly [Name in keyof Given]: Given[Name]['default'] };

/** One row of a table of losses, optimizers or schedules: its options, and how one is created. */
export interface Definition<Values extends object, Created> {
  readonly options: Readonly<Record<keyof Values, Option>>;
  /** The values of the options where none is given. */
  readonly defaults: Values;
  /**
   * Creates one from the given options and the defaults of the others. Throws TypeError for an
   * unknown option, RangeError for an invalid value.
   */
  create(given: object): Created;
}

/** How a caller selects a row of such a table: its name in `type`, and any of its options. */
export type SpecOf<Table extends Readonly<Record<string, Definition<object, unknown>>>> = {
  readonly [Type in keyof Table]: { readonly type: Type } & Given<Table[Type]['defaults']>;
}[keyof Table];

/** Any of the options, and of a nested option any of its own. */
export type Given<Values> = {
  readonly [Name in keyof Values]?: Values[Name] extends { readonly type: string }
    ? Partial<Values[Name]>
    : Values[Name];
};

/** A numeric option with this default. The same range may serve several rows of a table. */
export function numberOption(value: number, range: Omit<NumberOption, 'default'>): NumberOption {
  return { default: value, ...range };
}

export function flagOption(value: boolean, description: string): FlagOption {
  return { default: value, description };
}

export function internalOption<Value>(value: Value): InternalOption<Value> {
  return { default: value, separate: true };
}

/** An option that selects this row of a table and sets any of its options. */
export function nestedOption<const Type extends string, Values extends object>(
  type: Type,
  { options, defaults }: Definition<Values, unknown>,
  description: string,
): NestedOption<{ readonly type: Type } & Values> {
  return { default: { type, ...defaults }, options, description };
}

/** A row of such a table. `build` may throw RangeError for values that do not go together. */
export function define<Given extends Options, Created>(
  options: Given,
  build: (values: ValuesOf<Given>) => Created,
): Definition<ValuesOf<Given>, Created> {
  const entries = Object.entries(options).map(([name, option]) => [name, option.default]);
  // Object.fromEntries forgets the names of a constant table.
  const defaults = Object.fromEntries(entries) as ValuesOf<Given>;
  return {
    options,
    defaults,
    create: (given) => {
      checkOptions(options, given);
      return build({ ...defaults, ...given, ...completeNested(options, given) });
    },
  };
}

function checkOptions(options: Options, given: object): void {
  for (const [name, value] of Object.entries(given)) {
    if (name === 'type') continue;
    const option = options[name];
    if (option === undefined) throw new TypeError(`Unknown option '${name}'.`);
    if (isNestedOption(option)) checkNested(name, option, value);
    if (isNumberOption(option) && !isInRange(option, value)) {
      throw new RangeError(`Option '${name}' must be ${describeRange(option)}, not ${value}.`);
    }
  }
}

function checkNested(name: string, option: NestedOption, value: { readonly type?: string }): void {
  const { type } = option.default;
  if (value.type !== undefined && value.type !== type)
    throw new TypeError(`Option '${name}' must have the type '${type}', not '${value.type}'.`);
  checkOptions(option.options, value);
}

/** The nested options that are given, with the defaults of their own options. */
function completeNested(options: Options, given: object): object {
  const nested = Object.entries(given).flatMap(([name, value]) => {
    const option = options[name];
    return option !== undefined && isNestedOption(option) ? [[name, { ...option.default, ...value }] as const] : [];
  });
  return Object.fromEntries(nested);
}

export function isNestedOption(option: Option): option is NestedOption {
  return 'options' in option;
}

export function isNumberOption(option: Option): option is NumberOption {
  return typeof option.default === 'number';
}

function isInRange({ min, above, max, below, integer }: NumberOption, value: number): boolean {
  return (
    (min === undefined || value >= min) &&
    (above === undefined || value > above) &&
    (max === undefined || value <= max) &&
    (below === undefined || value < below) &&
    (!integer || Number.isInteger(value))
  );
}

function describeRange({ min, above, max, below, integer }: NumberOption): string {
  const limits = [
    ...(min === undefined ? [] : [`at least ${min}`]),
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(max === undefined ? [] : [`at most ${max}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
  ];
  return `${integer ? 'an integer, ' : ''}${limits.join(' and ')}`;
}

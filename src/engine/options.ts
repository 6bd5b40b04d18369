/** One row of a table of losses, optimizers or schedules: its options with their defaults, and how it is made. */
export interface Definition<Options extends object, Created> {
  readonly defaults: Options;
  /** Makes one from the options given, defaults filled in. Throws TypeError on an option that it does not have. */
  create(given: object): Created;
}

/** What a user of the table writes: the type's name beside any of its options. */
export type SpecOf<Table extends Readonly<Record<string, Definition<object, unknown>>>> = {
  readonly [Type in keyof Table]: { readonly type: Type } & Partial<Table[Type]['defaults']>;
}[keyof Table];

/** A row of such a table; `build` may throw RangeError on an impossible value. */
export function define<Options extends object, Created>(
  defaults: Options,
  build: (options: Options) => Created,
): Definition<Options, Created> {
  return { defaults, create: (given) => build(complete(defaults, given)) };
}

function complete<Options extends object>(defaults: Options, given: object): Options {
  const unknown = Object.keys(given).find((option) => option !== 'type' && !(option in defaults));
  if (unknown !== undefined) throw new TypeError(`unknown option '${unknown}'`);
  return { ...defaults, ...given };
}

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ACTIVATIONS } from '../../../src/engine/kernels/kernels.ts';
import { type Argument, argumentsOf, KERNEL_NAMES, returnsNumber } from '../../../src/engine/kernels/signatures.ts';
import { addon } from '../addon.ts';

const KERNELS = new URL('../../../src/engine/kernels/', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, KERNELS), 'utf8');

const HEADERS = [
  'activations',
  'elementwise',
  'embeddings',
  'gram',
  'losses',
  'normalization',
  'oneHot',
  'optimizers',
  'products',
];
const SOURCE = HEADERS.map((name) => read(`cpp/${name}.h`)).join('\n');

interface Declaration {
  readonly returns: string;
  /** Types and names, in order: `const float* W`. */
  readonly parameters: readonly string[];
}

/**
 * The kernels that the C++ sources define. Losses of one macro have the parameters of its function.
 */
function declarations(): ReadonlyMap<string, Declaration> {
  const found = new Map<string, Declaration>();
  for (const [, returns, name, list] of SOURCE.matchAll(/KERNEL (\w+) (\w+)\(([^)]*)\)/g)) {
    const text = list.replaceAll(/\[\[maybe_unused\]\]|\\/g, '').replaceAll(/\s+/g, ' ');
    found.set(name, { returns, parameters: text.split(',').map((parameter) => parameter.trim()) });
  }
  const macro = found.get('name');
  found.delete('name');
  for (const [, name] of SOURCE.matchAll(/^LOSS_KERNEL\((\w+), \w+\)$/gm)) if (macro) found.set(name, macro);
  return found;
}

/** The C++ types that an argument of each kind may have. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  matrix: ['float*', 'const float*'],
  'matrix?': ['float*', 'const float*'],
  classes: ['const float*'],
  rows: ['const int*'],
  codes: ['const int*'],
  integers: ['int*', 'const int*'],
  starts: ['const int*'],
  size: ['Size'],
  number: ['float', 'double'],
  word: ['Word'],
  flag: ['bool'],
  activation: ['Size'],
  productInputs: ['bool'],
};

const spellings = ({ name, kind }: Argument) => TYPES[kind].map((type) => `${type} ${name}`);

describe('the signatures of the kernels', () => {
  const defined = declarations();

  it('name the kernels that the C++ sources define', () => {
    expect([...defined.keys()].toSorted()).toEqual(KERNEL_NAMES.toSorted());
  });

  it.each(KERNEL_NAMES)('give %s the arguments of its C++ function, in its order', (kernel) => {
    const all = argumentsOf(kernel);
    const { returns, parameters } = defined.get(kernel) ?? { returns: '', parameters: [] };
    expect(returns).toBe(returnsNumber(kernel) ? 'double' : 'void');
    expect(parameters).toHaveLength(all.length);
    for (const [i, argument] of all.entries()) expect(spellings(argument)).toContain(parameters[i]);
  });

  it('name the exports of the WebAssembly module, each with as many arguments', async () => {
    const { instance } = await WebAssembly.instantiate(readBytes('../../../build/kernels.wasm'));
    const counts = Object.entries(instance.exports).flatMap(([name, value]) =>
      typeof value === 'function' && name !== 'setArena' ? [[name, value.length] as const] : [],
    );
    expect(Object.fromEntries(counts)).toEqual(
      Object.fromEntries(KERNEL_NAMES.map((kernel) => [kernel, argumentsOf(kernel).length])),
    );
  });

  it.skipIf(addon === null)('name the kernels of the addon, in its order', () => {
    expect(addon?.kernels).toEqual(KERNEL_NAMES);
  });

  it('have the index of each activation that the C++ sources have', () => {
    const [, list] = /FUNCTIONS\[\] = \{([^}]*)\}/.exec(SOURCE) ?? [];
    const names = [...(list ?? '').matchAll(/functionsOf<(\w)(\w*)>/g)].map(
      ([, first, rest]) => first.toLowerCase() + rest,
    );
    expect(names).toEqual(ACTIVATIONS);
  });
});

function readBytes(path: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(path, import.meta.url)));
}

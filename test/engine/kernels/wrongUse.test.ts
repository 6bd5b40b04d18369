import { describe, expect, it } from 'vitest';
import type { Kernels } from '../../../src/engine/kernels/kernels.ts';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/reference.ts';
import { BACKENDS } from '../backends.ts';
import { arrange, type KernelCall } from './calls/call.ts';
import { CALLS } from './calls/calls.ts';

const SIZES = { m: 3, k: 4, n: 5, c: 2, count: 15 };
/** Offset of the first matrix, and numbers between two. */
const GAP = 3;

// -1 alone may be valid, for a matrix that may be absent.
const NO_OFFSETS = [-2, 0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e9, 2 ** 53, 2 ** 64];
const NO_SIZES = [-1, 2.5, Number.NaN, Number.POSITIVE_INFINITY, 1000, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 62, 2 ** 64];

interface Prepared {
  readonly kernels: Kernels;
  readonly at: Readonly<Record<string, number>>;
}

/** An arena with the inputs of the call. */
function prepare(call: KernelCall, createKernels: (typeof BACKENDS)[number]['createKernels']): Prepared {
  const { matrices, indices = [] } = arrange(call, SIZES);
  const at: Record<string, number> = { index: 0 };
  let next = GAP;
  for (const [name, matrix] of Object.entries(matrices)) {
    at[name] = next;
    next += matrix.length + GAP;
  }
  const kernels = createKernels({ numbers: next, indices: indices.length });
  for (const [name, matrix] of Object.entries(matrices)) kernels.values.set(matrix, at[name]);
  kernels.indices.set(indices);
  call.prepare?.(kernels, at, SIZES);
  return { kernels, at };
}

/** Expects a RangeError and unchanged bits. */
function expectRefusal({ kernels }: Prepared, run: () => void, why: string): void {
  const before = [kernels.values.slice(), kernels.indices.slice()];
  expect(run, why).toThrow(RangeError);
  expect([kernels.values, kernels.indices], why).toEqual(before);
}

const NATIVE = BACKENDS.filter(({ name }) => name.startsWith('native'));

describe.each(NATIVE)('wrong use of the $name backend', ({ createKernels }) => {
  describe.each(CALLS)('$name', (call) => {
    const offsets = [...Object.keys(call.matrices), ...(call.indices ? ['index'] : [])];

    it.each(offsets)('throws for an invalid offset of %s, and changes nothing', (name) => {
      const prepared = prepare(call, createKernels);
      const mayBeAbsent = call.mayBeAbsent?.includes(name) ?? false;
      for (const offset of mayBeAbsent ? NO_OFFSETS : [-1, ...NO_OFFSETS]) {
        const at = { ...prepared.at, [name]: offset };
        expectRefusal(prepared, () => call.call(prepared.kernels, at, SIZES), `${name} at ${offset}`);
      }
    });

    it.each(offsets)('throws when %s ends beyond the arena', (name) => {
      const prepared = prepare(call, createKernels);
      const { kernels } = prepared;
      const length = name === 'index' ? call.indices?.(SIZES).length : call.matrices[name]?.[0](SIZES);
      const end = name === 'index' ? kernels.indices.length : kernels.values.length;
      // The gathered rows need not be all of the source.
      const at = { ...prepared.at, [name]: end - (name === 'source' ? 1 : (length ?? 0) - 1) };
      expectRefusal(prepared, () => call.call(kernels, at, SIZES), `${name} ends beyond`);
    });

    it.each(call.sizeArguments)('throws for an invalid size %s, and changes nothing', (name) => {
      const prepared = prepare(call, createKernels);
      for (const size of NO_SIZES) {
        const sizes = { ...SIZES, [name]: size };
        expectRefusal(prepared, () => call.call(prepared.kernels, prepared.at, sizes), `${name} = ${size}`);
      }
    });
  });
});

describe.each(NATIVE)('starts of the $name backend', ({ createKernels }) => {
  it.each([[[0, 2, 2]], [[0, 2, 1]], [[1, 2, 3]], [[0, 1, 2]], [[0, 1, 4]], [[0, -1, 3]]])(
    '%j do not rise from 0 to 3',
    (starts) => {
      const kernels = createKernels({ numbers: 100, indices: 3 });
      kernels.indices.set(starts);
      expect(() => kernels.piecewiseLinear(0, 10, 20, 0, 30, 40, 50, 60, 1, 1, 2, 2, 3)).toThrow(RangeError);
    },
  );
});

it('is tested for every kernel', () => {
  const called = new Set<string>();
  const { name, precision, values, indices, maxThreads, setThreads, productInputs, withProductInputs, ...methods } =
    createReferenceKernels({ numbers: 0, indices: 0 });
  for (const call of CALLS) {
    const { kernels, at } = prepare(call, createReferenceKernels);
    const recorded = new Proxy(kernels, {
      get(target, property) {
        called.add(String(property));
        return Reflect.get(target, property);
      },
    });
    call.call(recorded, at, SIZES);
  }
  expect([...called].sort()).toEqual(Object.keys(methods).sort());
});

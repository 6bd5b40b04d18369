import { expect } from 'vitest';
import type { ArenaSize, CreateKernels, Kernels } from '../../../src/engine/kernels/kernels.ts';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/reference.ts';

type Offsets<Name extends string> = Readonly<Record<Name, number>>;

/** One call of a kernel, and the contents of the arena before it. */
export interface Arrangement<Name extends string = string> {
  readonly matrices: Readonly<Record<Name, readonly number[]>>;
  readonly indices?: readonly number[];
  /** The matrices that the kernel may write; every other number of the arena must be unchanged. */
  readonly writes: readonly NoInfer<Name>[];
  /** Calls the kernel; its result is compared too. */
  readonly call: (kernels: Kernels, at: Offsets<NoInfer<Name>>) => unknown;
  /**
   * Numbers before each matrix and after the last. The default places most matrices at no multiple
   * of a vector.
   */
  readonly gap?: number;
}

/**
 * How far the number at a position of the arena (-1: the result) may be from the reference's
 * `expected`.
 */
export type Tolerance = (expected: number, position: number) => number;

interface Outcome {
  readonly values: readonly number[];
  readonly returned: number;
  /** The first positions outside of `writes` whose bits have changed. */
  readonly touched: readonly number[];
}

const GAP = 5;
/** The fewest numbers, and the fewest indices, of an arena that arrangements share. */
const SMALLEST_ARENA = 2 ** 13;
/**
 * A NaN that no arithmetic produces: a read past a matrix spoils the result, and a write there is
 * visible. Two of them make a float64 with the same property.
 */
const CANARY_BITS = 0x7fffcafe;
const RETURNED = -1;
/** Outside of every matrix. */
const CANARY_INDEX = -(2 ** 31);

/** Runs the call on the backend and on the reference, and compares the whole arena afterwards. */
export function expectConformance<Name extends string>(
  createKernels: CreateKernels,
  arrangement: Arrangement<Name>,
  tolerance: Tolerance,
): void {
  const got = run(createKernels, arrangement);
  const expected = run(createReferenceKernels, arrangement);
  const wrong = expected.values
    .map((value, position) => ({ position, got: got.values[position], expected: value }))
    .filter((each) => !isClose(each.got, each.expected, tolerance(each.expected, each.position)));
  expect(wrong.slice(0, 5)).toEqual([]);
  expect(got.touched).toEqual([]);
  if (!isClose(got.returned, expected.returned, tolerance(expected.returned, RETURNED))) {
    expect(got.returned).toBe(expected.returned);
  }
}

/**
 * A few units in the last place of float32, for elementwise kernels; `floor` is the smallest
 * magnitude to which they are relative.
 */
export function ulps(count: number, floor = 0): Tolerance {
  return (expected) => count * ulp(Math.max(Math.abs(expected), floor));
}

/**
 * For sums of `terms` products: the classical bound of float32's rounding, terms · 2⁻²⁴ ·
 * Σ|product| for any order of the additions (Higham 2002, section 3.1). The reference computes
 * Σ|product| from the magnitudes in the arena.
 */
export function roundingOfSums<Name extends string>(arrangement: Arrangement<Name>, terms: number): Tolerance {
  const { values, returned } = run(createReferenceKernels, magnitudes(arrangement));
  return (_, position) => (terms + 3) * 2 ** -24 * (position === RETURNED ? returned : values[position]);
}

/** Relative to `scale`, the size of the inputs: for kernels whose sums cancel. */
export function relativeTo(scale: number, part = 1e-5): Tolerance {
  return (expected) => part * Math.max(scale, Math.abs(expected));
}

function run<Name extends string>(createKernels: CreateKernels, arrangement: Arrangement<Name>): Outcome {
  const { matrices, indices = [], call } = arrangement;
  const count = total(arrangement);
  const kernels = sharedKernels(createKernels, { numbers: count, indices: indices.length });
  // At the end of the arena, so that a kernel that goes past the last matrix leaves the arena.
  const first = kernels.values.length - count;
  const at = offsets(arrangement, first);
  const values = kernels.values.subarray(first);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.byteLength / 4);
  bits.fill(CANARY_BITS);
  kernels.indices.fill(CANARY_INDEX).set(indices);
  for (const name of names(matrices)) kernels.values.set(matrices[name].map(Math.fround), at[name]);
  const before = bits.slice();
  const returned = call(kernels, at);
  return {
    values: Array.from(values),
    returned: typeof returned === 'number' ? returned : 0,
    touched: touchedOutside(arrangement, before, bits),
  };
}

/** The kernels of each backend by the size of their arena. */
const shared = new WeakMap<CreateKernels, Map<string, Kernels>>();

/**
 * Kernels with an arena of at least this size. A process has at most 65,530 mappings of memory, and
 * the garbage collector, which knows nothing of them, unmaps arenas late.
 */
function sharedKernels(createKernels: CreateKernels, { numbers, indices }: ArenaSize): Kernels {
  const size = { numbers: arenaSize(numbers), indices: arenaSize(indices) };
  const bySize = shared.get(createKernels) ?? new Map<string, Kernels>();
  shared.set(createKernels, bySize);
  const key = `${size.numbers} ${size.indices}`;
  const kernels = bySize.get(key) ?? createKernels(size);
  bySize.set(key, kernels);
  return kernels;
}

/** The next power of two. */
function arenaSize(count: number): number {
  return Math.max(SMALLEST_ARENA, 2 ** Math.ceil(Math.log2(count)));
}

function touchedOutside(arrangement: Arrangement, before: Uint32Array, after: Uint32Array): readonly number[] {
  const mayChange = writable(arrangement);
  const wordsPerNumber = before.length / total(arrangement);
  const touched: number[] = [];
  for (let word = 0; word < before.length && touched.length < 5; word++) {
    const position = Math.floor(word / wordsPerNumber);
    if (before[word] !== after[word] && !mayChange(position)) touched.push(position);
  }
  return touched;
}

function magnitudes<Name extends string>(arrangement: Arrangement<Name>): Arrangement<Name> {
  const entries = names(arrangement.matrices).map((name) => [name, arrangement.matrices[name].map(Math.abs)]);
  return { ...arrangement, matrices: Object.fromEntries(entries) };
}

/** Whether the kernel may write at a position. */
function writable<Name extends string>(arrangement: Arrangement<Name>): (position: number) => boolean {
  const { matrices, writes } = arrangement;
  const at = offsets(arrangement);
  return (position) => writes.some((name) => position >= at[name] && position < at[name] + matrices[name].length);
}

function offsets<Name extends string>({ matrices, gap = GAP }: Arrangement<Name>, first = 0): Offsets<Name> {
  let next = first + gap;
  const entries = names(matrices).map((name) => {
    const offset = next;
    next += matrices[name].length + gap;
    return [name, offset];
  });
  return Object.fromEntries(entries);
}

function total({ matrices, gap = GAP }: Arrangement): number {
  return Object.values(matrices).reduce((sum, matrix) => sum + matrix.length + gap, gap);
}

function names<Name extends string>(matrices: Readonly<Record<Name, readonly number[]>>): Name[] {
  return Object.keys(matrices) as Name[];
}

function isClose(got: number, expected: number, allowed: number): boolean {
  if (Number.isNaN(expected)) return Number.isNaN(got);
  return got === expected || got === Math.fround(expected) || Math.abs(got - expected) <= allowed;
}

/** The distance to the next float32 from a magnitude; constant below the normal numbers. */
function ulp(magnitude: number): number {
  return 2 ** (Math.max(Math.floor(Math.log2(magnitude)), -126) - 23);
}

import { expect } from 'vitest';
import type { CreateKernels, Kernels } from '../../../src/engine/kernels/kernels.ts';
import { createReferenceKernels } from '../../../src/engine/kernels/reference.ts';

type Offsets<Name extends string> = Readonly<Record<Name, number>>;

/** One call of a kernel, and what lies in the arena before it. */
export interface Arrangement<Name extends string = string> {
  readonly matrices: Readonly<Record<Name, readonly number[]>>;
  readonly indices?: readonly number[];
  /** The matrices that the kernel may write; every other number in the arena must stay what it was. */
  readonly writes: readonly NoInfer<Name>[];
  /** Calls the kernel; what it returns is compared too. */
  readonly call: (kernels: Kernels, at: Offsets<NoInfer<Name>>) => unknown;
}

/** How far the number at a position of the arena (or the returned one, position -1) may be from the reference's `expected`. */
export type Tolerance = (expected: number, position: number) => number;

interface Played {
  readonly values: readonly number[];
  readonly returned: number;
}

/** Numbers between two matrices: odd, so that most matrices start at no multiple of a vector. */
const GAP = 5;
const UNTOUCHED = 0.123;
const RETURNED = -1;

/** Plays the call on the player and on the reference, and compares all that lies in the arena afterwards. */
export function expectConformance<Name extends string>(
  createKernels: CreateKernels,
  arrangement: Arrangement<Name>,
  tolerance: Tolerance,
): void {
  const got = play(createKernels, arrangement);
  const expected = play(createReferenceKernels, arrangement);
  const mayChange = writable(arrangement);
  const wrong = expected.values
    .map((value, position) => ({ position, got: got.values[position], expected: value }))
    .filter(
      (each) =>
        !isClose(each.got, each.expected, mayChange(each.position) ? tolerance(each.expected, each.position) : 0),
    );
  expect(wrong.slice(0, 5)).toEqual([]);
  if (!isClose(got.returned, expected.returned, tolerance(expected.returned, RETURNED))) {
    expect(got.returned).toBe(expected.returned);
  }
}

/** A few units in the last place of float32, for kernels that treat each number by itself; `floor` is the least magnitude they count at. */
export function ulps(count: number, floor = 0): Tolerance {
  return (expected) => count * ulp(Math.max(Math.abs(expected), floor));
}

/**
 * For sums of `terms` products: the classical bound of float32's rounding, terms · 2⁻²⁴ · Σ|product| whatever the order of the additions
 * (Higham 2002, section 3.1). The reference computes Σ|product| from the magnitudes of what lies in the arena.
 */
export function roundingOfSums<Name extends string>(arrangement: Arrangement<Name>, terms: number): Tolerance {
  const { values, returned } = play(createReferenceKernels, magnitudes(arrangement));
  return (_, position) => (terms + 3) * 2 ** -24 * (position === RETURNED ? returned : values[position]);
}

/** Relative to `scale`, the size of the numbers that went in: for kernels whose sums cancel. */
export function relativeTo(scale: number, part = 1e-5): Tolerance {
  return (expected) => part * Math.max(scale, Math.abs(expected));
}

function play<Name extends string>(createKernels: CreateKernels, arrangement: Arrangement<Name>): Played {
  const { matrices, indices = [], call } = arrangement;
  const at = offsets(matrices);
  const kernels = createKernels({ numbers: total(matrices), indices: indices.length });
  kernels.values.fill(Math.fround(UNTOUCHED));
  kernels.indices.set(indices);
  for (const name of names(matrices)) kernels.values.set(matrices[name].map(Math.fround), at[name]);
  const returned = call(kernels, at);
  return { values: Array.from(kernels.values), returned: typeof returned === 'number' ? returned : 0 };
}

function magnitudes<Name extends string>(arrangement: Arrangement<Name>): Arrangement<Name> {
  const entries = names(arrangement.matrices).map((name) => [name, arrangement.matrices[name].map(Math.abs)]);
  return { ...arrangement, matrices: Object.fromEntries(entries) };
}

/** Whether the kernel may write at a position. */
function writable<Name extends string>({ matrices, writes }: Arrangement<Name>): (position: number) => boolean {
  const at = offsets(matrices);
  return (position) => writes.some((name) => position >= at[name] && position < at[name] + matrices[name].length);
}

function offsets<Name extends string>(matrices: Readonly<Record<Name, readonly number[]>>): Offsets<Name> {
  let next = GAP;
  const entries = names(matrices).map((name) => {
    const offset = next;
    next += matrices[name].length + GAP;
    return [name, offset];
  });
  return Object.fromEntries(entries);
}

function total(matrices: Readonly<Record<string, readonly number[]>>): number {
  return Object.values(matrices).reduce((sum, matrix) => sum + matrix.length + GAP, GAP);
}

function names<Name extends string>(matrices: Readonly<Record<Name, readonly number[]>>): Name[] {
  return Object.keys(matrices) as Name[];
}

function isClose(got: number, expected: number, allowed: number): boolean {
  if (Number.isNaN(expected)) return Number.isNaN(got);
  return got === expected || got === Math.fround(expected) || Math.abs(got - expected) <= allowed;
}

/** The distance to the next float32 from a magnitude on; below the normal numbers it stays the same. */
function ulp(magnitude: number): number {
  return 2 ** (Math.max(Math.floor(Math.log2(magnitude)), -126) - 23);
}

import { wholeNumbers } from '../numbers.ts';
import { type KernelCall, kernelCall, type Sizes } from './call.ts';

const SOURCE_ROWS = 7;

/** Every fifth code names no input. */
function codes({ m, k, c }: Sizes): number[] {
  return wholeNumbers(m * c, k, 1).map((code, i) => (i % 5 === 3 ? -1 : code));
}

/** Products with inputs that are named by codes. */
export const ONE_HOT_CALLS: readonly KernelCall[] = [
  kernelCall({
    name: 'gatherCodes',
    sizeArguments: ['m', 'c'],
    matrices: {},
    // The rows, the source, the target.
    indices: ({ m, c }) => [
      ...wholeNumbers(m, SOURCE_ROWS, 1),
      ...wholeNumbers(SOURCE_ROWS * c, 1000, 2),
      ...wholeNumbers(m * c, 1000, 3),
    ],
    writes: [],
    call: (kernels, { index }, { m, c }) => kernels.gatherCodes(index + m + SOURCE_ROWS * c, index + m, index, m, c),
  }),
  kernelCall({
    name: 'addRows',
    sizeArguments: ['m', 'k', 'c', 'n'],
    matrices: {
      Z: [({ m, n }) => m * n],
      b: [({ n }) => n],
      E: [({ k, n }) => k * n],
      unknownCategory: [({ c, n }) => c * n],
    },
    indices: codes,
    writes: ['Z'],
    mayBeAbsent: ['b', 'unknownCategory'],
    call: (kernels, { Z, b, E, unknownCategory, index }, { m, k, c, n }) =>
      kernels.addRows(Z, b, E, unknownCategory, index, m, k, c, n),
  }),
  kernelCall({
    name: 'rowGradient',
    sizeArguments: ['m', 'k', 'c', 'n'],
    matrices: { dE: [({ k, n }) => k * n], dZ: [({ m, n }) => m * n] },
    indices: codes,
    writes: ['dE'],
    call: (kernels, { dE, dZ, index }, { m, k, c, n }) => kernels.rowGradient(dE, dZ, index, m, k, c, n, 0.25),
  }),
];

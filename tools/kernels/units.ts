/** A translation unit of the addon. */
export interface Unit {
  /** A file of src/engine/kernels/native, or an absolute path. */
  readonly source: string;
  readonly object: string;
  readonly flags: readonly string[];
}

/**
 * Numbers in a vector, sums in a tile and depth of a block, passed to the compiler for the AVX-512
 * kernels, whether it may use these instructions or not. A panel of `right` has 128 KiB and is read
 * from the second-level cache, which delays a tile of few rows and many columns less than `out`
 * does: on Zen 4 large products reach 92 % of the peak, compared to 88 % with tiles of 12 x 2
 * vectors and a depth of 256.
 */
export const SIZES_OF_AVX512 = ['-DVECTOR_BYTES=64', '-DTILE_ROWS=6', '-DTILE_VECTORS=4', '-DBLOCK_DEPTH=512'];
const AVX512 = [
  ...['-mavx2', '-mfma', '-mavx512f', '-mavx512dq', '-mavx512bw', '-mavx512vl', '-mprefer-vector-width=512'],
  ...SIZES_OF_AVX512,
];

/**
 * A tile fills the vector registers: 16, or 32 with AVX-512 and NEON. With NEON, GCC needs another
 * one for each row, and spills with a third vector.
 */
const UNITS: Readonly<Partial<Record<NodeJS.Architecture, readonly Unit[]>>> = {
  x64: [
    instructionSet('sse2', ['-DVECTOR_BYTES=16']),
    instructionSet('avx2', ['-mavx2', '-mfma', '-DVECTOR_BYTES=32']),
    instructionSet('avx512', AVX512),
    unit('pairPacking', [...AVX512, '-mavx512bf16']),
    unit('avx512bf16', [...AVX512, '-mavx512bf16']),
    unit('amx', [...AVX512, '-mamx-tile', '-mamx-bf16']),
  ],
  arm64: [instructionSet('neon', ['-DVECTOR_BYTES=16', '-DTILE_ROWS=8', '-DTILE_VECTORS=2'])],
};

/** The interface to JavaScript, the same on every processor. */
export const BORDER = ['addon', 'threadPool', 'memory'].map((name) => unit(name));

/** All units of this machine's addon; null if it is not supported. */
export function unitsOfThisMachine(): readonly Unit[] | null {
  const units = UNITS[process.arch];
  return process.platform === 'linux' && units ? [...units, ...BORDER, unit('machine')] : null;
}

/** The kernels, compiled for one instruction set. */
export function instructionSet(name: string, flags: readonly string[]): Unit {
  return { source: 'instructionSet.cc', object: `${name}.kernels.o`, flags: [...flags, `-DINSTRUCTION_SET=${name}`] };
}

export function unit(name: string, flags: readonly string[] = []): Unit {
  return { source: `${name}.cc`, object: `${name}.o`, flags };
}

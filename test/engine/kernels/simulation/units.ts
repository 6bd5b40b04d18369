/**
 * The kernels of AVX-512, AVX512-BF16 and AMX for machines without them: vectors of 64 bytes as the
 * compiler emulates them, and the instructions for bfloat16 in plain C++ (`immintrin.h` in this
 * folder).
 */
import { join } from 'node:path';
import { hashOf, readSources } from '../../../../tools/kernels/artifact.ts';
import { BORDER, instructionSet, SIZES_OF_AVX512, type Unit, unit } from '../../../../tools/kernels/units.ts';

const HERE = import.meta.dirname;
const hash = hashOf(await readSources(new URL('./', import.meta.url))).toString('hex');
// Without -O3: the compiler needs half the time, and speed does not matter here. The defines cause
// a new build when a file of this folder changes.
const FLAGS = [...SIZES_OF_AVX512, '-O1', '-I.', `-I${HERE}`, `-DSIMULATION="${hash}"`];

const PAIRS = process.arch === 'x64' ? ['avx512bf16', 'amx'] : [];
/** Units of the instruction sets with pairs. */
const PAIR_UNITS = PAIRS.length > 0 ? ['pairPacking', ...PAIRS] : [];
export const SIMULATED_SETS: readonly string[] = ['avx512', ...PAIRS];

export const SIMULATED_UNITS: readonly Unit[] = [
  instructionSet('avx512', FLAGS),
  ...PAIR_UNITS.map((name) => unit(name, FLAGS)),
  ...BORDER,
  { source: join(HERE, 'machine.cc'), object: 'machine.o', flags: FLAGS },
];

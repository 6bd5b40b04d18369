/**
 * Compiles the kernels' C++ source to an addon for this machine's processor: `build/kernels.node`. Wants a C++ compiler and Node's own
 * headers, which come with it; there is no need for node-gyp, as N-API is plain C.
 *
 * The file ends with two hashes: of the sources, and of sources and compiler. Another compiler builds anew; without any, what is of the
 * same sources stays, and what is older goes, as it may not fit the rest any more.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endsWith, hashOf, putInPlace, readSources } from './artifact.ts';
import { type Compiler, compile, findCompiler } from './compilers.ts';

const SOURCES = new URL('../../src/engine/kernels/cpp/', import.meta.url);
const NATIVE_SOURCES = new URL('../../src/engine/kernels/native/', import.meta.url);
const BUILT = fileURLToPath(new URL('../../build/kernels.node', import.meta.url));
/** Beside every Node that was installed as its makers ship it. */
const HEADERS = join(dirname(process.execPath), '../include/node');

const COMPILE = [
  '-c',
  '-std=c++20',
  '-O3',
  '-fPIC',
  '-fvisibility=hidden',
  '-fno-math-errno',
  '-fno-trapping-math',
  // Vectors are passed between inlined functions only, so how they would be passed does not matter.
  '-Wno-psabi',
  '-Wall',
  '-Wextra',
];

/** The compiler's flags by the set's name. */
type InstructionSets = Readonly<Record<string, readonly string[]>>;

/**
 * A tile is as large as the vector registers hold, 16 or, of AVX-512 and NEON, 32; on the latter GCC wants one for each row besides,
 * and with a third vector it spills.
 */
const INSTRUCTION_SETS: Readonly<Partial<Record<NodeJS.Architecture, InstructionSets>>> = {
  x64: {
    sse2: ['-DVECTOR_BYTES=16'],
    avx2: ['-mavx2', '-mfma', '-DVECTOR_BYTES=32'],
    avx512: [
      ...['-mavx2', '-mfma', '-mavx512f', '-mavx512dq', '-mavx512bw', '-mavx512vl', '-mprefer-vector-width=512'],
      ...['-DVECTOR_BYTES=64', '-DTILE_ROWS=12', '-DTILE_VECTORS=2'],
    ],
  },
  arm64: {
    neon: ['-DVECTOR_BYTES=16', '-DTILE_ROWS=8', '-DTILE_VECTORS=2'],
  },
};

interface Unit {
  readonly source: string;
  readonly object: string;
  readonly flags: readonly string[];
}

export interface NativeBuildOptions {
  /** The command of a compiler; without, the usual ones are tried. */
  readonly compiler?: string | undefined;
  readonly target?: string;
  /** The compiler's flags for each instruction set that is built; without, for all of this processor's. */
  readonly sets?: InstructionSets | undefined;
}

export type NativeBuild = { readonly path: string } | { readonly missing: string };

/** Builds what is not up to date; what stands in the way is an answer, as the service runs without. */
export async function buildNativeKernels({
  compiler: wanted,
  target = BUILT,
  sets = INSTRUCTION_SETS[process.arch],
}: NativeBuildOptions): Promise<NativeBuild> {
  if (process.platform !== 'linux' || sets === undefined) {
    return { missing: `it is not made for ${process.platform} on ${process.arch}` };
  }
  const sources = [await readSources(SOURCES), await readSources(NATIVE_SOURCES)];
  const ofSources = hashOf({ sources, COMPILE, sets });
  const compiler = await findCompiler(wanted);
  const ending = Buffer.concat([ofSources, hashOf(compiler)]);
  if (await endsWith(target, ending)) return { path: target };
  try {
    if (compiler === null) throw new Error(noCompiler(wanted));
    await putInPlace(target, Buffer.concat([await build(compiler, unitsOf(sets)), ending]));
    return { path: target };
  } catch (error) {
    if (await isOfSources(target, ofSources)) return { path: target };
    await rm(target, { force: true });
    return { missing: error instanceof Error ? error.message : String(error) };
  }
}

function noCompiler(wanted: string | undefined): string {
  return wanted ? `CXX names ${wanted}, which is no compiler` : 'no C++ compiler is on the PATH (c++, g++ or clang++)';
}

async function isOfSources(target: string, ofSources: Buffer): Promise<boolean> {
  const built = await readFile(target).catch(() => Buffer.alloc(0));
  return built.subarray(0, -ofSources.length).subarray(-ofSources.length).equals(ofSources);
}

function unitsOf(sets: InstructionSets): readonly Unit[] {
  const shared = ['addon', 'crew', 'memory'].map((name) => ({ source: `${name}.cc`, object: `${name}.o`, flags: [] }));
  const perSet = Object.entries(sets).map(([name, flags]) => ({
    source: 'instructionSet.cc',
    object: `${name}.o`,
    flags: [...flags, `-DINSTRUCTION_SET=${name}`],
  }));
  return [...perSet, ...shared];
}

/** Answers the addon. Throws an Error that says in one line what stands in the way. */
async function build(compiler: Compiler, units: readonly Unit[]): Promise<Buffer> {
  if (!existsSync(join(HEADERS, 'node_api.h'))) throw new Error(`there are no headers of Node in ${HEADERS}`);
  const folder = await mkdtemp(join(tmpdir(), 'trainyard-kernels-'));
  try {
    const objects = units.map(({ object }) => join(folder, object));
    const compileUnit = ({ source, flags }: Unit, object: string) =>
      compile(compiler, [...COMPILE, ...flags, `-I${HEADERS}`, source, '-o', object], NATIVE_SOURCES);
    const said = await Promise.all(units.map((unit, i) => compileUnit(unit, objects[i])));
    process.stderr.write(said.join(''));
    const linked = join(folder, 'kernels.node');
    await compile(compiler, ['-shared', '-pthread', ...objects, '-o', linked], NATIVE_SOURCES);
    return await readFile(linked);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

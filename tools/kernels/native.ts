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
import { type Unit, unitsOfThisMachine } from './units.ts';

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

export interface NativeBuildOptions {
  /** The command of a compiler; without, the usual ones are tried. */
  readonly compiler?: string | undefined;
  readonly target?: string;
  /** What is built; without, all of this machine's. */
  readonly units?: readonly Unit[] | null;
}

export type NativeBuild = { readonly path: string } | { readonly missing: string };

/** Builds what is not up to date; what stands in the way is an answer, as the service runs without. */
export async function buildNativeKernels({
  compiler: wanted,
  target = BUILT,
  units = unitsOfThisMachine(),
}: NativeBuildOptions): Promise<NativeBuild> {
  if (units === null) return { missing: `it is not made for ${process.platform} on ${process.arch}` };
  const sources = [await readSources(SOURCES), await readSources(NATIVE_SOURCES)];
  const ofSources = hashOf({ sources, COMPILE, units });
  const compiler = await findCompiler(wanted);
  const ending = Buffer.concat([ofSources, hashOf(compiler)]);
  if (await endsWith(target, ending)) return { path: target };
  try {
    if (compiler === null) throw new Error(noCompiler(wanted));
    await putInPlace(target, Buffer.concat([await build(compiler, units), ending]));
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

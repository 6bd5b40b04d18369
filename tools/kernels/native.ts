/**
 * Compiles the kernels' C++ source to an addon for this machine's processor: `build/kernels.node`.
 * Needs a C++ compiler and Node's own headers, which are part of Node; node-gyp is unnecessary,
 * because N-API is plain C.
 *
 * The file ends with three hashes: of the units and flags, of the compiler, and of the sources
 * alone, by which the service checks that the addon matches them. Another compiler causes a
 * rebuild. Without a compiler, an addon of the same sources and flags remains, and an older one is
 * deleted.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hashOfNativeSources } from '../../src/training/backend/nativeSources.ts';
import { endsWith, hashOf, putInPlace } from './artifact.ts';
import { type Compiler, compile, findCompiler } from './compilers.ts';
import { entriesHeader } from './entries.ts';
import { type Unit, unitsOfThisMachine } from './units.ts';

const NATIVE_SOURCES = new URL('../../src/engine/kernels/native/', import.meta.url);
const BUILT = fileURLToPath(new URL('../../build/kernels.node', import.meta.url));
/** Part of every Node that was installed from an official distribution. */
const HEADERS = join(dirname(process.execPath), '../include/node');

const COMPILE = [
  '-c',
  '-std=c++20',
  '-O3',
  '-fPIC',
  '-fvisibility=hidden',
  '-fno-math-errno',
  '-fno-trapping-math',
  // Vectors are only passed between inlined functions, so their calling convention is irrelevant.
  '-Wno-psabi',
  '-Wall',
  '-Wextra',
];

export interface NativeBuildOptions {
  /** The command of a compiler; by default, the standard ones are tried. */
  readonly compiler?: string | undefined;
  readonly target?: string;
  /** The units to build; by default, all of this machine's. */
  readonly units?: readonly Unit[] | null;
}

export type NativeBuild = { readonly path: string } | { readonly missing: string };

/**
 * Builds the addon if it is out of date. A failure is a result, because the service works without
 * it.
 */
export async function buildNativeKernels({
  compiler: wanted,
  target = BUILT,
  units = unitsOfThisMachine(),
}: NativeBuildOptions): Promise<NativeBuild> {
  if (units === null) return { missing: `it does not support ${process.platform} on ${process.arch}` };
  const ofSources = hashOfNativeSources();
  if (ofSources === null) return { missing: 'the sources are missing' };
  const ofBuild = hashOf({ sources: ofSources.toString('hex'), entries: entriesHeader(), COMPILE, units });
  const compiler = await findCompiler(wanted);
  const ending = Buffer.concat([ofBuild, hashOf(compiler), ofSources]);
  if (await endsWith(target, ending)) return { path: target };
  try {
    if (compiler === null) throw new Error(noCompiler(wanted));
    await putInPlace(target, Buffer.concat([await build(compiler, units), ending]));
    return { path: target };
  } catch (error) {
    if (await isOfBuild(target, ofBuild)) return { path: target };
    await rm(target, { force: true });
    return { missing: error instanceof Error ? error.message : String(error) };
  }
}

function noCompiler(wanted: string | undefined): string {
  return wanted
    ? `CXX names ${wanted}, which is not a compiler`
    : 'no C++ compiler is on the PATH (c++, g++ or clang++)';
}

/** Whichever compiler made it. */
async function isOfBuild(target: string, ofBuild: Buffer): Promise<boolean> {
  const built = await readFile(target).catch(() => Buffer.alloc(0));
  return built
    .subarray(0, -2 * ofBuild.length)
    .subarray(-ofBuild.length)
    .equals(ofBuild);
}

/** Returns the addon. Throws an Error with the cause of a failure in one line. */
async function build(compiler: Compiler, units: readonly Unit[]): Promise<Buffer> {
  if (!existsSync(join(HEADERS, 'node_api.h'))) throw new Error(`there are no headers of Node in ${HEADERS}`);
  const folder = await mkdtemp(join(tmpdir(), 'trainyard-kernels-'));
  try {
    await writeFile(join(folder, 'entries.h'), entriesHeader());
    const objects = units.map(({ object }) => join(folder, object));
    const compileUnit = ({ source, flags }: Unit, object: string) =>
      compile(compiler, [...COMPILE, ...flags, `-I${HEADERS}`, `-I${folder}`, source, '-o', object], NATIVE_SOURCES);
    const said = await Promise.all(units.map((unit, i) => compileUnit(unit, objects[i])));
    process.stderr.write(said.join(''));
    const linked = join(folder, 'kernels.node');
    await compile(compiler, ['-shared', '-pthread', ...objects, '-o', linked], NATIVE_SOURCES);
    return await readFile(linked);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The content of the package that users install, in a separate folder from which `npm pack` creates
 * the tarball.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildNativeKernels } from '../kernels/native.ts';
import { buildWasmKernels } from '../kernels/wasm.ts';
import { newerLibraries } from './libraryVersions.ts';

const run = promisify(execFile);

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SQLITE = 'node_modules/better-sqlite3';
/**
 * The parts of better-sqlite3 that are used at run time. The rest is for building, which an
 * installation must not start.
 */
const SQLITE_PARTS = ['lib', 'prebuilds', 'LICENSE', 'README.md'];
const COPIED = ['migrations', 'src/cli/example', 'README.md', 'LICENSE'];
/**
 * The fields of package.json that users need. `private` is omitted, because npm refuses to publish
 * such a package.
 */
const MANIFEST_FIELDS = ['name', 'version', 'description', 'license', 'type', 'engines', 'bin', 'files'];
const DEPENDENCY_FIELDS = ['dependencies', 'optionalDependencies'];

/**
 * Fills the folder `stage`. Throws an Error that names what is missing: a package needs native
 * kernels.
 */
export async function stagePackage(stage: string): Promise<void> {
  await Promise.all([compileSources(stage), placeKernels(stage), placeSqlite(stage), placeManifest(stage)]);
  await copyParts(ROOT, stage, COPIED);
}

/** Compiles into an empty folder: `dist` may have output of deleted sources. */
async function compileSources(stage: string): Promise<void> {
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  const project = ['-p', join(ROOT, 'tsconfig.build.json'), '--outDir', join(stage, 'dist')];
  const withoutByProducts = ['--sourceMap', 'false', '--incremental', 'false', '--tsBuildInfoFile', 'null'];
  await run(process.execPath, [compiler, ...project, ...withoutByProducts]);
}

/** WebAssembly for every platform, and the addon for the platform of this machine. */
async function placeKernels(stage: string): Promise<void> {
  const [wasm, native] = await Promise.all([buildWasmKernels(), buildNativeKernels({ compiler: process.env.CXX })]);
  if ('missing' in native) throw new Error(`The package needs native kernels: ${native.missing}.`);
  const platform = `${process.platform}-${process.arch}`;
  await refuseNewerLibraries(native.path, join(ROOT, SQLITE, 'prebuilds', `${platform}.node`));
  await copyTo(wasm, stage, 'build', 'kernels.wasm');
  await copyTo(native.path, stage, join('prebuilds', platform), 'kernels.node');
}

/**
 * better-sqlite3 determines the oldest supported system, so the kernels must run wherever it does.
 */
async function refuseNewerLibraries(kernels: string, sqlite: string): Promise<void> {
  const newer = newerLibraries(await readFile(kernels), await readFile(sqlite));
  if (newer.length === 0) return;
  throw new Error(
    `The native kernels need ${newer.join(' and ')}, later than better-sqlite3 needs: build on an older system.`,
  );
}

/**
 * Bundles better-sqlite3 without its sources. npm runs `node-gyp rebuild` for a package with a
 * `binding.gyp` when it installs from a lockfile, although the package ships its binaries and sets
 * `gypfile` to false.
 */
async function placeSqlite(stage: string): Promise<void> {
  const target = join(stage, SQLITE);
  await copyParts(join(ROOT, SQLITE), target, SQLITE_PARTS);
  const { dependencies: _forTheBuild, ...manifest } = await readManifest(join(ROOT, SQLITE));
  await writeManifest(target, manifest);
}

async function placeManifest(stage: string): Promise<void> {
  const manifest = await readManifest(ROOT);
  const fields = [...MANIFEST_FIELDS, ...DEPENDENCY_FIELDS].map((field) => [field, manifest[field]]);
  await writeManifest(stage, { ...Object.fromEntries(fields), bundleDependencies: ['better-sqlite3'] });
}

type Manifest = Readonly<Record<string, unknown>>;

async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
}

async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

async function copyParts(from: string, to: string, parts: readonly string[]): Promise<void> {
  for (const part of parts) await cp(join(from, part), join(to, part), { recursive: true });
}

async function copyTo(file: string, stage: string, folder: string, name: string): Promise<void> {
  await mkdir(join(stage, folder), { recursive: true });
  await cp(file, join(stage, folder, name));
}

/**
 * Compiles the kernels' C++ source to WebAssembly: `build/kernels.wasm`. Needs npm only: clang and wasm-ld are WebAssembly themselves.
 *
 * The file ends with the SHA-256 of what it was made from (in a custom section, which engines skip), so that what is up to date is
 * left alone, and a file and its hash can never be of two builds.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Tree } from '@yowasp/clang';

const SOURCES = new URL('../src/engine/kernels/cpp/', import.meta.url);
const BUILD = new URL('../build/', import.meta.url);
const TARGET = new URL('kernels.wasm', BUILD);

const COMPILE = [
  'clang',
  '-c',
  '--target=wasm32-unknown-unknown',
  '-std=c++20',
  '-O3',
  '-ffreestanding',
  '-nostdinc',
  '-fno-exceptions',
  '-fno-rtti',
  '-fno-math-errno',
  '-fvisibility=hidden',
  '-msimd128',
  '-mrelaxed-simd',
  '-mbulk-memory',
  // Loop strength reduction moves the constant offsets out of the loads, into additions of their own: half the speed of a product.
  '-mllvm',
  '-disable-lsr',
  '-Wall',
  '-Wextra',
  '-Werror',
  'kernels.cc',
  '-o',
  'kernels.o',
];

// The memory starts with the stack, for a handful of locals, and the static data; the player grows it by its arena.
const LINK = [
  'wasm-ld',
  'kernels.o',
  '-o',
  'kernels.wasm',
  '--no-entry',
  '--export-dynamic',
  '--export=__heap_base',
  '--max-memory=4294967296',
  '--stack-first',
  '-z',
  'stack-size=65536',
  '--strip-all',
];

/** Builds what is not up to date; answers the file's path. */
async function buildKernels(): Promise<string> {
  const path = fileURLToPath(TARGET);
  const sources = await readSources();
  const hash = await hashOf(sources);
  if (await isMadeFrom(hash)) return path;
  const wasm = await compile(sources);
  await mkdir(BUILD, { recursive: true });
  // Renamed into place: two builds at once each put a whole file there.
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, Buffer.concat([wasm, hashSection(hash)]));
  await rename(temporary, path);
  return path;
}

async function readSources(): Promise<Record<string, string>> {
  const names = (await readdir(SOURCES)).sort();
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, SOURCES), 'utf8')));
  return Object.fromEntries(names.map((name, i) => [name, texts[i] ?? '']));
}

/** The hash of the sources, the flags and the compiler's version. */
async function hashOf(sources: Record<string, string>): Promise<Buffer> {
  const compiler = await readFile(new URL('../package.json', import.meta.resolve('@yowasp/clang')), 'utf8');
  return createHash('sha256').update(JSON.stringify({ sources, COMPILE, LINK, compiler })).digest();
}

async function isMadeFrom(hash: Buffer): Promise<boolean> {
  const built = await readFile(TARGET).catch(() => Buffer.alloc(0));
  return built.subarray(-hash.length).equals(hash);
}

async function compile(sources: Record<string, string>): Promise<Uint8Array> {
  const { runLLVM } = await import('@yowasp/clang');
  // Without a listener of its own it prints how far it has read itself.
  const options = { fetchProgress: () => {} };
  const compiled: Tree = (await runLLVM(COMPILE, sources, options)) ?? {};
  const linked: Tree = (await runLLVM(LINK, compiled, options)) ?? {};
  const wasm = linked['kernels.wasm'];
  if (!(wasm instanceof Uint8Array)) throw new Error('wasm-ld wrote no kernels.wasm');
  return wasm;
}

/** A custom section (id 0) named "hash". Both lengths are below 128, so one byte of LEB128 holds each. */
function hashSection(hash: Buffer): Buffer {
  const name = Buffer.from('hash');
  return Buffer.concat([Buffer.from([0, 1 + name.length + hash.length, name.length]), name, hash]);
}

if (import.meta.main) {
  const started = performance.now();
  const path = await buildKernels();
  console.log(`${path} is up to date (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}

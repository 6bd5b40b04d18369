/**
 * Compiles the kernels' C++ source to WebAssembly: `build/kernels.wasm`. Needs only npm: clang and
 * wasm-ld are WebAssembly themselves. The file's hash is in a custom section, which engines skip.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Tree } from '@yowasp/clang';
import { endsWith, hashOf, putInPlace, readSources } from './artifact.ts';
import { exportsHeader } from './entries.ts';

const SOURCES = new URL('../../src/engine/kernels/cpp/', import.meta.url);
const TARGET = fileURLToPath(new URL('../../build/kernels.wasm', import.meta.url));

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
  // Loop strength reduction moves the constant offsets from the loads into separate additions,
  // which halves the speed of a product.
  '-mllvm',
  '-disable-lsr',
  '-Wall',
  '-Wextra',
  '-Werror',
  'kernels.cc',
  '-o',
  'kernels.o',
];

// The memory starts with the stack, for a few locals, and the static data; the backend grows it by
// its arena.
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

/** Builds the module if it is out of date; returns its path. */
export async function buildWasmKernels(): Promise<string> {
  const sources = { ...(await readSources(SOURCES)), 'exports.h': exportsHeader() };
  const compiler = await readFile(new URL('../package.json', import.meta.resolve('@yowasp/clang')), 'utf8');
  const hash = hashOf({ sources, COMPILE, LINK, compiler });
  if (await endsWith(TARGET, hash)) return TARGET;
  const wasm = await compile(sources);
  await putInPlace(TARGET, Buffer.concat([wasm, hashSection(hash)]));
  return TARGET;
}

async function compile(sources: Record<string, string>): Promise<Uint8Array> {
  const { runLLVM } = await import('@yowasp/clang');
  // Without its own listener it prints the progress of its download.
  const options = { fetchProgress: () => {} };
  const compiled: Tree = (await runLLVM(COMPILE, sources, options)) ?? {};
  const linked: Tree = (await runLLVM(LINK, compiled, options)) ?? {};
  const wasm = linked['kernels.wasm'];
  if (!(wasm instanceof Uint8Array)) throw new Error('wasm-ld wrote no kernels.wasm');
  return wasm;
}

/**
 * A custom section (id 0) named "hash". Both lengths are below 128, so each is one byte of LEB128.
 */
function hashSection(hash: Buffer): Buffer {
  const name = Buffer.from('hash');
  return Buffer.concat([Buffer.from([0, 1 + name.length + hash.length, name.length]), name, hash]);
}

/**
 * Builds the compiled kernels: `build/kernels.wasm`, always, and `build/kernels.node` where there
 * is a C++ compiler (CXX names another one than the usual). What is up to date is left alone.
 */
import { buildNativeKernels, type NativeBuild } from './kernels/native.ts';
import { buildWasmKernels } from './kernels/wasm.ts';

const started = performance.now();
const [wasm, native] = await Promise.all([buildWasmKernels(), buildNativeKernels({ compiler: process.env.CXX })]);
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(`${[wasm, ...pathOf(native)].join(' and ')}: up to date (${seconds} s)`);
if ('missing' in native) console.log(`No native kernels, so WebAssembly does the arithmetic: ${native.missing}.`);

function pathOf(build: NativeBuild): readonly string[] {
  return 'path' in build ? [build.path] : [];
}

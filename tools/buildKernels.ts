/**
 * Builds the compiled kernels: always `build/kernels.wasm`, and `build/kernels.node` if there is a
 * C++ compiler (CXX names one other than the default ones). Files that are up to date are not
 * rebuilt.
 */
import { buildNativeKernels, type NativeBuild } from './kernels/native.ts';
import { buildWasmKernels } from './kernels/wasm.ts';

const started = performance.now();
const [wasm, native] = await Promise.all([buildWasmKernels(), buildNativeKernels({ compiler: process.env.CXX })]);
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(`${[wasm, ...pathOf(native)].join(' and ')}: up to date (${seconds} s)`);
if ('missing' in native) console.log(`No native kernels, so WebAssembly kernels are used: ${native.missing}.`);

function pathOf(build: NativeBuild): readonly string[] {
  return 'path' in build ? [build.path] : [];
}

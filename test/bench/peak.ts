/**
 * The peak of one core, measured by `peak.cc`: multiply-adds of vectors that never leave the
 * registers.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runLLVM, type Tree } from '@yowasp/clang';
import { compile, findCompiler } from '../../tools/kernels/compilers.ts';

/** Of the factors. */
export type Precision = 'float32' | 'bfloat16';

const FOLDER = new URL('./', import.meta.url);
/** One measurement needs about 10 ms, and the fastest of a second counts. */
const ROUNDS = 3_000_000;
const TIMES = 100;

const COMPILE = ['-std=c++20', '-O3', '-ffp-contract=fast', '-fvisibility=hidden'];
const WASM_TARGET = [
  '--target=wasm32-unknown-unknown',
  '-nostdinc',
  '-msimd128',
  '-mrelaxed-simd',
  '-DVECTOR_BYTES=16',
];
const LINK = ['wasm-ld', 'peak.o', '-o', 'peak.wasm', '--no-entry', '--export-dynamic'];

const AVX512 = ['-mavx512f', '-mfma', '-DVECTOR_BYTES=64'];

/** The native instruction sets as compiler flags: for products of float32, and of bfloat16. */
const NATIVE_TARGETS: Readonly<Record<Precision, Readonly<Record<string, readonly string[]>>>> = {
  float32: {
    sse2: ['-DVECTOR_BYTES=16'],
    avx2: ['-mavx2', '-mfma', '-DVECTOR_BYTES=32'],
    avx512: AVX512,
    avx512bf16: AVX512,
    amx: AVX512,
    neon: ['-DVECTOR_BYTES=16'],
  },
  bfloat16: {
    avx512bf16: [...AVX512, '-mavx512bf16', '-DPAIRS'],
  },
};

/** GFLOP/s of WebAssembly's vectors in this process. */
export async function wasmPeak(): Promise<number> {
  const source: Tree = { 'peak.cc': readFileSync(new URL('peak.cc', FOLDER), 'utf8') };
  const quiet = { fetchProgress: () => {} };
  const compiled = await runLLVM(['clang', '-c', ...COMPILE, ...WASM_TARGET, 'peak.cc', '-o', 'peak.o'], source, quiet);
  const wasm = (await runLLVM(LINK, compiled ?? {}, quiet))?.['peak.wasm'];
  if (!(wasm instanceof Uint8Array)) throw new Error('wasm-ld wrote no peak.wasm');
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(wasm)));
  const { multiplyAdds, operationsPerRound } = exports;
  if (typeof multiplyAdds !== 'function' || typeof operationsPerRound !== 'function') {
    throw new Error('peak.wasm exports other functions');
  }
  const milliseconds = Array.from({ length: TIMES }, () => {
    const start = performance.now();
    multiplyAdds(ROUNDS, 0.5);
    return performance.now() - start;
  });
  return (ROUNDS * operationsPerRound()) / Math.min(...milliseconds) / 1e6;
}

/**
 * GFLOP/s of a native instruction set; null if it cannot be compiled, or has no instructions for
 * the precision that are measured here (AMX).
 */
export async function nativePeak(instructionSet: string, precision: Precision): Promise<number | null> {
  const compiler = await findCompiler(undefined);
  const target = NATIVE_TARGETS[precision][instructionSet];
  if (compiler === null || target === undefined) return null;
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-peak-'));
  try {
    const program = join(folder, 'peak');
    await compile(compiler, [...COMPILE, ...target, 'peak.cc', '-o', program], FOLDER);
    const said = execFileSync(program, [String(ROUNDS), String(TIMES)], { encoding: 'utf8' });
    const [nanoseconds, operations] = said.split(' ').map(Number);
    return (ROUNDS * operations) / nanoseconds;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Other programs, as scripts of `peers/`, run where they are installed: the project does not depend
 * on them.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { timesOf } from './rounds.ts';
import { SETTINGS, SHAPES, type Shape, STEP_SHAPES } from './shapes.ts';
import { type StepRow, stepRow } from './stepRow.ts';

const PYTHONS = ['python3', '/usr/bin/python3'];

type PythonModule = 'torch' | 'sklearn' | 'xgboost';

/** The first Python with the module; null, with a message, if none has it. */
export function findPython(module: PythonModule): string | null {
  const has = (command: string) => spawnSync(command, ['-c', `import ${module}`]).status === 0;
  const found = PYTHONS.find(has) ?? null;
  if (found === null) console.log(`No python3 here has ${module}: it is not measured.`);
  return found;
}

/**
 * Variables that the libraries of PyTorch and scikit-learn read when they load: their own functions
 * do not affect all of them.
 */
const THREAD_VARIABLES = ['OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'];

/**
 * The response of a script of `peers/` to the request, both as JSON, on this many threads. Throws
 * with its output if it fails.
 */
export function askPython(python: string, script: string, request: unknown, threads = 1) {
  const path = fileURLToPath(new URL(`peers/${script}`, import.meta.url));
  const env = { ...process.env, ...Object.fromEntries(THREAD_VARIABLES.map((name) => [name, String(threads)])) };
  // -B: no __pycache__ in the checkout.
  return askProgram(python, ['-B', path], request, env);
}

function askProgram(command: string, args: readonly string[], request: unknown, env: NodeJS.ProcessEnv) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    input: JSON.stringify(request),
    encoding: 'utf8',
    env,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${args.join(' ')} failed: ${stderr}`);
  // The last line, because libraries print messages before it.
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
}

/** A peer's steps: for each shape the milliseconds per step of every round. */
interface PeerSteps {
  readonly program: string;
  readonly milliseconds: readonly (readonly number[])[];
}

interface PeerOptions {
  /** The peak of one core, in GFLOP/s; null if unknown. */
  readonly peak: number | null;
  /** Where tfjs is installed; null: in the project. */
  readonly tfjs: string | null;
}

/** One thread, and as many as there are cores. */
export const THREAD_COUNTS = [...new Set([1, availableParallelism()])];

/** The steps of PyTorch and tfjs, if they are installed. */
export function timePeers({ peak, tfjs }: PeerOptions): readonly StepRow[] {
  const python = findPython('torch');
  const ofTorch = THREAD_COUNTS.flatMap((threads) => {
    if (python === null) return [];
    const response: PeerSteps = askPython(
      python,
      'torch_steps.py',
      { threads, shapes: STEP_SHAPES, ...SETTINGS },
      threads,
    );
    return rowsOf(STEP_SHAPES, response, threads, peak);
  });
  // Its WebAssembly has one thread in Node.
  const ofTfjs = askTfjs(tfjs);
  return ofTfjs === null ? ofTorch : [...ofTorch, ...rowsOf(SHAPES, ofTfjs, 1, peak)];
}

function rowsOf(
  shapes: readonly Shape[],
  { program, milliseconds }: PeerSteps,
  threads: number,
  peak: number | null,
): readonly StepRow[] {
  return shapes.map((shape, i) =>
    stepRow(shape, { program, precision: 'float32', threads, times: timesOf(milliseconds[i]), peak, betweenNs: null }),
  );
}

/** Null, with a message, if tfjs is not installed. */
function askTfjs(folder: string | null): PeerSteps | null {
  const require = createRequire(folder === null ? import.meta.url : join(resolve(folder), 'package.json'));
  try {
    require.resolve('@tensorflow/tfjs-backend-wasm');
  } catch {
    console.log(`No @tensorflow/tfjs-backend-wasm in ${folder ?? 'node_modules'}: it is not measured.`);
    return null;
  }
  const script = fileURLToPath(new URL('peers/tfjsSteps.ts', import.meta.url));
  const request = { require: require.resolve('@tensorflow/tfjs-backend-wasm'), shapes: SHAPES, ...SETTINGS };
  return askProgram(process.execPath, [script], request, process.env);
}

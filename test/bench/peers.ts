/** Other people's programs, as scripts of `peers/`, run where they are installed: nothing of the project needs them. */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { SETTINGS, SHAPES } from './shapes.ts';
import { type StepRow, stepRow } from './stepRow.ts';

const PYTHONS = ['python3', '/usr/bin/python3'];

type PythonModule = 'torch' | 'sklearn';

/** The first Python that has the module; null, said on the way, where none has. */
export function findPython(module: PythonModule): string | null {
  const has = (command: string) => spawnSync(command, ['-c', `import ${module}`]).status === 0;
  const found = PYTHONS.find(has) ?? null;
  if (found === null) console.log(`No python3 here has ${module}: it is not measured.`);
  return found;
}

/** What the libraries below PyTorch and scikit-learn read when they load: their own calls for it leave some of them out. */
const THREAD_VARIABLES = ['OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'];

/** What a script of `peers/` answers to the request, both as JSON, on so many threads. Throws with what it said when it fails. */
export function askPython(python: string, script: string, request: unknown, threads = 1) {
  const path = fileURLToPath(new URL(`peers/${script}`, import.meta.url));
  // -B: no __pycache__ in the checkout.
  const { status, stdout, stderr, error } = spawnSync(python, ['-B', path], {
    input: JSON.stringify(request),
    encoding: 'utf8',
    env: { ...process.env, ...Object.fromEntries(THREAD_VARIABLES.map((name) => [name, String(threads)])) },
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${script} failed: ${stderr}`);
  return JSON.parse(stdout);
}

/** One thread, and as many as there are cores. */
const THREAD_COUNTS = [...new Set([1, availableParallelism()])];

interface TorchSteps {
  readonly name: string;
  /** In the order of the shapes. */
  readonly milliseconds: readonly number[];
}

/** PyTorch's steps; `peak` is what one core can do at most, in GFLOP/s. */
export function timePeers(peak: number | null): readonly StepRow[] {
  const python = findPython('torch');
  if (python === null) return [];
  return THREAD_COUNTS.flatMap((threads) => {
    const request = { threads, shapes: SHAPES, ...SETTINGS };
    const { name, milliseconds }: TorchSteps = askPython(python, 'torch_steps.py', request, threads);
    return SHAPES.map((shape, i) =>
      stepRow(shape, { kernels: name, precision: 'float32', threads, milliseconds: milliseconds[i], peak }),
    );
  });
}

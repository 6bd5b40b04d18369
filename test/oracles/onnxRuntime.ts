/** onnxruntime-web, which is installed apart from the product: `npm ci --prefix test/oracles`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const ENTRY = join(import.meta.dirname, 'node_modules/onnxruntime-web/dist/ort.node.min.mjs');
export const hasOnnxRuntime = existsSync(ENTRY);
if (!hasOnnxRuntime) console.warn('skipped: onnxruntime-web is not installed in test/oracles');

type Data = readonly string[] | Float64Array | Float32Array;
interface OnnxTensor {
  readonly data: ArrayLike<number> | readonly string[];
  readonly dims: readonly number[];
}
interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(inputs: Readonly<Record<string, OnnxTensor>>): Promise<Readonly<Record<string, OnnxTensor>>>;
}
export interface OnnxRuntime {
  readonly env: { logLevel: string; readonly wasm: { numThreads: number } };
  readonly InferenceSession: { create(model: Uint8Array): Promise<OnnxSession> };
  readonly Tensor: new (type: string, data: Data, dims: readonly number[]) => OnnxTensor;
}

/** On one thread. */
export async function loadOnnxRuntime(): Promise<OnnxRuntime> {
  const runtime: OnnxRuntime = await import(/* @vite-ignore */ pathToFileURL(ENTRY).href);
  runtime.env.wasm.numThreads = 1;
  runtime.env.logLevel = 'error';
  return runtime;
}

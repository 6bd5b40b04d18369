import { type Config, flagOf } from '../config/config.ts';

const FOR_WORKER = [
  'data',
  'workers',
  'kernels',
  'checkpointSeconds',
  'jobMemoryBytes',
  'shutdownSeconds',
  'otlpEndpoint',
  'logLevel',
] as const;

/** The flags of `trainingProcess` for the worker process that this one supervises. */
export function workerArguments(config: Config): readonly string[] {
  return FOR_WORKER.flatMap((name) => (config[name] === undefined ? [] : [flagOf(name), String(config[name])]));
}

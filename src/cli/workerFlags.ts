import { type Config, flagOf } from '../config.ts';

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

/** The arguments of `trainyard` for the worker process beside an API: this program in its other role, told everything by flags. */
export function workerArguments(config: Config): readonly string[] {
  const told = FOR_WORKER.flatMap((name) => (config[name] === undefined ? [] : [flagOf(name), String(config[name])]));
  return ['serve', '--role', 'worker', '--host', '127.0.0.1', ...told];
}

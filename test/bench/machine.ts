/** What the figures were taken on. */
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

/**
 * Processes that wait for a core besides the benchmark's own, from which figures are no more to be
 * trusted.
 */
const BUSY = 0.5;

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly gigabytes: number;
  readonly linux: string;
  readonly node: string;
  readonly v8: string;
}

export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: availableParallelism(),
    gigabytes: Math.round(totalmem() / 2 ** 30),
    linux: release(),
    node: process.versions.node,
    v8: process.versions.v8,
  };
}

/**
 * The load average of the last minute; prints it, with a warning where others keep the machine
 * busy.
 */
export function noteLoad(own: number): number {
  const [load] = loadavg();
  console.log(`Load average: ${load.toFixed(2)}`);
  if (load > own + BUSY) {
    console.log('WARNING: something else keeps this machine busy, so take no figure below for what it can do.');
  }
  return load;
}

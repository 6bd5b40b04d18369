/** The machine of the measurements. */
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

/** Above this number of other waiting processes, measurements are unreliable. */
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
 * The load average of the last minute; prints it, with a warning if other processes keep the
 * machine busy.
 */
export function noteLoad(own: number): number {
  const [load] = loadavg();
  console.log(`Load average: ${load.toFixed(2)}`);
  if (load > own + BUSY) {
    console.log('WARNING: other processes keep this machine busy, so the figures below are unreliable.');
  }
  return load;
}

/** Process information from the kernel (Linux). */
import { readFileSync } from 'node:fs';

/** The child processes of a process. */
export function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).filter(Boolean).map(Number);
}

/** Its resident memory, in megabytes. */
export function memoryOf(pid: number): number {
  return Number(/VmRSS:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

const TICKS_PER_SECOND = 100;

/** Processor seconds of a process and its ended children, in user and kernel mode. */
export function cpuSecondsOf(pid: number): number {
  // After the name in brackets, which may contain any character: the 14th to 17th fields are ticks,
  // the last two of ended children.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return fields.slice(11, 15).reduce((ticks, field) => ticks + Number(field), 0) / TICKS_PER_SECOND;
}

/** Processor seconds of a process, its children, and theirs. */
export function cpuSecondsOfTree(pid: number): number {
  return childrenOf(pid).reduce((seconds, child) => seconds + cpuSecondsOfTree(child), cpuSecondsOf(pid));
}

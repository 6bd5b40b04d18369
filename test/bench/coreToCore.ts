/**
 * The distance of two cores: the round-trip time of a word between them. If a host moves the cores
 * of a virtual machine to processors without a common cache, it is five times as long, and threads
 * that share a step gain little.
 */
import { Worker } from 'node:worker_threads';

const TURN = 0;
const ROUNDS = 20_000;
/** The fastest counts: the first ones wait for the thread to start, and others are interrupted. */
const TIMES = 5;

/** Responds to an odd number with the next even one. */
const ANSWERER = `
  const { workerData: turns } = require('node:worker_threads');
  for (let turn = 0; turn < ${2 * ROUNDS * TIMES}; turn += 2) {
    while (Atomics.load(turns, ${TURN}) !== turn + 1);
    Atomics.store(turns, ${TURN}, turn + 2);
  }`;

/**
 * Nanoseconds of a round trip. Both cores spin for a few milliseconds, from the start of the
 * thread.
 */
export async function coreToCoreNanoseconds(): Promise<number> {
  const turns = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(ANSWERER, { eval: true, workerData: turns });
  const times: number[] = [];
  for (let turn = 0; times.length < TIMES; ) {
    const start = performance.now();
    for (const end = turn + 2 * ROUNDS; turn < end; turn += 2) {
      Atomics.store(turns, TURN, turn + 1);
      while (Atomics.load(turns, TURN) !== turn + 2);
    }
    times.push((performance.now() - start) * 1e6);
  }
  await worker.terminate();
  return Math.min(...times) / ROUNDS;
}

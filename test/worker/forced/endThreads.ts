/**
 * `node endThreads.ts FILE TIMES`: terminates threads that read the dataset's file, each a little
 * later than the one before.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
import { createControl } from '../../../src/worker/thread/control.ts';
import { createPool } from '../../../src/worker/thread/pool.ts';
import type { ThreadTask } from '../../../src/worker/thread/threadTask.ts';

const THREAD = fileURLToPath(new URL('../../../src/worker/thread/thread.ts', import.meta.url));
/** Short enough that the file is still being read after the longest delay. */
const LATER_MS = 5;

const [file = '', times = ''] = process.argv.slice(2);
const pool = createPool({ module: THREAD, setup: { kernels: 'reference' }, threads: 2, onError: console.error });
await pool.warmUp();
let forced = 0;
for (let time = 0; time < Number(times); time++) {
  const { port2: port } = new MessageChannel();
  // The thread is terminated before it uses the spec.
  const spec = {} as ThreadTask['spec'];
  const task = {
    spec,
    file,
    columns: [],
    checkpoint: null,
    prepared: null,
    stopRule: null,
    extendable: true,
    control: createControl().buffer,
    port,
  };
  const force = new AbortController();
  const running = pool.run(task, force.signal).catch(() => forced++);
  await delay(LATER_MS * time);
  force.abort();
  await running;
}
await pool.close();
console.log(JSON.stringify({ forced }));

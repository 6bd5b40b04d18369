/** `node endThreads.ts FILE TIMES`: threads that read the dataset's file are ended by force, each a little later than the one before. */
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
import { createControl } from '../../../src/worker/thread/control.ts';
import { createPool } from '../../../src/worker/thread/pool.ts';
import type { ThreadTask } from '../../../src/worker/thread/threadTask.ts';

const THREAD = fileURLToPath(new URL('../../../src/worker/thread/thread.ts', import.meta.url));
/** Reading takes longer than all of them. */
const LATER_MS = 5;

const [file = '', times = ''] = process.argv.slice(2);
const pool = createPool({ module: THREAD, setup: { kernels: 'reference' }, threads: 2, onError: console.error });
await pool.warmUp();
let forced = 0;
for (let time = 0; time < Number(times); time++) {
  const { port2: port } = new MessageChannel();
  // Nobody comes to look at the spec.
  const spec = {} as ThreadTask['spec'];
  const task = {
    spec,
    file,
    columns: [],
    checkpoint: null,
    prepared: null,
    halt: null,
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

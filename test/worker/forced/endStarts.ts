/**
 * `node endStarts.ts TIMES`: closes pools while their threads start, each pool a little later than
 * the one before.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createPool } from '../../../src/worker/thread/pool.ts';

const THREAD = fileURLToPath(new URL('../../../src/worker/thread/thread.ts', import.meta.url));
const LATER_MS = 20;

const [times = ''] = process.argv.slice(2);
for (let time = 0; time < Number(times); time++) {
  const pool = createPool({ module: THREAD, setup: { kernels: 'reference' }, threads: 2, onError: console.error });
  // Closing the pool may reject its warm-up.
  pool.warmUp().catch(() => {});
  await delay(LATER_MS * time);
  await pool.close();
}
console.log(JSON.stringify({ closed: Number(times) }));

import { setImmediate as nextImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { yieldToEventLoop } from '../../src/kit/yieldToEventLoop.ts';

it('gives each who waits a turn of the event loop, in their order, and all others theirs in between', async () => {
  const told: string[] = [];
  let done = false;
  const others = async () => {
    while (!done) {
      await nextImmediate();
      told.push('other');
    }
  };
  const waiting = ['first', 'second', 'third'].map((name) => yieldToEventLoop().then(() => told.push(name)));
  const running = others();
  await Promise.all(waiting);
  done = true;
  await running;
  expect(told.filter((name) => name !== 'other')).toEqual(['first', 'second', 'third']);
  expect(told.join(' ')).not.toMatch(/(first|second) (second|third)/);
});

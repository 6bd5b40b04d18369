import { setImmediate as nextImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { yieldToEventLoop } from '../../src/kit/yieldToEventLoop.ts';

it('gives each caller a turn of the event loop, in order, with other work in between', async () => {
  const resumed: string[] = [];
  let done = false;
  const others = async () => {
    while (!done) {
      await nextImmediate();
      resumed.push('other');
    }
  };
  const waiting = ['first', 'second', 'third'].map((name) => yieldToEventLoop().then(() => resumed.push(name)));
  const running = others();
  await Promise.all(waiting);
  done = true;
  await running;
  expect(resumed.filter((name) => name !== 'other')).toEqual(['first', 'second', 'third']);
  expect(resumed.join(' ')).not.toMatch(/(first|second) (second|third)/);
});

import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createSemaphore } from '../../../src/kit/limits/semaphore.ts';

/** Work that ends when it is released; `started` lists the names in the order of their slots. */
function workshop(width: number) {
  const semaphore = createSemaphore(width);
  const started: string[] = [];
  const releases = new Map<string, () => void>();
  return {
    started,
    enter: (name: string, signal?: AbortSignal) =>
      semaphore.run(
        async () => {
          started.push(name);
          await new Promise<void>((resolve) => releases.set(name, resolve));
        },
        { group: name.slice(0, 1), signal },
      ),
    async leave(name: string, done: Promise<void>) {
      releases.get(name)?.();
      await done;
      await yieldToEventLoop();
    },
  };
}

it('leaves one of several slots to other groups', async () => {
  const { started, enter, leave } = workshop(3);
  const [a1, a2, a3, b1] = ['a1', 'a2', 'a3', 'b1'].map((name) => enter(name));
  expect(started).toEqual(['a1', 'a2', 'b1']);
  await leave('b1', b1 as Promise<void>);
  expect(started).toEqual(['a1', 'a2', 'b1']);
  await leave('a1', a1 as Promise<void>);
  expect(started).toEqual(['a1', 'a2', 'b1', 'a3']);
  await Promise.all([leave('a2', a2 as Promise<void>), leave('a3', a3 as Promise<void>)]);
});

it('gives a single slot to the groups in turns, each in its own order', async () => {
  const { started, enter, leave } = workshop(1);
  const order = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'];
  const runs = new Map(order.map((name) => [name, enter(name)]));
  for (let turn = 0; turn < order.length; turn++) {
    const name = started[turn] as string;
    await leave(name, runs.get(name) as Promise<void>);
  }
  expect(started).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
});

it('removes aborted work from the queue', async () => {
  const { started, enter, leave } = workshop(1);
  const a1 = enter('a1');
  const departure = new AbortController();
  const a2 = enter('a2', departure.signal);
  const a3 = enter('a3');
  departure.abort(new Error('left'));
  await expect(a2).rejects.toThrow('left');
  await expect(enter('a4', departure.signal)).rejects.toThrow('left');
  await leave('a1', a1);
  expect(started).toEqual(['a1', 'a3']);
  await leave('a3', a3);
});

it('counts the waiting work of each group separately, without what has left the queue', async () => {
  const semaphore = createSemaphore(1, 1);
  const end = Promise.withResolvers<void>();
  const departure = new AbortController();
  const run = (group: string, signal?: AbortSignal) => semaphore.run(() => end.promise, { group, signal });
  const all = [run('a'), run('b')];
  const left = run('a', departure.signal);
  await expect(run('a')).rejects.toMatchObject({ code: 'overloaded', message: expect.stringContaining('1 of 1') });
  departure.abort(new Error('left'));
  await expect(left).rejects.toThrow('left');
  all.push(run('a'));
  end.resolve();
  await Promise.all(all);
});

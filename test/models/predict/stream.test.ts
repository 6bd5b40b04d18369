import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { binaryOutcome } from '../support/outcomes.ts';
import { openTestService, type TestService } from '../support/testService.ts';

const ROWS = 200_000;
/** Makes all rows together much larger than the allowed memory. */
const PADDING = 'x'.repeat(200);
const MAX_GROWTH_BYTES = 16 * 2 ** 20;
const CHUNKS_BETWEEN_SAMPLES = 200;

let service: TestService;
let url: string;
beforeAll(async () => {
  service = await openTestService();
  const model = await service.save(binaryOutcome(), ['age', 'work', 'note']);
  await service.app.listen({ port: 0 });
  const { port } = service.app.server.address() as AddressInfo;
  url = `http://127.0.0.1:${port}/v1/models/${model}/predict`;
});
afterAll(() => service.close());

/** In chunks of 100 lines. */
function* csvRows(count: number, wrongRow = -1) {
  yield 'age,work,note\n';
  for (let first = 0; first < count; first += 100) {
    const rows = Array.from({ length: 100 }, (_, i) => first + i);
    yield rows.map((row) => `${row % 90},Private,${PADDING}${row === wrongRow ? ',one,more' : ''}\n`).join('');
  }
}

function post() {
  return request(url, { method: 'POST', headers: { 'content-type': 'text/csv' } });
}

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Bytes in use, without garbage. */
function usedBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe('a stream of 200,000 rows', () => {
  it('is predicted in constant memory for a client that sends everything before it reads', async () => {
    const before = usedBytes();
    let highest = 0;
    function* watched() {
      let pieces = 0;
      for (const piece of csvRows(ROWS)) {
        if (pieces++ % CHUNKS_BETWEEN_SAMPLES === 0) highest = Math.max(highest, usedBytes());
        yield piece;
      }
    }
    const sent = post();
    const responded = once(sent, 'response');
    await pipeline(Readable.from(watched()), sent);
    const [response] = await responded;
    expect(response.statusCode).toBe(200);
    const lines = (await text(response)).trim().split('\n');
    expect(lines).toHaveLength(ROWS + 1);
    expect(lines[1]).toBe(lines[91]);
    expect(highest - before).toBeLessThan(MAX_GROWTH_BYTES);
  });

  it('gets a compressed response if the client accepts one', async () => {
    const responses = ['identity', 'br', 'gzip'].map((encoding) =>
      fetch(url, {
        method: 'POST',
        body: [...csvRows(20_000)].join(''),
        headers: { 'content-type': 'text/csv', 'accept-encoding': encoding },
      }),
    );
    const [plain, ...compressed] = await Promise.all(responses);
    expect(compressed.map(({ headers }) => headers.get('content-encoding'))).toEqual(['br', 'gzip']);
    const expected = await plain?.text();
    expect(expected?.split('\n')).toHaveLength(20_000 + 2);
    for (const response of compressed) expect(await response.text()).toBe(expected);
  });

  it('with a line that is too long near its end is an error without a partial response', async () => {
    const sent = post();
    const responded = once(sent, 'response');
    await pipeline(Readable.from(csvRows(20_000, 19_990)), sent);
    const [response] = await responded;
    expect(response.statusCode).toBe(422);
    expect(JSON.parse(await text(response)).errors).toEqual([
      { path: '/rows/19990', message: 'Expected 3 cells as in the header, got 5, in line 19992.' },
    ]);
  });

  it('does not affect the next request when its client disconnects', async () => {
    const sent = post();
    sent.on('error', () => undefined);
    sent.write('age,work,note\n');
    for (let i = 0; i < 100; i++) sent.write(`1,Private,${PADDING}\n`);
    sent.destroy();
    const next = await fetch(url, { method: 'POST', body: 'age\n50\n', headers: { 'content-type': 'text/csv' } });
    expect(next.status).toBe(200);
    expect((await next.text()).split('\n')).toHaveLength(3);
  });
});

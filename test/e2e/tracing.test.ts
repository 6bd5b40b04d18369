import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { startBuiltService } from '../support/builtService.ts';
import { finishedJob } from '../support/client.ts';

const CSV = ['x,y', ...Array.from({ length: 100 }, (_, row) => `${row},${row % 2 ? 'odd' : 'even'}`)].join('\n');
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
}
interface Received {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly ReceivedSpan[] }[] }[];
}

/** A collector that stores the requests. */
async function openCollector() {
  const spans: ReceivedSpan[] = [];
  const server = createServer(async (request, response) => {
    const { resourceSpans } = (await json(request)) as Received;
    for (const { scopeSpans } of resourceSpans) spans.push(...scopeSpans.flatMap((scope) => scope.spans));
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { spans, endpoint: `http://127.0.0.1:${port}` };
}

it('traces requests in the trace of the client, linked to the phases of the job', async () => {
  const { spans, endpoint } = await openCollector();
  const service = await startBuiltService(['--workers', '1', '--otlp-endpoint', endpoint]);
  onTestFinished(async () => void (await service.stop()));
  const uploaded = await fetch(`${service.address}/v1/datasets?name=parity`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv', traceparent: `00-${TRACE}-${PARENT}-01` },
    body: CSV,
  });
  const { id: datasetId } = (await uploaded.json()) as { id: string };
  await finishedJob(service.address, { datasetId, target: 'y', training: { epochs: 2 } });
  await service.stop();
  const named = (name: string) => spans.find((span) => span.name === name);
  expect(named('POST /v1/datasets')).toMatchObject({ traceId: TRACE, parentSpanId: PARENT });
  const job = named('job');
  expect(named('POST /v1/jobs')?.links).toEqual([{ traceId: job?.traceId, spanId: job?.spanId }]);
  const phases = spans.filter(({ parentSpanId }) => parentSpanId === job?.spanId);
  expect(phases.map(({ name, traceId }) => [name, traceId])).toEqual(
    ['prepare', 'train', 'save'].map((name) => [name, job?.traceId]),
  );
});

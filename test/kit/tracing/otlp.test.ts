import { expect, it } from 'vitest';
import { otlpBody } from '../../../src/kit/tracing/otlp.ts';

it("writes spans in OpenTelemetry's JSON format", () => {
  const span = {
    ...{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), name: 'train', kind: 'internal' as const },
    ...{ startMs: 1_700_000_000_000, endMs: 1_700_000_000_250, attributes: { job: 'job_1', attempt: 2 }, failed: true },
  };
  const [resourceSpans] = JSON.parse(otlpBody({ 'service.name': 'trainyard-worker' }, [span])).resourceSpans;
  expect(resourceSpans.resource.attributes).toEqual([
    { key: 'service.name', value: { stringValue: 'trainyard-worker' } },
  ]);
  expect(resourceSpans.scopeSpans[0].spans).toEqual([
    {
      ...{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), name: 'train', kind: 1 },
      startTimeUnixNano: '1700000000000000000',
      endTimeUnixNano: '1700000000250000000',
      attributes: [
        { key: 'job', value: { stringValue: 'job_1' } },
        { key: 'attempt', value: { doubleValue: 2 } },
      ],
      status: { code: 2 },
    },
  ]);
});

import { describe, expect, it } from 'vitest';
import { requestIdOf, traceIdOf } from '../../../src/http/logs/requestIds.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

describe('the id of a request', () => {
  it('is the one from the client', () => {
    expect(requestIdOf({ 'x-request-id': 'checkout/42' })).toBe('checkout/42');
  });

  it.each(['', 'two words', 'line\nbreak', '"quoted"', 'x'.repeat(129)])('is a new one instead of %j', (given) => {
    expect(requestIdOf({ 'x-request-id': given })).toMatch(/^[\da-f-]{36}$/);
  });

  it('is its trace if it has no id', () => {
    expect(requestIdOf({ traceparent: `00-${TRACE}-${PARENT}-01` })).toBe(TRACE);
  });
});

describe('the trace of a request', () => {
  it.each([`00-${TRACE}-${PARENT}-00`, `01-${TRACE}-${PARENT}-01-what-comes-later`])(
    'is read from %s',
    (traceparent) => {
      expect(traceIdOf({ traceparent })).toBe(TRACE);
    },
  );

  it.each([
    `ff-${TRACE}-${PARENT}-01`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-01x`,
    'nothing',
  ])('is not read from %s', (traceparent) => {
    expect(traceIdOf({ traceparent })).toBeUndefined();
  });
});

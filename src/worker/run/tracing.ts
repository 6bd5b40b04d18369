import type { Clock } from '../../kit/clock.ts';
import { newSpanId, spanContextOfJob } from '../../kit/tracing/span.ts';
import type { Tracer } from '../../kit/tracing/tracer.ts';

/** The phases of a run in their order: reading and fitting, training, saving the result. */
type Phase = 'prepare' | 'train' | 'save';

/** Records the spans of one run of a job. */
export interface RunTrace {
  /** Ends the span of the current phase, and begins that of the next one. */
  enter(phase: Phase): void;
  end(outcome: string): void;
}

const NO_TRACE: RunTrace = { enter() {}, end() {} };

/** All runs of a job are one trace. Requests about the job are linked to its first span. */
export function traceRun(
  tracer: Tracer | undefined,
  { id, attempts }: { readonly id: string; readonly attempts: number },
  clock: Clock,
): RunTrace {
  if (tracer === undefined) return NO_TRACE;
  const { traceId, spanId: first } = spanContextOfJob(id);
  const spanId = attempts === 1 ? first : newSpanId();
  const attributes = { 'trainyard.job.id': id, 'trainyard.job.attempt': attempts };
  const startMs = clock();
  let phase: { readonly name: Phase; readonly startMs: number } | undefined;

  const leave = (endMs: number) => {
    if (phase === undefined) return;
    tracer.record({
      traceId,
      spanId: newSpanId(),
      parentSpanId: spanId,
      kind: 'internal',
      ...phase,
      endMs,
      attributes,
    });
    phase = undefined;
  };
  return {
    enter(name) {
      const now = clock();
      leave(now);
      phase = { name, startMs: now };
    },
    end(outcome) {
      const endMs = clock();
      leave(endMs);
      const name = 'job';
      const allAttributes = { ...attributes, 'trainyard.job.outcome': outcome };
      const failed = outcome === 'failed';
      tracer.record({ traceId, spanId, name, kind: 'internal', startMs, endMs, attributes: allAttributes, failed });
    },
  };
}

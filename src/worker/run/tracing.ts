import type { Clock } from '../../kit/clock.ts';
import { newSpanId, spanContextOfJob } from '../../kit/tracing/span.ts';
import type { Tracer } from '../../kit/tracing/tracer.ts';

/** What a run does, one after the other: reading and fitting, training, saving what came of it. */
type Phase = 'prepare' | 'train' | 'save';

/** Follows one run of a job. */
export interface RunTrace {
  /** The run comes to its next phase. */
  enter(phase: Phase): void;
  end(outcome: string): void;
}

const NO_TRACE: RunTrace = { enter() {}, end() {} };

/** All runs of a job are one trace; the requests about it are linked to the first. */
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

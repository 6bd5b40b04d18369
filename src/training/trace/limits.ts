import type { NetworkSize } from '../../engine/network/size.ts';
import { ServiceError } from '../../kit/contract/errors.ts';

const MAX_EXAMPLES = 256;
/** Numbers of the answer: about 10 MB of JSON. */
const MAX_NUMBERS = 500_000;
/** Parameters of the network: their arena in float64 has 16 bytes for each. */
const MAX_PARAMETERS = 4_000_000;
/** Multiply-adds of one forward pass: about 50 ms of the reference backend. */
const MAX_PASS = 50_000_000;
/** Multiply-adds of all passes of a gradient check: about 1 s, which other requests share. */
const MAX_CHECK = 1_000_000_000;
const PASSES_OF_A_PARAMETER = 2;
const DEFAULT_CHECKED = 200;

/** Throws ServiceError `trace_too_large` for too many rows in that field of the request. */
export function assertExamples(examples: number, field: string): void {
  if (examples > MAX_EXAMPLES)
    throw tooLarge(`${field} has ${examples} examples; the limit is ${MAX_EXAMPLES}. Send fewer.`);
}

/** Throws ServiceError `trace_too_large` for a network or for rows that would block the service. */
export function checkTraceSize({ parameters, multiplyAdds }: NetworkSize, examples: number, field: string): void {
  assertExamples(examples, field);
  if (parameters > MAX_PARAMETERS)
    throw tooLarge(
      `The network has ${parameters} parameters; the limit is ${MAX_PARAMETERS}. Trace a smaller network.`,
    );
  const work = multiplyAdds * examples;
  if (work <= MAX_PASS) return;
  const fitting = Math.floor(MAX_PASS / multiplyAdds);
  throw tooLarge(
    `A forward pass has ${work} multiply-adds; the limit is ${MAX_PASS}. ${
      fitting > 0 ? `Send at most ${fitting} examples in ${field}.` : 'Trace a smaller network.'
    }`,
  );
}

/**
 * How many parameters a gradient check compares. Throws ServiceError `trace_too_large` if more are
 * requested than its work allows.
 */
export function checkedParameters(requested: number | undefined, { multiplyAdds }: NetworkSize, examples: number) {
  const fitting = Math.max(1, Math.floor(MAX_CHECK / (PASSES_OF_A_PARAMETER * multiplyAdds * examples)));
  if (requested === undefined) return Math.min(DEFAULT_CHECKED, fitting);
  if (requested <= fitting) return requested;
  throw tooLarge(
    `gradientCheck.parameters is ${requested}; at most ${fitting} can be checked in this network with ${examples} examples. Check fewer.`,
  );
}

/** Throws ServiceError `trace_too_large` for an answer of too many numbers. */
export function checkAnswerSize(numbers: number, field: string): void {
  if (numbers <= MAX_NUMBERS) return;
  throw tooLarge(
    `The answer has ${numbers} numbers; the limit is ${MAX_NUMBERS}. Name fewer layers in \`${field}\` or fewer matrices in \`include\`.`,
  );
}

function tooLarge(detail: string): ServiceError {
  return new ServiceError('trace_too_large', detail);
}

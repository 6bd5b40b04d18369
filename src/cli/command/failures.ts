import { ConfigurationError, EXIT_WRONG_CONFIGURATION, EXIT_WRONG_USAGE, UsageError } from '../../config/config.ts';
import { didYouMean } from '../../kit/contract/closest.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import type { Problem } from '../../kit/contract/wire.ts';
import { EXIT_FAILED, EXIT_INTERRUPTED } from './command.ts';

/** An expected failure of a command. `code` is stable, for programs that use `--json`. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: string;
  readonly exitCode: number;

  constructor(code: string, message: string, exitCode = EXIT_FAILED) {
    super(message);
    this.code = code;
    this.exitCode = exitCode;
  }
}

/**
 * The service rejected the request or did not respond. The message is for people and may have
 * several lines.
 */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  /** The service's problem document, if it sent one. */
  readonly problem: Problem | undefined;

  constructor(message: string, problem?: Problem, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}

/** Ctrl-C; `message` says what continues. */
export function interrupted(message: string): CommandError {
  return new CommandError('interrupted', message, EXIT_INTERRUPTED);
}

interface Failure {
  readonly exitCode: number;
  readonly code: string;
  readonly message: string;
}

export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof UsageError) {
    const text = message + didYouMean(error.unknown ?? '', error.known);
    return { exitCode: EXIT_WRONG_USAGE, code: 'wrong_usage', message: text };
  }
  if (error instanceof ConfigurationError) {
    return { exitCode: EXIT_WRONG_CONFIGURATION, code: 'wrong_configuration', message };
  }
  if (error instanceof CommandError) return { exitCode: error.exitCode, code: error.code, message };
  if (error instanceof RequestError)
    return { exitCode: EXIT_FAILED, code: error.problem?.code ?? 'no_answer', message };
  if (error instanceof ServiceError) return { exitCode: EXIT_FAILED, code: error.code, message };
  return { exitCode: EXIT_FAILED, code: 'failed', message };
}

/** The failure as a problem document (RFC 9457): the service's own, or a new one. */
export function problemOf(error: unknown): object {
  if (error instanceof RequestError && error.problem !== undefined) return error.problem;
  const { code, message } = failureOf(error);
  return { type: `urn:trainyard:problem:${code}`, title: 'The command failed', detail: message, code };
}

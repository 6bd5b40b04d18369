import type { z } from 'zod';
import { type ErrorCode, type FieldError, MOST_LISTED, pointer, ServiceError } from './errors.ts';

/** The parsed input, or a ServiceError `invalid_request` that lists every mistake. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input);
  if (!result.success) throw invalidRequest(fieldErrors(result.error.issues));
  return result.data;
}

/** What is malformed, whatever is asked for. */
export function invalidRequest(errors: readonly FieldError[]): ServiceError {
  return mistaken('invalid_request', 'The request', errors);
}

/** An error that lists what is wrong with its subject and says the first: `The training has 2 mistakes: /target: …`. */
export function mistaken(code: ErrorCode, subject: string, errors: readonly FieldError[]): ServiceError {
  const listed = errors.length > MOST_LISTED ? `, the first ${MOST_LISTED} of which are listed` : '';
  const mistakes = errors.length === 1 ? '1 mistake' : `${errors.length} mistakes${listed}`;
  const first = errors[0] ? `: ${errors[0].path || 'the body'}: ${errors[0].message}` : '.';
  return new ServiceError(code, `${subject} has ${mistakes}${first}`, errors);
}

/** Zod's issues as JSON pointers with messages; an unknown field is named by its own path. */
export function fieldErrors(issues: readonly z.core.$ZodIssue[], prefix: readonly PropertyKey[] = []): FieldError[] {
  return issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: pointer([...path, key]),
        message: 'Unknown field: remove it or mend its name.',
      }));
    }
    // What is wrong with a key of a record stands below it.
    if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => ({ path: pointer(path), message }));
    if (issue.code === 'invalid_union' && issue.errors.length > 0) return closestBranch(issue.errors, path);
    return [{ path: pointer(path), message: issue.message }];
  });
}

/** Of a union's branches, the one that came furthest is what the client meant. */
function closestBranch(branches: readonly (readonly z.core.$ZodIssue[])[], path: readonly PropertyKey[]): FieldError[] {
  const depth = (issues: readonly z.core.$ZodIssue[]) => Math.max(...issues.map((issue) => issue.path.length));
  const sorted = branches.toSorted((a, b) => depth(b) - depth(a));
  const deepest = sorted[0] ?? [];
  if (depth(deepest) > 0) return fieldErrors(deepest, path);
  const messages = new Set(branches.flat().map((issue) => issue.message));
  return [{ path: pointer(path), message: [...messages].join(', or ') }];
}

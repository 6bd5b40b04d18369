import { z } from 'zod';
import { choice } from './describeExpected.ts';
import { type ErrorCode, type FieldError, MAX_LISTED, pointer, ServiceError } from './errors.ts';
import { MISSING, messageOf } from './messages.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** The output of a schema, or the first issues: one more than are listed, if there are more. */
export type Checked<Output> =
  | { readonly ok: true; readonly data: Output }
  | { readonly ok: false; readonly issues: readonly Issue[]; readonly errors: readonly FieldError[] };

/** Validates an input. Only the first issues become messages: an input may have many thousands. */
export function check<Schema extends z.ZodType>(schema: Schema, input: unknown): Checked<z.output<Schema>> {
  const context = { async: false, error: messageOf };
  // No schema of the service is asynchronous.
  const result = schema._zod.run({ value: input, issues: [] }, context) as z.core.ParsePayload;
  // A payload without issues has the output of the schema.
  if (result.issues.length === 0) return { ok: true, data: result.value as z.output<Schema> };
  const issues = result.issues
    .slice(0, MAX_LISTED + 1)
    .map((issue) => z.core.util.finalizeIssue(issue, context, z.core.config()));
  return { ok: false, issues, errors: first(errorsOf(issues), MAX_LISTED + 1) };
}

/** The parsed input, or a ServiceError `invalid_request` that lists its issues. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const checked = check(schema, input);
  if (!checked.ok) throw invalidRequest(checked.errors);
  return checked.data;
}

/** The error for malformed requests to any route. */
export function invalidRequest(errors: readonly FieldError[]): ServiceError {
  return invalid('invalid_request', 'The request', errors);
}

/** Issues of `errors` that `detail` repeats. */
const IN_DETAIL = 3;
const MAX_DETAIL_LENGTH = 250;

/**
 * An error that lists what is wrong with its subject:
 * `The training has 2 mistakes. /target: …. /task: ….`
 */
export function invalid(code: ErrorCode, subject: string, errors: readonly FieldError[]): ServiceError {
  const many = errors.length > MAX_LISTED ? `more than ${MAX_LISTED}` : String(errors.length);
  const which = errors.length > IN_DETAIL ? ` The first ${IN_DETAIL}:` : '';
  const count = `${subject} has ${many} mistake${errors.length === 1 ? '' : 's'}.${which}`;
  const detail = [count, ...errors.slice(0, IN_DETAIL).map(inDetail)].join(' ');
  return new ServiceError(code, detail, errors.slice(0, MAX_LISTED));
}

function inDetail({ path, message }: FieldError): string {
  const text = `${path || 'The body'}: ${message}`;
  return text.length > MAX_DETAIL_LENGTH ? `${text.slice(0, MAX_DETAIL_LENGTH)}…` : text;
}

/** The issues as JSON pointers with messages. An unknown field has its own path. */
function* errorsOf(issues: readonly Issue[], prefix: Path = []): Generator<FieldError> {
  for (const issue of issues) yield* errorsOfIssue(issue, [...prefix, ...issue.path]);
}

function* errorsOfIssue(issue: Issue, path: Path): Generator<FieldError> {
  switch (issue.code) {
    case 'unrecognized_keys':
      // The message has a line for each key.
      for (const [i, message] of issue.message.split('\n').entries()) {
        yield { path: pointer([...path, issue.keys[i]]), message };
      }
      return;
    case 'invalid_key':
      for (const { message } of issue.issues) yield { path: pointer(path), message };
      return;
    case 'invalid_union': {
      const { inner, message } = intendedBranch(issue);
      if (inner) yield* errorsOf(inner, path);
      else yield { path: pointer(path), message };
      return;
    }
    default:
      yield { path: pointer(path), message: issue.message };
  }
}

/**
 * The issues of the branch of a union that the client meant, or one message for all of its
 * branches.
 */
function intendedBranch({ errors: branches, message }: Extract<Issue, { readonly code: 'invalid_union' }>): {
  readonly inner?: readonly Issue[] | undefined;
  readonly message: string;
} {
  const fitting = branches.filter((branch) => !branch.some(isOfAnotherKind));
  const absent = fitting.map(onlyMissingField);
  if (absent.length > 1 && absent.every((name) => name !== undefined)) {
    return { message: `${MISSING}give ${choice([...new Set(absent)])}.` };
  }
  const [inner] = fitting.toSorted((a, b) => a.length - b.length || depthOf(b) - depthOf(a));
  return { inner, message };
}

/** Whether a branch accepts only values of another type, such as a list instead of a string. */
function isOfAnotherKind({ code, path }: Issue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'invalid_value');
}

/** The name of the field, if the only issue is that it is missing. */
function onlyMissingField(branch: readonly Issue[]): string | undefined {
  const [issue] = branch;
  const isOnly = branch.length === 1 && issue.path.length === 1 && issue.message.startsWith(MISSING);
  return isOnly ? String(issue.path[0]) : undefined;
}

function depthOf(issues: readonly Issue[]): number {
  return issues.reduce((deepest, { path }) => Math.max(deepest, path.length), 0);
}

function first<Item>(items: Iterable<Item>, limit: number): readonly Item[] {
  return Iterator.from(items).take(limit).toArray();
}

import { inputNames } from '../../features/features.ts';
import { elementsOf, membersOf } from '../../formats/text/jsonSource.ts';
import type { Tenant } from '../../kit/contract/caller.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import type { JsonLimits } from '../../kit/contract/json.ts';
import { parseInput } from '../../kit/contract/validation.ts';
import type { Semaphore } from '../../kit/limits/semaphore.ts';
import type { Database } from '../../store/database/database.ts';
import type { TraceAnswer } from '../../training/trace/answer.ts';
import { assertExamples } from '../../training/trace/limits.ts';
import { answerTrace } from '../../training/trace/trace.ts';
import { parseJson } from '../rows/body.ts';
import { createIssues } from '../rows/issues.ts';
import { type JsonRows, jsonRows } from '../rows/json.ts';
import { readTable } from '../rows/table.ts';
import { assertMember, heaviestMember } from '../stored/chosenMember.ts';
import { readAnyDescription } from '../stored/description.ts';
import { createModelLookup } from '../stored/modelStore.ts';
import { readMemberNetwork, readParameters, type StoredNetwork } from '../stored/storedNetworks.ts';
import { allInputs } from './inputs.ts';
import { modelTraceRequest } from './schemas.ts';
import { readTargets } from './targets.ts';

export interface TracesDeps {
  readonly database: Database;
  readonly json: JsonLimits;
  /** Traces run one at a time, because each may use much memory. */
  readonly tracing: Semaphore;
}

/** Traces of the models of a tenant. */
export interface Traces {
  /**
   * One forward and backward pass of a network of the model, for the rows of a JSON text. Throws
   * ServiceError `model_not_found`, `member_not_found`, `invalid_json`, `invalid_request`,
   * `invalid_rows` and `trace_too_large`.
   */
  trace(idOrAlias: string, member: number | undefined, text: string): Promise<TraceAnswer>;
}

const FIELDS = { rows: 'rows', targets: 'targets', layers: 'layers' } as const;

export function createTraces({ database, json, tracing }: TracesDeps, { project }: Tenant): Traces {
  const models = createModelLookup(database, project);

  async function readNetwork(idOrAlias: string, given: number | undefined) {
    const { id, description: text } = await models.row(idOrAlias);
    const description = readAnyDescription(text);
    if (given !== undefined) assertMember(id, description, given);
    if (!('members' in description)) {
      return { member: null, network: { description, parameters: await readParameters(database, id) } };
    }
    const member = given ?? heaviestMember(description);
    return { member, network: await readMemberNetwork(database, id, member) };
  }

  return {
    async trace(idOrAlias, given, text) {
      const body = parseJson(text, json);
      const request = parseInput(modelTraceRequest, body);
      assertExamples(request.rows.length, FIELDS.rows);
      // A zod record would lose a column named `__proto__`.
      const { rows } = body as { readonly rows: readonly unknown[] };
      return tracing.run(async () => {
        const { member, network } = await readNetwork(idOrAlias, given);
        const sources = membersOf(text);
        const elements = elementsOf(sources.get('rows') ?? '[]');
        const source: JsonRows = { values: rows, sourceOf: (row) => elements[row] ?? '{}' };
        const targets = { values: request.targets, text: sources.get('targets') ?? '[]' };
        try {
          return await answerTrace({ ...readExamples(network, source, targets), member, fields: FIELDS }, request);
        } catch (error) {
          throw error instanceof RangeError ? new ServiceError('invalid_rows', error.message) : error;
        }
      });
    },
  };
}

/** The network with its inputs all dense, and the rows as it reads them. */
function readExamples(
  { description, parameters }: StoredNetwork,
  rows: JsonRows,
  targets: Parameters<typeof readTargets>[2],
) {
  const { columns, readAs, features, fittedTarget, embedding, layers, loss } = description;
  const parseOptions = new Map(readAs);
  const known = new Set([...columns, fittedTarget.column, ...features.columns.map(({ column }) => column)]);
  const issues = createIssues();
  const read = readTable({ fitted: features.columns, parseOptions }, jsonRows(rows, 0, known));
  issues.add(read.issues);
  issues.check();
  const names = inputNames(features);
  return {
    spec: { inputs: names.length, embedding, layers },
    ...{ loss, parameters, names, rows: rows.values.length },
    X: allInputs(features, read.table),
    T: readTargets({ target: fittedTarget, parseOptions }, rows, targets),
  };
}

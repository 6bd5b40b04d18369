import type { Tenant } from '../../kit/contract/caller.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import type { WaitOptions } from '../../notifications/bus.ts';
import type { Database } from '../../store/database/database.ts';
import type { ModelRow } from '../../store/database/tables.ts';
import type { Report } from '../reports/schemas.ts';
import type { Reports } from '../reports/service.ts';
import { readAnyDescription } from '../stored/description.ts';
import { createModelLookup } from '../stored/modelStore.ts';
import { readMemberNetwork } from '../stored/storedNetworks.ts';
import { type EvaluatedDataset, findEvaluatedDataset } from './datasetStore.ts';
import { type EvaluationBody, type EvaluationRequest, evaluationRequest } from './schemas.ts';

export interface EvaluationsDeps {
  readonly database: Database;
  readonly reports: (tenant: Tenant) => Reports;
}

export interface Evaluations {
  /**
   * The report of an evaluation. Throws `model_not_found`, `dataset_not_found`, `dataset_deleted`
   * without a dataset, `invalid_report` for options that do not fit the model or the dataset, and
   * `nothing_to_measure`.
   */
  create(idOrAlias: string, body: EvaluationBody, waiting: WaitOptions, id?: string): Promise<Report>;
}

export function createEvaluations({ database, reports }: EvaluationsDeps, tenant: Tenant): Evaluations {
  const models = createModelLookup(database, tenant.project);
  return {
    async create(idOrAlias, body, waiting, id) {
      const model = await models.row(idOrAlias);
      const datasetId = body.datasetId ?? model.datasetId;
      if (datasetId === null) throw noDataset(model);
      const dataset = await findEvaluatedDataset(database, tenant.project, datasetId);
      const facts = await factsOf(database, model);
      const request = complete(body, model, facts, dataset);
      return reports(tenant).submit({ kind: 'evaluation', request, models: [model], dataset }, waiting, id);
    },
  };
}

interface ModelFacts {
  /** The labels; null for a regression. */
  readonly classes: readonly string[] | null;
  readonly weightColumn: string | null;
}

async function factsOf(database: Database, model: ModelRow): Promise<ModelFacts> {
  const described = readAnyDescription(model.description);
  const { fittedTarget, hyperparameters } =
    'members' in described ? (await readMemberNetwork(database, model.id, 1)).description : described;
  const classes = fittedTarget.kind === 'classes' ? fittedTarget.classes : null;
  return { classes, weightColumn: hyperparameters.weightColumn };
}

/** Fills every default. Throws `invalid_report` with every issue. */
function complete(
  body: EvaluationBody,
  model: ModelRow,
  { classes, weightColumn: trained }: ModelFacts,
  dataset: EvaluatedDataset,
): EvaluationRequest {
  const isOwn = dataset.id === model.datasetId;
  const part = body.part ?? (isOwn ? 'test' : 'all');
  const target = body.target ?? model.target;
  const known = trained !== null && dataset.columns.includes(trained) ? trained : null;
  const weightColumn = body.weightColumn === undefined ? known : body.weightColumn;
  const hasTwo = classes?.length === 2;
  const positive = hasTwo ? (body.positive ?? classes[1]) : null;
  const hasColumn = (name: string | null) => name === null || dataset.columns.includes(name);
  check([
    [isOwn || part === 'all', '/part', 'Parts exist only in the dataset of the training. Use `all`.'],
    [hasColumn(target), '/target', `The dataset has no column '${target}'. Name the column with the actual values.`],
    [
      hasColumn(weightColumn),
      '/weightColumn',
      `The dataset has no column '${weightColumn}'. Name another one or null.`,
    ],
    [hasTwo || body.positive === undefined, '/positive', 'The model does not have two classes. Leave it out.'],
    [hasTwo || body.threshold === null, '/threshold', 'The model does not have two classes. Leave it out.'],
    [
      positive === null || (classes ?? []).includes(positive),
      '/positive',
      `The model has no class '${positive}'. Use one of ${(classes ?? []).join(', ')}.`,
    ],
  ]);
  return evaluationRequest.parse({ ...body, datasetId: dataset.id, part, target, weightColumn, positive });
}

/** Each rule: whether it is met, the pointer of the field, and the message. */
function check(rules: readonly (readonly [boolean, string, string])[]): void {
  const errors = rules.flatMap(([isMet, path, message]) => (isMet ? [] : [{ path, message }]));
  if (errors.length === 0) return;
  throw new ServiceError('invalid_report', errors.map(({ message }) => message).join(' '), errors);
}

function noDataset({ id }: ModelRow): ServiceError {
  return new ServiceError(
    'dataset_deleted',
    `The dataset of the model ${id} was deleted. Upload rows to measure, and name them as \`datasetId\`.`,
  );
}

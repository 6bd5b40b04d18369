import { isDeepStrictEqual } from 'node:util';
import { featuresSchema } from '../../../features/schemas.ts';
import { selectFeatureColumns } from '../../../features/selectFeatureColumns.ts';
import { type FieldError, pointer } from '../../../kit/contract/errors.ts';
import type { Warning } from '../../../kit/warning.ts';
import { type Speed, UNMEASURED } from '../../estimate/duration.ts';
import {
  type EnsembleJobRequest,
  type EnsembleSpec,
  MAX_BUDGET_SECONDS,
  type MemberRequest,
  MIN_BUDGET_SECONDS,
} from '../../schemas/ensemble.ts';
import type { SpecRequest, TrainingSpec } from '../../schemas/spec.ts';
import { countInputs, countNumberColumns } from '../features.ts';
import { collectIssues, type Issues } from '../issues.ts';
import { reservedColumns, resolveSpec } from '../resolve.ts';
import type { DatasetShape } from '../shape.ts';
import { fitBudget } from './fitBudget.ts';
import { resolveFolds } from './folds.ts';
import { defaultMaxSelected, defaultMembers, type EnsembleSize, membersByUse } from './memberDefaults.ts';

/** An ensemble that can be trained, or every issue of it. */
export type EnsembleResolution =
  | { readonly spec: EnsembleSpec; readonly errors: readonly []; readonly warnings: readonly Warning[] }
  | { readonly spec: null; readonly errors: readonly FieldError[]; readonly warnings: readonly [] };

/** The settings of the job that apply to every member. */
const SHARED: readonly string[] = ['loss', 'precision', 'seed'];
const DEFAULT_EFFORT = 'standard';
/** The golden ratio in 32 bits: an odd number, so that no two members have the same seed. */
const SEED_STEP = 0x9e3779b9;

/** Whether the request asks for an ensemble by name. */
export function asksForEnsemble({ ensemble, effort, budget }: EnsembleJobRequest): boolean {
  return (ensemble ?? null) !== null || effort !== undefined || budget !== undefined;
}

/**
 * Whether a job trains an ensemble: also unless the request describes a single network, or leaves
 * no validation rows to select on.
 */
export function trainsEnsemble(request: EnsembleJobRequest): boolean {
  if (asksForEnsemble(request)) return true;
  const { ensemble, network, training, split } = request;
  const describesNetwork = network !== undefined || Object.keys(training ?? {}).some((name) => !SHARED.includes(name));
  return ensemble === undefined && !describesNetwork && hasValidationRows(split);
}

/**
 * Fills in the list of members and all defaults, and checks them against the dataset's profile.
 * The issues of members have the path of the member. `speed` is that of the machine, for a budget.
 */
export function resolveEnsemble(
  request: EnsembleJobRequest,
  dataset: DatasetShape,
  speed: Speed = { cores: 1, calibration: UNMEASURED },
): EnsembleResolution {
  const issues = collectIssues();
  checkCombination(request, issues);
  const { loss, precision, seed } = request.training ?? {};
  const { target, task, features, weightColumn, split: requestedSplit } = request;
  const shared = { target, task, features, weightColumn, split: requestedSplit, training: { loss, precision, seed } };
  const base = resolveSpec(shared, dataset);
  for (const { path, message } of base.errors) issues.add(path, message);
  if (base.spec === null) return { spec: null, errors: issues.errors, warnings: [] };
  const size = sizeOf(base.spec, dataset);
  const folds = resolveFolds(request, { base: base.spec, dataset, rows: size.rows }, issues);
  if (folds === null) checkValidationRows(base.spec, issues);

  const list = membersOf(request, size, folds);
  const resolved = list.members.map((member, index) =>
    resolveMember(memberRequest(shared, base.spec, member, index), { base: base.spec, dataset, index, issues }),
  );
  const complete = resolved.filter((spec) => spec !== undefined);
  checkClassWeights(complete, issues);
  if (issues.errors.length > 0) return { spec: null, errors: issues.errors, warnings: [] };
  const members = request.budget
    ? fitBudget(complete, request.budget.seconds / (folds ?? 1), dataset, speed)
    : complete;
  const { network: _, training, ...common } = base.spec;
  return {
    errors: [],
    warnings: base.warnings,
    spec: {
      ...common,
      training: { loss: training.loss, precision: training.precision, seed: training.seed },
      ensemble: {
        members: members.map(({ network, features, training: own }) => ({ network, features, training: own })),
        maxSelected: list.maxSelected ?? defaultMaxSelected(members.length, folds),
        folds,
      },
    },
  };
}

/** Fields that contradict an ensemble, or each other. */
function checkCombination(request: EnsembleJobRequest, issues: Issues): void {
  const { network, training, ensemble, effort, budget } = request;
  const chooser = budget === undefined ? 'effort' : 'budget';
  const field = ensemble ? 'ensemble' : chooser;
  checkBudget(request, issues);
  if (network !== undefined)
    issues.add(
      `/${field}`,
      `\`network\` describes a single network. Leave out \`${field}\`, or move \`network\` to \`ensemble.members\`.`,
    );
  if (ensemble === null)
    issues.add(
      `/${chooser}`,
      `\`ensemble\` is null, so one network is trained and \`${chooser}\` has no effect. Leave one of them out.`,
    );
  if (ensemble?.members !== undefined && (effort ?? budget) !== undefined)
    issues.add(
      `/${chooser}`,
      `\`${chooser}\` chooses the members, but \`ensemble.members\` lists them. Leave one of them out.`,
    );
  for (const name of Object.keys(training ?? {}).filter((each) => !SHARED.includes(each)))
    issues.add(
      pointer(['training', name]),
      `Members of an ensemble have their own \`${name}\`. Set it in \`ensemble.members[].training\`, or leave out \`${field}\` to train one network.`,
    );
}

function checkBudget({ budget, effort }: EnsembleJobRequest, issues: Issues): void {
  if (budget === undefined) return;
  const { seconds } = budget;
  if (effort !== undefined)
    issues.add('/budget', '`effort` and `budget` both choose the members. Leave one of them out.');
  if (seconds >= MIN_BUDGET_SECONDS && seconds <= MAX_BUDGET_SECONDS) return;
  const message = `Expected ${MIN_BUDGET_SECONDS} to ${MAX_BUDGET_SECONDS} seconds, got ${seconds}. Use a number within them.`;
  issues.add('/budget/seconds', message);
}

function checkValidationRows({ split }: TrainingSpec, issues: Issues): void {
  if (hasValidationRows(split)) return;
  const message = 'An ensemble is selected on the validation rows. Use a share above 0, or train one network.';
  issues.add('/split/validation', message);
}

/** A column may name the validation rows. */
function hasValidationRows(split: EnsembleJobRequest['split']): boolean {
  return split?.method === 'column' || split?.validation !== 0;
}

/**
 * The members, and how many networks the model averages at most: null depends on their number.
 * With a budget, the first of the members are trained.
 */
function membersOf(
  { ensemble, effort = DEFAULT_EFFORT, budget, features }: EnsembleJobRequest,
  size: EnsembleSize,
  folds: number | null,
) {
  const chosen = budget ? { members: membersByUse(size), maxSelected: null } : defaultMembers(effort, size, folds);
  const own = ownFeatures(features);
  const members =
    ensemble?.members ?? chosen.members.map((member) => ({ ...member, features: { ...member.features, ...own } }));
  return { members, maxSelected: ensemble?.maxSelected ?? chosen.maxSelected };
}

function sizeOf(base: TrainingSpec, dataset: DatasetShape): EnsembleSize {
  const target = dataset.columns.find(({ name }) => name === base.target);
  const { used } = selectFeatureColumns(dataset.columns, base.features, reservedColumns(base));
  return {
    rows: dataset.rows - (target?.missing ?? 0),
    inputs: countInputs(used, base.features).inputs,
    inputsWithoutBins: countInputs(used, { ...base.features, bins: 0 }).inputs,
    task: base.task,
    classes: target?.distinct ?? 0,
    numericColumns: countNumberColumns(used),
  };
}

/** The features of the job that a default member must not change. `auto` leaves it the choice. */
function ownFeatures({ bins, scaling }: EnsembleJobRequest['features']): MemberRequest['features'] {
  return { ...(bins !== undefined && { bins }), ...(scaling !== 'auto' && { scaling }) };
}

/** The request of a single network that trains the member. */
function memberRequest(shared: SpecRequest, base: TrainingSpec, member: MemberRequest, index: number): SpecRequest {
  const { loss, precision, seed } = base.training;
  const { network, features = {}, training = {} } = member;
  return {
    ...shared,
    task: base.task,
    split: base.split,
    features: featuresSchema.parse({ ...shared.features, ...features }),
    network,
    training: { loss, precision, seed: (seed + index * SEED_STEP) % 2 ** 32, ...training },
  };
}

interface MemberContext {
  readonly base: TrainingSpec;
  readonly dataset: DatasetShape;
  readonly index: number;
  readonly issues: Issues;
}

/** The training of a member; undefined, with its issues, if it is impossible. */
function resolveMember(
  request: SpecRequest,
  { base, dataset, index, issues }: MemberContext,
): TrainingSpec | undefined {
  const path = pointer(['ensemble', 'members', index]);
  const { spec, errors } = resolveSpec(request, dataset);
  for (const error of errors) issues.add(`${path}${error.path}`, error.message);
  if (spec === null) return undefined;
  if (!isDeepStrictEqual(spec.training.loss, base.training.loss)) {
    const message = `All members minimize the loss of the job, ${JSON.stringify(base.training.loss)}, got ${JSON.stringify(spec.training.loss)}. Leave it out, or set \`training.loss\` of the job.`;
    issues.add(`${path}/training/loss`, message);
  }
  return spec;
}

/** One weighted loss selects among all members. */
function checkClassWeights(members: readonly TrainingSpec[], issues: Issues): void {
  const index = members.findIndex(
    ({ training }) => !isDeepStrictEqual(training.classWeights, members[0].training.classWeights),
  );
  if (index < 0) return;
  const message =
    'All members need the same `classWeights`, because they are compared by one weighted loss. Use those of the first member.';
  issues.add(pointer(['ensemble', 'members', index, 'training', 'classWeights']), message);
}

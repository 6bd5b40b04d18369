import { setImmediate as nextTurn } from 'node:timers/promises';
import { checkRequest, type FindDataset } from '../../jobs/check.ts';
import type { Machine } from '../../jobs/threadWarnings.ts';
import { type FieldError, pointer, ServiceError } from '../../kit/errors.ts';
import { mistaken } from '../../kit/validation.ts';
import { measures } from '../../training/monitors.ts';
import { SAMPLERS } from '../samplers/samplers.ts';
import type { JsonValue } from '../space/parameter.ts';
import { placeParameters } from '../space/place.ts';
import { probesOf } from '../space/probes.ts';
import { compileSpace, type Parameters, type Space } from '../space/space.ts';
import { isMonitor, isObjectiveMetric, type Objective, objectivesOf } from './objective.ts';
import { type SweepRequest, type SweepSettings, trialsOrAll } from './schema.ts';

export interface SweepChecks {
  /** A dataset of the tenant's. */
  readonly findDataset: FindDataset;
  readonly machine: Pick<Machine, 'memoryBytes'>;
  /** How many trials run at once where the client has not said. */
  readonly parallel: number;
}

type Checked = Awaited<ReturnType<typeof checkRequest>>;

/** A sweep that can run, with every default filled in. */
export interface CheckedSweep {
  readonly settings: SweepSettings;
  /** A trial's job; null where somebody else runs the trials. */
  readonly sample: Checked | null;
}

/**
 * Throws ServiceError `invalid_sweep` that lists all that is impossible: in the job whatever its parameters, in the values of each parameter, and in
 * what the search is to do; `dataset_not_ready` as for a job.
 */
export async function checkSweep(request: SweepRequest, checks: SweepChecks): Promise<CheckedSweep> {
  const space = compileSpace(request.space);
  const objectives = objectivesOf(request.objective);
  const probed = request.external ? NOT_PROBED : await probe(request, space, checks);
  const mistakes = [
    ...searchMistakes(request, space),
    ...probed.mistakes,
    ...(request.external ? externalMistakes(request) : objectiveMistakes(request, objectives, probed.sample)),
    ...manyMistakes(request, objectives),
  ];
  if (mistakes.length > 0) throw mistaken('invalid_sweep', 'The sweep', mistakes);
  return { settings: settingsOf(request, space, objectives, probed.usual, checks.parallel), sample: probed.sample };
}

function settingsOf(
  { job, search, objective, parallel, name: _, ...rest }: SweepRequest,
  space: Space,
  objectives: readonly Objective[],
  usual: SweepSettings['usual'],
  usualParallel: number,
): SweepSettings {
  const trials = trialsOrAll(search.trials, SAMPLERS[search.algorithm].size(space));
  return {
    ...rest,
    job: job ?? null,
    search: { ...search, trials },
    objective: Array.isArray(objective) ? [...objectives] : objectives[0],
    parallel: parallel ?? usualParallel,
    usual,
  };
}

interface Probed {
  readonly mistakes: readonly FieldError[];
  readonly sample: Checked | null;
  readonly usual: SweepSettings['usual'];
}
const NOT_PROBED: Probed = { mistakes: [], sample: null, usual: null };

/** What every trial must have in common to be compared, and what says nothing of a training. */
const NEVER_VARIED = ['datasetId', 'target', 'task', 'weightColumn', 'name', 'priority', 'labels'];

/** Checks a job for each extreme value of each parameter, and says of a mistake whose it is. */
async function probe({ job, space: definition }: SweepRequest, space: Space, checks: SweepChecks): Promise<Probed> {
  if (job === undefined) {
    return {
      mistakes: [{ path: '/job', message: 'What shall be trained? Give the request of a job.' }],
      sample: null,
      usual: null,
    };
  }
  const fixed = Object.keys(definition).filter((path) => NEVER_VARIED.includes(path.split('.')[0]));
  if (fixed.length > 0) {
    const message = 'Cannot be varied: trials are compared on the same task. Say it in `job`.';
    return { mistakes: fixed.map((path) => ({ path: pointer(['space', path]), message })), sample: null, usual: null };
  }
  const findDataset = remembered(checks.findDataset);
  const base = await tryJob(job, findDataset, checks.machine);
  // A mistake where a parameter is put may be mended by its values.
  const lasting = 'errors' in base ? base.errors.filter(({ path }) => !isNear(path, Object.keys(definition))) : [];
  if (lasting.length > 0) {
    return {
      mistakes: lasting.map(({ path, message }) => ({ path: `/job${path}`, message })),
      sample: null,
      usual: null,
    };
  }
  // What JSON has of it, as it is kept and as a client would write it.
  const usual = 'checked' in base ? JSON.parse(JSON.stringify(base.checked.spec)) : {};
  const never: FieldError[] = [];
  const found: Found[] = [];
  let sample: Checked | null = null;
  for (const { parameter, parameters } of probesOf(space)) {
    if (parameters === null) {
      never.push({ path: pointer(['space', parameter, 'when']), message: 'Its conditions never hold together.' });
      continue;
    }
    // A space of many choices takes a while, and others are to be answered meanwhile.
    await nextTurn();
    const outcome = await tryJob(placeParameters(job, parameters, usual), findDataset, checks.machine);
    if ('errors' in outcome) found.push({ parameter, parameters, errors: outcome.errors });
    else {
      sample ??= outcome.checked;
      found.push({ parameter, parameters, errors: [] });
    }
  }
  return { mistakes: distinct([...never, ...found.flatMap((each) => attributed(each, found))]), sample, usual };
}

interface Found {
  readonly parameter: string;
  readonly parameters: Parameters;
  readonly errors: readonly FieldError[];
}

/** A job that a trial would submit: as it would run, or what is wrong with it. */
export async function tryJob(
  job: JsonValue,
  findDataset: FindDataset,
  machine: Pick<Machine, 'memoryBytes'>,
): Promise<{ readonly checked: Checked } | { readonly errors: readonly FieldError[] }> {
  try {
    return { checked: await checkRequest(job, findDataset, machine) };
  } catch (error) {
    if (error instanceof ServiceError && error.errors.length > 0) return { errors: error.errors };
    throw error;
  }
}

/** The mistakes of a probe, each said of the parameter that it lies at or around, or of the job where every probe has it. */
function attributed({ parameter, parameters, errors }: Found, all: readonly Found[]): readonly FieldError[] {
  return errors.map((mistake) => {
    const { path, message } = mistake;
    const owner = Object.keys(parameters)
      .filter((name) => isWithin(path, pathOf(name)))
      .toSorted((a, b) => b.length - a.length)[0];
    if (owner === undefined && all.every((other) => other.errors.some((one) => same(one, mistake)))) {
      return { path: `/job${path}`, message };
    }
    const name = owner ?? parameter;
    const where = path === pathOf(name) ? '' : `${path}: `;
    return { path: pointer(['space', name]), message: `With ${JSON.stringify(parameters[name])}: ${where}${message}` };
  });
}

function pathOf(name: string): string {
  return pointer(name.split('.'));
}

function isWithin(path: string, around: string): boolean {
  return path === around || path.startsWith(`${around}/`);
}

/** Whether the path lies at one of the parameters, within it or around it. */
function isNear(path: string, names: readonly string[]): boolean {
  return names.map(pathOf).some((place) => isWithin(path, place) || isWithin(place, path));
}

function same(a: FieldError, b: FieldError): boolean {
  return a.path === b.path && a.message === b.message;
}

function distinct(mistakes: readonly FieldError[]): readonly FieldError[] {
  return [...new Map(mistakes.map((mistake) => [`${mistake.path}\n${mistake.message}`, mistake])).values()];
}

/** Looks each dataset up once. */
function remembered(findDataset: FindDataset): FindDataset {
  const found = new Map<string, ReturnType<FindDataset>>();
  return (id) => {
    const looked = found.get(id) ?? findDataset(id);
    found.set(id, looked);
    return looked;
  };
}

function searchMistakes({ search }: SweepRequest, space: Space): readonly FieldError[] {
  return SAMPLERS[search.algorithm].mistakes(space).map(({ parameter, message }) => ({
    path: parameter === null ? '/space' : pointer(['space', parameter]),
    message,
  }));
}

function objectiveMistakes(
  { space }: SweepRequest,
  objectives: readonly Objective[],
  sample: Checked | null,
): readonly FieldError[] {
  return objectives.flatMap(({ metric }, i) => {
    const path = `${placeOf(objectives, i)}/metric`;
    if (!isObjectiveMetric(metric)) return [{ path, message: `A job does not measure '${metric}'.` }];
    if (sample === null || !isMonitor(metric)) return [];
    const { task, split } = sample.spec;
    if (!measures(task, metric)) return [{ path, message: `A ${task} task does not measure '${metric}'.` }];
    if (isWithoutValidation(split) && !Object.hasOwn(space, 'split.validation'))
      return [{ path, message: 'There are no validation rows to measure it on: split.validation is 0.' }];
    return [];
  });
}

/** A split column that names none has some taken of the training rows. */
function isWithoutValidation(split: Checked['spec']['split']): boolean {
  return split.method !== 'column' && split.validation === 0;
}

function placeOf(objectives: readonly Objective[], i: number): string {
  return objectives.length === 1 ? '/objective' : `/objective/${i}`;
}

/** Whoever runs the trials knows alone how far they are. */
function externalMistakes({ pruning, job }: SweepRequest): readonly FieldError[] {
  return [
    ...(pruning === null
      ? []
      : [{ path: '/pruning', message: 'Only trials that run here can be pruned: leave it out.' }]),
    ...(job === undefined
      ? []
      : [{ path: '/job', message: 'The trials of an external sweep are no jobs: leave it out.' }]),
  ];
}

function manyMistakes({ pruning }: SweepRequest, objectives: readonly Objective[]): readonly FieldError[] {
  const twice = objectives.findIndex(({ metric }, i) => objectives.findIndex((other) => other.metric === metric) < i);
  const repeated = twice < 0 ? [] : [{ path: `/objective/${twice}/metric`, message: 'Named twice: leave one out.' }];
  const takesOne = 'Takes one objective: leave it out, or the other objectives.';
  const isMany = objectives.length > 1;
  const isCounted = objectives[0].metric === 'parameterCount';
  return [
    ...repeated,
    ...(pruning !== null && isMany ? [{ path: '/pruning', message: takesOne }] : []),
    ...(pruning !== null && !isMany && isCounted
      ? [{ path: '/pruning', message: 'The number of parameters does not change while a trial runs: leave it out.' }]
      : []),
  ];
}

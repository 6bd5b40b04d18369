import {
  createSearch,
  type NextStep,
  type SearchSettings,
  type Segment,
  type SegmentResult,
} from '../../src/search/search.ts';
import type { Parameters } from '../../src/search/space/space.ts';
import type { TrialEpochs } from '../../src/search/trialEpochs.ts';
import type { StopRule } from '../../src/training/loop/stopRule.ts';

/** Every trial has 27 epochs unless its parameters set them. */
export const EPOCHS: TrialEpochs = {
  of: (parameters) => Number(parameters['training.epochs'] ?? 27),
  max: 50,
};

/** Default settings of a search. */
export const SETTINGS = {
  objectives: [{ goal: 'minimize' }],
  seed: 5,
  parallel: 1,
  trials: 14,
  pruning: null,
  canPause: true,
  epochs: EPOCHS,
  target: null,
  patience: null,
} as const satisfies Partial<SearchSettings>;

/** A number in [0, 1) that depends on every value. */
function hashOf(value: unknown): number {
  const text = JSON.stringify(value);
  return ([...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 10_007, 7) % 10_007) / 10_007;
}

/**
 * A training as a search sees it: a loss that falls with the epochs, faster for some; some stop
 * early, some fail.
 */
export function train(
  parameters: Parameters,
  until: number | null,
  limits: StopRule['limits'],
  epochs: number,
): SegmentResult {
  const luck = hashOf(parameters);
  if (Math.floor(luck * 1e4) % 11 === 0) return { objectives: null, over: true };
  const own = Math.floor(luck * 1e4) % 7 === 0 ? Math.ceil(epochs / 2) : epochs;
  const end = Math.min(until ?? own, own);
  const perEpoch = Array.from({ length: end }, (_, e) => luck + hashOf([parameters, 1]) / (e + 1));
  const stop = limits.find(({ epoch, worst }) => epoch <= end && perEpoch[epoch - 1] > worst)?.epoch ?? end;
  return { objectives: [perEpoch[stop - 1]], over: stop === own, perEpoch: perEpoch.slice(0, stop) };
}

interface SearchRun {
  readonly segments: readonly Segment[];
  readonly decisions: readonly NextStep[];
}

interface RunOptions {
  /** Chooses the running segment that ends next; default: the first. */
  readonly pick?: (running: number) => number;
  /** Whether the search is rebuilt from its segments before each step, as after a crash. */
  readonly forgets?: (asked: number) => boolean;
  readonly resultOf?: typeof train;
}

/** Runs a search to its end with `parallel` workers. */
export function runSearch(
  settings: SearchSettings,
  { pick = () => 0, forgets = () => false, resultOf = train }: RunOptions = {},
): SearchRun {
  const segments: Segment[] = [];
  const decisions: NextStep[] = [];
  const running: { segment: number; result: SegmentResult }[] = [];
  let search = createSearch(settings);
  for (let asked = 0; asked < 100_000; asked++) {
    if (forgets(asked)) search = createSearch(settings, JSON.parse(JSON.stringify(segments)));
    const next = search.next();
    if (next.kind === 'end') return { segments, decisions: [...decisions, next] };
    if (next.kind === 'wait') {
      const [ended] = running.splice(pick(running.length), 1);
      segments[ended.segment] = { ...segments[ended.segment], result: ended.result };
      search.tell(ended.segment, ended.result);
      continue;
    }
    if (running.length >= settings.parallel) throw new Error('more parallel segments than allowed');
    decisions.push(next);
    const trial = next.kind === 'ask' ? new Set(segments.map((each) => each.trial)).size : next.trial;
    const parameters = next.kind === 'ask' ? next.parameters : parametersOf(segments, trial);
    const segment: Segment = { trial, parameters, until: next.until, result: undefined };
    running.push({
      segment: segments.length,
      result: resultOf(parameters, next.until, next.limits, settings.epochs.of(parameters)),
    });
    segments.push(segment);
    search.add(segment);
  }
  throw new Error('the search has no end');
}

function parametersOf(segments: readonly Segment[], trial: number): Parameters {
  const segment = segments.find((each) => each.trial === trial);
  if (segment === undefined) throw new Error(`trial ${trial} was resumed before it began`);
  return segment.parameters;
}

/** The sum of the epochs of all segments, without repeated ones. */
export function epochsAsked(segments: readonly Segment[], epochs: TrialEpochs): number {
  const byTrial = new Map(segments.map(({ trial, parameters, until }) => [trial, until ?? epochs.of(parameters)]));
  return [...byTrial.values()].reduce((sum, each) => sum + each, 0);
}

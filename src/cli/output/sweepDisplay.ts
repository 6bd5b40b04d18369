import type { Sweep } from '../../sweeps/schemas.ts';
import type { Trial } from '../../sweeps/trials/schemas.ts';
import type { TrialPage } from '../client/client.ts';
import { formatCount, formatMeasure, formatSeconds } from '../terminal/numbers.ts';
import { printable } from '../terminal/printable.ts';
import { shorten, table } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Fetches trials by a query such as `state=running&limit=5`. */
type FetchTrials = (query: string) => Promise<TrialPage>;

/** Moves up to the beginning of that line, and erases everything below. */
const redraw = (lines: number) => (lines > 0 ? `\x1b[${lines}A\r\x1b[J` : '\r\x1b[J');
const BEST_SHOWN = 5;
const RUNNING_SHOWN = 4;
const PARAMETERS_WIDTH = 44;
const PAGE = 200;
/** Final states of a trial that has waited and was resumed. */
const RESUMED_STATES = 'state=succeeded&state=failed&state=cancelled';

function pageQuery(cursor: string | null): string {
  return cursor ? `limit=${PAGE}&after=${encodeURIComponent(cursor)}` : `limit=${PAGE}`;
}

/**
 * Shows the progress of a sweep: a table in place on a terminal, otherwise a line for each trial
 * that has ended or waits.
 */
export function createSweepDisplay(terminal: Terminal, fetchTrials: FetchTrials) {
  let linesDrawn = 0;
  let listed = 0;
  /** Cursor of the first page with unlisted trials; null for the first page. */
  let cursor: string | null = null;
  /** Trials that were listed while they waited to be resumed. */
  const waiting = new Set<number>();

  async function draw(sweep: Sweep): Promise<void> {
    const order = `sort=objective&order=${goalOf(sweep) === 'minimize' ? 'asc' : 'desc'}`;
    const [best, running] = await Promise.all([
      fetchTrials(`state=succeeded&${order}&limit=${BEST_SHOWN}`),
      fetchTrials(`state=running&limit=${RUNNING_SHOWN}`),
    ]);
    const text = `${headline(sweep)}\n${trialTable([...best.items, ...running.items], terminal)}`;
    terminal.write(redraw(linesDrawn) + text);
    linesDrawn = text.split('\n').length - 1;
  }

  /**
   * Lists trials in the order of their numbers, each once: a trial is listed after all earlier
   * ones.
   */
  async function list(sweep: Sweep): Promise<void> {
    await listNext();
    if (sweep.finishedAt !== null && waiting.size > 0) await listAgain();
  }

  async function listNext(): Promise<void> {
    for (;;) {
      const { items, next }: TrialPage = await fetchTrials(pageQuery(cursor));
      for (const trial of items.filter(({ number }) => number >= listed)) {
        if (trial.state === 'running') return;
        if (trial.state === 'paused') waiting.add(trial.number);
        terminal.write(`${trialLine(trial)}\n`);
        listed = trial.number + 1;
      }
      if (next === null) return;
      cursor = next;
    }
  }

  /** Lists the trials that were resumed after they had been listed, when they end. */
  async function listAgain(): Promise<void> {
    for (let next: string | null = ''; next !== null; ) {
      const page: TrialPage = await fetchTrials(`${pageQuery(next)}&${RESUMED_STATES}`);
      for (const trial of page.items) if (waiting.delete(trial.number)) terminal.write(`${trialLine(trial)}\n`);
      next = page.next;
    }
    waiting.clear();
  }

  return {
    show: (sweep: Sweep): Promise<void> => (terminal.isTty ? draw(sweep) : list(sweep)),
    end(): void {
      linesDrawn = 0;
    },
  };
}

function goalOf({ objective }: Sweep): 'minimize' | 'maximize' {
  return (Array.isArray(objective) ? objective[0] : objective)?.goal ?? 'minimize';
}

/** `swp_… running  12 of 50 trials, 3 running  best 0.2100 (trial 7)  32 s, 1 min 10 s left`. */
export function headline({ state, counts, search, best, seconds, etaSeconds }: Sweep): string {
  const { running, paused, succeeded, pruned, failed, cancelled } = counts;
  const ended = succeeded + pruned + failed + cancelled;
  const facts = [
    `${state}: ${formatCount(ended)} of ${formatCount(search.trials)} trials ended`,
    running > 0 ? `${running} running` : '',
    paused > 0 ? `${paused} waiting` : '',
    pruned > 0 ? `${pruned} pruned` : '',
    failed > 0 ? `${failed} failed` : '',
    best?.objective == null ? '' : `best ${formatMeasure(best.objective)} (trial ${best.number})`,
    etaSeconds === null ? formatSeconds(seconds) : `${formatSeconds(etaSeconds)} left`,
  ];
  return facts.filter((fact) => fact !== '').join(', ');
}

/** Trials under column titles, with as many parameters as fit. */
function trialTable(trials: readonly Trial[], terminal: Pick<Terminal, 'unicode'>): string {
  const columns = [
    { title: 'trial', align: 'right' as const },
    { title: 'state' },
    { title: 'objective', align: 'right' as const },
    { title: 'epochs', align: 'right' as const },
    { title: 'parameters' },
  ];
  const rows = trials.map(({ number, state, objective, epochs, parameters }) => [
    String(number),
    state,
    objective === null ? '' : formatMeasure(objective),
    epochs === null ? '' : formatCount(epochs),
    shorten(printable(parametersText(parameters)), PARAMETERS_WIDTH),
  ]);
  return table(columns, rows, terminal);
}

function trialLine({ number, state, objective, parameters, error }: Trial): string {
  const result = objective === null ? (error?.message ?? '') : formatMeasure(objective);
  return printable(`trial ${number} ${state} ${result}  ${parametersText(parameters)}`);
}

/** `learningRate 0.003162 batchSize 64`: the last part of each path. */
function parametersText(parameters: Trial['parameters']): string {
  return Object.entries(parameters)
    .map(([path, value]) => `${path.split('.').at(-1)} ${valueText(value)}`)
    .join(' ');
}

/** Numbers in short form, layers as their units: `64-32`. */
function valueText(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(4)));
  if (typeof value === 'string') return value;
  const units = Array.isArray(value) ? value.map((layer) => layer?.units) : [];
  return units.length > 0 && units.every(Number.isInteger) ? units.join('-') : JSON.stringify(value);
}

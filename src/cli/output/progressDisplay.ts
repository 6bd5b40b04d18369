import type { Job } from '../../jobs/schemas.ts';
import { progressBar, progressLine, type TrainingProgress } from '../terminal/progressBar.ts';
import type { Terminal } from '../terminal/terminal.ts';

/**
 * To the line's beginning, and after the text everything that an earlier, longer one left behind.
 */
const REDRAW = '\r';
const CLEAR_REST = '\x1b[K';
/** Where nothing can be drawn in place, a line is written for every such part of the training. */
const STEPS = 10;

/** Shows a job as it goes on: drawn in place on a terminal, a line now and then anywhere else. */
export function createProgressDisplay(terminal: Terminal) {
  let stepsShown = 0;
  let isDrawn = false;
  return {
    show(job: Job): void {
      if (terminal.isTty) {
        terminal.write(REDRAW + describe(job, terminal) + CLEAR_REST);
        isDrawn = true;
        return;
      }
      const progress = progressOf(job);
      const steps = progress ? Math.floor(progress.fraction * STEPS) : 0;
      if (!progress || steps <= stepsShown) return;
      stepsShown = steps;
      terminal.write(`${progressLine(progress)}\n`);
    },
    /** What follows begins on a line of its own. */
    end(): void {
      if (isDrawn) terminal.write('\n');
    },
  };
}

function describe(job: Job, terminal: Terminal): string {
  const progress = progressOf(job);
  if (progress) return progressBar(progress, terminal);
  return job.queuePosition === null ? job.state : `${job.state}, number ${job.queuePosition} in the queue`;
}

/** Undefined before the first epoch. */
function progressOf({ progress, latest }: Job): TrainingProgress | undefined {
  if (!progress || !latest) return undefined;
  const { trainingLoss = null, validationLoss = null } = latest;
  return { ...progress, trainingLoss, validationLoss };
}

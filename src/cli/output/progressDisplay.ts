import type { Job } from '../../jobs/schemas.ts';
import { progressBar, progressLine, type TrainingProgress } from '../terminal/progressBar.ts';
import type { Terminal } from '../terminal/terminal.ts';

/**
 * Moves to the beginning of the line, and erases what a longer previous text left after the new
 * one.
 */
const REDRAW = '\r';
const CLEAR_REST = '\x1b[K';
/** Without a terminal, one line is written for every such fraction of the training. */
const STEPS = 10;

/** Shows the progress of a job: in place on a terminal, otherwise a line at intervals. */
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
    /** Ends the current line. */
    end(): void {
      if (isDrawn) terminal.write('\n');
    },
  };
}

function describe(job: Job, terminal: Terminal): string {
  const progress = progressOf(job);
  if (progress) return progressBar(progress, terminal);
  return job.queuePosition === null ? job.state : `${job.state}, position ${job.queuePosition} in the queue`;
}

/** Undefined before the first epoch. */
function progressOf({ progress, latest }: Job): TrainingProgress | undefined {
  if (!progress || !latest) return undefined;
  const { trainingLoss = null, validationLoss = null } = latest;
  return { ...progress, trainingLoss, validationLoss };
}

/** The summaries of epochs that a job shows. */

import type { EpochMeasures } from '../../training/report.ts';
import type { Monitor } from '../../training/schemas/monitors.ts';

type Measured = Pick<EpochMeasures, 'epoch' | 'trainingLoss' | 'validationLoss' | 'metrics'>;

/** The losses and metrics of the last epoch. */
export function latestOf({ trainingLoss, validationLoss, metrics }: Measured) {
  return { trainingLoss, validationLoss, ...metrics };
}

/** The best epoch, with the metric by which it was chosen. */
export function bestOf({ epoch, validationLoss, metrics }: Measured, monitor: Monitor) {
  return { epoch, validationLoss, ...(monitor in metrics && { [monitor]: metrics[monitor] }) };
}

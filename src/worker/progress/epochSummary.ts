/** What a job shows of its epochs. */

import type { Monitor } from '../../training/monitors.ts';
import type { EpochMeasures } from '../../training/report.ts';

type Measured = Pick<EpochMeasures, 'epoch' | 'trainingLoss' | 'validationLoss' | 'metrics'>;

export function latestOf({ trainingLoss, validationLoss, metrics }: Measured) {
  return { trainingLoss, validationLoss, ...metrics };
}

/** With the metric that chose it. */
export function bestOf({ epoch, validationLoss, metrics }: Measured, monitor: Monitor) {
  return { epoch, validationLoss, ...(monitor in metrics && { [monitor]: metrics[monitor] }) };
}

/** Ranges and meanings of the options that several schedules have. */

export const WARMUP = { min: 0, max: 1, description: 'The share of the training in which the rate rises.' } as const;

export const GAMMA = { above: 0, max: 1, description: 'The factor of a drop.' } as const;

export const MINIMUM = { min: 0, max: 100, description: 'The lowest learning rate of the schedule.' } as const;

export const EPOCHS = { min: 1, max: 100_000, integer: true } as const;

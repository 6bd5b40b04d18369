/** Ranges and meanings of the options that several optimizers have. */

export const LEARNING_RATE = { above: 0, max: 100, description: 'Alpha, the size of a step.' } as const;

export const MOMENTUM = {
  min: 0,
  below: 1,
  description: 'The share of the last step that is added to the next.',
} as const;

export const WEIGHT_DECAY = {
  min: 0,
  max: 1e6,
  description: 'How fast parameters shrink. adamw, lion and muon apply it apart from the gradient.',
} as const;

export const MEAN_DECAY = { min: 0, below: 1, description: "Decay of the gradient's mean." } as const;

export const SQUARE_DECAY = { min: 0, below: 1, description: "Decay of the squared gradient's mean." } as const;

export const EPSILON = { above: 0, max: 1, description: 'Added to a divisor, so that it is never 0.' } as const;

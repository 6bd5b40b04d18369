import { type Kernels, NONE } from '../kernels.ts';

type Optimizers = Pick<Kernels, 'sgd' | 'rmsprop' | 'adagrad' | 'adam' | 'lion' | 'nesterov' | 'average'>;

/**
 * One step of each optimizer over `count` parameters X with gradients dX, by the formulas of
 * torch.optim; and one step of the average of parameters.
 */
export function optimizers(values: Float64Array): Optimizers {
  /**
   * With torch's coupled weight decay. Without decay it is the gradient, even where the parameter
   * is infinite.
   */
  function decayedGradient(X: number, dX: number, e: number, weightDecay: number): number {
    return weightDecay === 0 ? values[dX + e] : values[dX + e] + weightDecay * values[X + e];
  }

  return {
    sgd(X, dX, velocity, count, rate, momentum, nesterov, weightDecay, first) {
      for (let e = 0; e < count; e++) {
        const gradient = decayedGradient(X, dX, e, weightDecay);
        let direction = gradient;
        if (velocity !== NONE) {
          values[velocity + e] = first ? gradient : momentum * values[velocity + e] + gradient;
          direction = nesterov ? gradient + momentum * values[velocity + e] : values[velocity + e];
        }
        values[X + e] -= rate * direction;
      }
    },

    rmsprop(X, dX, square, velocity, count, rate, alpha, momentum, epsilon, weightDecay) {
      for (let e = 0; e < count; e++) {
        const gradient = decayedGradient(X, dX, e, weightDecay);
        values[square + e] = alpha * values[square + e] + (1 - alpha) * gradient ** 2;
        let direction = gradient / (Math.sqrt(values[square + e]) + epsilon);
        if (velocity !== NONE) {
          direction += momentum * values[velocity + e];
          values[velocity + e] = direction;
        }
        values[X + e] -= rate * direction;
      }
    },

    adagrad(X, dX, sum, count, rate, epsilon, weightDecay) {
      for (let e = 0; e < count; e++) {
        const gradient = decayedGradient(X, dX, e, weightDecay);
        values[sum + e] += gradient ** 2;
        values[X + e] -= (rate * gradient) / (Math.sqrt(values[sum + e]) + epsilon);
      }
    },

    adam(
      X,
      dX,
      mean,
      square,
      count,
      rate,
      beta1,
      beta2,
      epsilon,
      weightDecay,
      decoupled,
      meanCorrection,
      squareCorrection,
    ) {
      for (let e = 0; e < count; e++) {
        if (decoupled) values[X + e] *= 1 - rate * weightDecay;
        const gradient = decoupled ? values[dX + e] : decayedGradient(X, dX, e, weightDecay);
        values[mean + e] = beta1 * values[mean + e] + (1 - beta1) * gradient;
        values[square + e] = beta2 * values[square + e] + (1 - beta2) * gradient ** 2;
        const deviation = Math.sqrt(values[square + e] / squareCorrection) + epsilon;
        values[X + e] -= (rate * (values[mean + e] / meanCorrection)) / deviation;
      }
    },

    average(P, X, count, decay) {
      for (let e = 0; e < count; e++) values[P + e] = decay * values[P + e] + (1 - decay) * values[X + e];
    },

    lion(X, dX, mean, count, rate, beta1, beta2, weightDecay) {
      for (let e = 0; e < count; e++) {
        const gradient = values[dX + e];
        const direction = Math.sign(beta1 * values[mean + e] + (1 - beta1) * gradient);
        values[X + e] = (1 - rate * weightDecay) * values[X + e] - rate * direction;
        values[mean + e] = beta2 * values[mean + e] + (1 - beta2) * gradient;
      }
    },

    nesterov(U, mean, dX, count, momentum) {
      for (let e = 0; e < count; e++) {
        const gradient = values[dX + e];
        values[mean + e] += (1 - momentum) * (gradient - values[mean + e]);
        values[U + e] = gradient + momentum * (values[mean + e] - gradient);
      }
    },
  };
}

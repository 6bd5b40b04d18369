// One step of each optimizer over the whole arena of parameters, in one pass, as PyTorch's
// documentation defines them. Hyperparameters are float64 up to here: 1 - 0.999 in float32 would be
// wrong in the fifth digit.
#pragma once
#include "parallelFor.h"

/**
 * The gradient with torch's coupled weight decay: dX + decay X. Without decay it is dX, even where
 * X is infinite.
 */
INLINE Vector decayedGradient(Vector gradient, Vector x, float decay) {
  return decay == 0.0f ? gradient : multiplyAdd(splat(decay), x, gradient);
}

/**
 * torch.optim.SGD; `velocity` is null without momentum. `first`: the velocity starts as the
 * gradient.
 */
KERNEL void sgd(float* X, const float* dX, float* velocity, Size count, float rate, float momentum, bool nesterov,
                float weightDecay, bool first) {
  parallelForVectors(count, [=](Size at, auto lanes) {
    const Vector x = load(X + at);
    const Vector gradient = decayedGradient(load(dX + at), x, weightDecay);
    Vector step = gradient;
    if (velocity) {
      const Vector speed = first ? gradient : multiplyAdd(splat(momentum), load(velocity + at), gradient);
      lanes.store(velocity + at, speed);
      step = nesterov ? multiplyAdd(splat(momentum), speed, gradient) : speed;
    }
    lanes.store(X + at, multiplyAdd(splat(-rate), step, x));
  });
}

/** torch.optim.RMSprop, not centered; `velocity` is null without momentum. */
KERNEL void rmsprop(float* X, const float* dX, float* square, float* velocity, Size count, double rate, double alpha,
                    double momentum, double epsilon, double weightDecay) {
  const float oldFactor = float(alpha), newFactor = float(1 - alpha);
  parallelForVectors(count, [=](Size at, auto lanes) {
    const Vector x = load(X + at);
    const Vector gradient = decayedGradient(load(dX + at), x, float(weightDecay));
    const Vector mean = multiplyAdd(newFactor * gradient, gradient, oldFactor * load(square + at));
    lanes.store(square + at, mean);
    Vector step = gradient / (squareRoot(mean) + float(epsilon));
    if (velocity) {
      step = multiplyAdd(splat(float(momentum)), load(velocity + at), step);
      lanes.store(velocity + at, step);
    }
    lanes.store(X + at, multiplyAdd(splat(float(-rate)), step, x));
  });
}

/** torch.optim.Adagrad with the decayed rate. */
KERNEL void adagrad(float* X, const float* dX, float* sum, Size count, float rate, float epsilon, float weightDecay) {
  parallelForVectors(count, [=](Size at, auto lanes) {
    const Vector x = load(X + at);
    const Vector gradient = decayedGradient(load(dX + at), x, weightDecay);
    const Vector total = multiplyAdd(gradient, gradient, load(sum + at));
    lanes.store(sum + at, total);
    lanes.store(X + at, x - rate * gradient / (squareRoot(total) + epsilon));
  });
}

/**
 * torch.optim.Adam; `decoupled` weight decay makes it AdamW. `meanCorrection` and
 * `squareCorrection` are 1 - beta^step.
 */
KERNEL void adam(float* X, const float* dX, float* mean, float* square, Size count, double rate, double beta1,
                 double beta2, double epsilon, double weightDecay, bool decoupled, double meanCorrection,
                 double squareCorrection) {
  const float oldMeanFactor = float(beta1), newMeanFactor = float(1 - beta1);
  const float oldSquareFactor = float(beta2), newSquareFactor = float(1 - beta2);
  const float stepSize = float(rate / meanCorrection);
  const float deviationFactor = float(1 / __builtin_sqrt(squareCorrection));
  const float shrink = decoupled ? float(1 - rate * weightDecay) : 1.0f;
  const float decay = decoupled ? 0.0f : float(weightDecay);
  parallelForVectors(count, [=](Size at, auto lanes) {
    const Vector before = load(X + at);
    const Vector gradient = decayedGradient(load(dX + at), before, decay);
    const Vector first = multiplyAdd(splat(newMeanFactor), gradient, oldMeanFactor * load(mean + at));
    const Vector second = multiplyAdd(newSquareFactor * gradient, gradient, oldSquareFactor * load(square + at));
    lanes.store(mean + at, first);
    lanes.store(square + at, second);
    const Vector deviation = multiplyAdd(squareRoot(second), splat(deviationFactor), splat(float(epsilon)));
    lanes.store(X + at, shrink * before - stepSize * first / deviation);
  });
}

/** Lion with decoupled weight decay. */
KERNEL void lion(float* X, const float* dX, float* mean, Size count, double rate, double beta1, double beta2,
                 double weightDecay) {
  const float shrink = float(1 - rate * weightDecay);
  parallelForVectors(count, [=](Size at, auto lanes) {
    const Vector gradient = load(dX + at);
    const Vector before = load(mean + at);
    const Vector direction = signOf(multiplyAdd(splat(float(1 - beta1)), gradient, float(beta1) * before));
    lanes.store(X + at, multiplyAdd(splat(float(-rate)), direction, shrink * load(X + at)));
    lanes.store(mean + at, multiplyAdd(splat(float(1 - beta2)), gradient, float(beta2) * before));
  });
}

/** Exponential moving average of parameters: P := decay P + (1 - decay) X. */
KERNEL void average(float* P, const float* X, Size count, double decay) {
  const float oldFactor = float(decay), newFactor = float(1 - decay);
  parallelForVectors(count, [=](Size at, auto lanes) {
    lanes.store(P + at, multiplyAdd(splat(newFactor), load(X + at), oldFactor * load(P + at)));
  });
}

/** mean := mean + (1 - momentum) (dX - mean), then U := dX + momentum (mean - dX). */
KERNEL void nesterov(float* U, float* mean, const float* dX, Size count, double momentum) {
  const float newFactor = float(1 - momentum);
  parallelForVectors(count, [=](Size at, auto lanes) {
    const Vector gradient = load(dX + at);
    const Vector before = load(mean + at);
    const Vector moved = multiplyAdd(splat(newFactor), gradient - before, before);
    lanes.store(mean + at, moved);
    lanes.store(U + at, multiplyAdd(splat(float(momentum)), moved - gradient, gradient));
  });
}

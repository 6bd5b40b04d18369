// The vectorized kernels of the engine, in one translation unit: `kernels.ts` is their contract (there too: letters and layout).
// They use no library, allocate nothing and decide nothing. Here a matrix argument is an address; null is an absent one.
#ifndef KERNEL
#define KERNEL extern "C" __attribute__((visibility("default")))
#endif

#include "activations.h"
#include "elementwise.h"
#include "losses.h"
#include "normalization.h"
#include "oneHot.h"
#include "optimizers.h"
#include "products.h"

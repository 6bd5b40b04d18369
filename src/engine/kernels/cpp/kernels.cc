// The vectorized kernels of the engine, in one translation unit. `signatures.ts` declares them;
// `kernels.ts` explains the layout of matrices. They use no library and allocate nothing. Here a
// matrix argument is an address; an absent matrix is null.
#define KERNEL static

#include "activations.h"
#include "elementwise.h"
#include "embeddings.h"
#include "gram.h"
#include "losses.h"
#include "normalization.h"
#include "oneHot.h"
#include "optimizers.h"
#include "products.h"

#ifdef __wasm__
#include "wasmArena.h"
// Generated from the signatures.
#include "exports.h"
#endif

// Multiply-adds that never leave the registers: as fast as the processor can. VECTOR_BYTES is the
// width of a vector; with PAIRS they are AVX512-BF16's, of two numbers of bfloat16 in each lane.
#ifdef PAIRS
#include <immintrin.h>
#endif

typedef float Vector __attribute__((vector_size(VECTOR_BYTES)));

// Two units with a latency of four or five keep ten under way; with two operands that is still
// within sixteen registers.
constexpr int SUMS = 12;

#ifdef PAIRS
constexpr int OPERATIONS_PER_LANE = 4;
static inline Vector next(Vector sum, Vector a, Vector b) { return (Vector)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)b); }
#else
constexpr int OPERATIONS_PER_LANE = 2;
static inline Vector next(Vector sum, Vector a, Vector b) {
#ifdef __wasm_relaxed_simd__
  return __builtin_wasm_relaxed_madd_f32x4(sum, a, b);
#else
  return sum * a + b;
#endif
}
#endif

/** Answers a sum of what it computed, so that nothing is left out. */
extern "C" __attribute__((visibility("default"))) float multiplyAdds(int rounds, float factor) {
  const Vector a = Vector{} + factor, b = Vector{} + (1 - factor);
  Vector sums[SUMS];
  for (int i = 0; i < SUMS; i++) sums[i] = a * static_cast<float>(i);
  for (int round = 0; round < rounds; round++) {
#pragma GCC unroll 12
    for (int i = 0; i < SUMS; i++) sums[i] = next(sums[i], a, b);
  }
  Vector all = sums[0];
  for (int i = 1; i < SUMS; i++) all += sums[i];
  float total = 0;
  for (unsigned lane = 0; lane < VECTOR_BYTES / sizeof(float); lane++) total += all[lane];
  return total;
}

extern "C" __attribute__((visibility("default"))) int operationsPerRound() {
  return OPERATIONS_PER_LANE * SUMS * (VECTOR_BYTES / sizeof(float));
}

#ifndef __wasm__
#include <chrono>
#include <cstdio>
#include <cstdlib>

/**
 * `peak ROUNDS TIMES`: prints the nanoseconds of the fastest time and the operations of a round.
 */
int main(int, char **arguments) {
  const int rounds = std::atoi(arguments[1]), times = std::atoi(arguments[2]);
  double fastest = 1e30;
  float sum = 0;
  // Known to the compiler, it would make one of the sums a constant: 1 · 0.5 + 0.5.
  const volatile float factor = 0.5f;
  for (int i = 0; i < times; i++) {
    const auto start = std::chrono::steady_clock::now();
    sum += multiplyAdds(rounds, factor);
    const std::chrono::duration<double, std::nano> measured = std::chrono::steady_clock::now() - start;
    if (measured.count() < fastest) fastest = measured.count();
  }
  std::printf("%f %d %f\n", fastest, operationsPerRound(), sum);
}
#endif

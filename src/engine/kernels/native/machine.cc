#include "machine.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

extern const InstructionSet avx512, avx2, sse2;
void packLeftPairs(float* packed, const NumberBlock& left);
void packRightPairs(float* packed, const NumberBlock& right);
void multiplyPairsByAvx512bf16(const PairBlock& block);
void multiplyPairsByAmx(const PairBlock& block);

namespace {

// Linux 5.16 and later (arch/x86/include/uapi/asm/prctl.h): a process requests once the 8 KiB that
// each of its threads needs for tiles.
constexpr long ARCH_REQ_XCOMP_PERM = 0x1023;
constexpr unsigned long XFEATURE_XTILEDATA = 18;

/** Bits of CPUID's leaf 7 (Intel's manual, volume 2, CPUID). Clang 14 has no names for them. */
bool cpuHasAmxOfBfloat16() {
  constexpr unsigned AMX_BF16 = 1u << 22, AMX_TILE = 1u << 24;
  unsigned eax, ebx, ecx, edx;
  return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (edx & AMX_BF16) && (edx & AMX_TILE);
}

bool systemGivesTiles() { return syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0; }

constexpr PairKernels BY_AVX512BF16 = {packLeftPairs, packRightPairs, multiplyPairsByAvx512bf16};
constexpr PairKernels BY_AMX = {packLeftPairs, packRightPairs, multiplyPairsByAmx};

/** The same float32 kernels, with products of bfloat16 by separate instructions. */
InstructionSet withPairs(const char* name, const InstructionSet& set, const PairKernels& pairKernels) {
  return {name, set.entries, set.count, &pairKernels};
}

/** The compiler's checks include the operating system, which must save the registers. */
InstructionSets findInstructionSets() {
  InstructionSets sets{};
  const auto add = [&](const InstructionSet& set) { sets.of[sets.count++] = set; };
  const bool hasAvx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool hasAvx512 = hasAvx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  const bool hasAvx512bf16 = hasAvx512 && __builtin_cpu_supports("avx512bf16");
  if (hasAvx512bf16 && cpuHasAmxOfBfloat16() && systemGivesTiles()) add(withPairs("amx", avx512, BY_AMX));
  if (hasAvx512bf16) add(withPairs("avx512bf16", avx512, BY_AVX512BF16));
  if (hasAvx512) add(avx512);
  if (hasAvx2) add(avx2);
  add(sse2);
  return sets;
}

}  // namespace

#elif defined(__aarch64__)

extern const InstructionSet neon;

namespace {
InstructionSets findInstructionSets() { return {{neon}, 1}; }
}  // namespace

#endif

const InstructionSets& instructionSetsOfThisMachine() {
  static const InstructionSets sets = findInstructionSets();
  return sets;
}

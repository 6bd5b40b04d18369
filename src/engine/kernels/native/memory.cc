#include "memory.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <memory>

namespace {

// Of x86-64, and of arm64 with pages of 4 KiB.
constexpr size_t HUGE_PAGE = size_t(2) << 20;
constexpr size_t CACHE_LINE = 64;

unsigned char* aligned(void* address, size_t alignment) {
  return reinterpret_cast<unsigned char*>((reinterpret_cast<uintptr_t>(address) + alignment - 1) / alignment * alignment);
}

struct Free {
  void operator()(float* memory) const { std::free(memory); }
};

struct Block {
  std::unique_ptr<float, Free> memory;
  size_t bytes = 0;
};

}  // namespace

ArenaMemory mapArena(size_t bytes) {
  const bool large = bytes >= HUGE_PAGE;
  const size_t mappedBytes = bytes + (large ? HUGE_PAGE : 0);
  void* mapping = mmap(nullptr, mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) return {nullptr, 0, nullptr};
  if (!large) return {mapping, mappedBytes, static_cast<unsigned char*>(mapping)};
  unsigned char* start = aligned(mapping, HUGE_PAGE);
#ifdef MADV_HUGEPAGE
  // An advice: where it is not taken, pages are small.
  madvise(start, bytes, MADV_HUGEPAGE);
#endif
  return {mapping, mappedBytes, start};
}

void unmapArena(const ArenaMemory& memory) { munmap(memory.mapping, memory.mappedBytes); }

float* threadMemory(size_t bytes) {
  thread_local Block block;
  if (block.bytes >= bytes) return block.memory.get();
  const size_t lines = (bytes + CACHE_LINE - 1) / CACHE_LINE;
  block.memory.reset(static_cast<float*>(std::aligned_alloc(CACHE_LINE, lines * CACHE_LINE)));
  block.bytes = block.memory ? bytes : 0;
  if (!block.memory) refuse("there is no memory for the blocks of a product");
  return block.memory.get();
}

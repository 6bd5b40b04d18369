#include "memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <memory>

namespace {

// Size of a huge page on x86-64, and on arm64 with pages of 4 KiB.
constexpr size_t HUGE_PAGE = size_t(2) << 20;
constexpr size_t CACHE_LINE = 64;

size_t roundedUp(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

unsigned char* aligned(void* address, size_t alignment) {
  return reinterpret_cast<unsigned char*>(roundedUp(reinterpret_cast<uintptr_t>(address), alignment));
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
  const size_t page = size_t(sysconf(_SC_PAGESIZE));
  const size_t pages = roundedUp(bytes, page);
  const size_t mappedBytes = pages + page + (large ? HUGE_PAGE : 0);
  void* mapping = mmap(nullptr, mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) return {nullptr, 0, nullptr};
  unsigned char* const first = large ? aligned(mapping, HUGE_PAGE) : static_cast<unsigned char*>(mapping);
  // A guard page: an access past the last page stops the process instead of reaching other memory.
  if (mprotect(first + pages, page, PROT_NONE) != 0) {
    munmap(mapping, mappedBytes);
    return {nullptr, 0, nullptr};
  }
  // So the end of a small arena is exact to the byte.
  if (!large) return {mapping, mappedBytes, first + (pages - bytes)};
#ifdef MADV_HUGEPAGE
  // Advice only: without it, pages are small.
  madvise(first, bytes, MADV_HUGEPAGE);
#endif
  return {mapping, mappedBytes, first};
}

void unmapArena(const ArenaMemory& memory) { munmap(memory.mapping, memory.mappedBytes); }

float* threadMemory(size_t bytes) {
  thread_local Block block;
  if (block.bytes >= bytes) return block.memory.get();
  block.memory.reset(static_cast<float*>(std::aligned_alloc(CACHE_LINE, roundedUp(bytes, CACHE_LINE))));
  block.bytes = block.memory ? bytes : 0;
  if (!block.memory) refuse("there is no memory for the blocks of a product");
  return block.memory.get();
}

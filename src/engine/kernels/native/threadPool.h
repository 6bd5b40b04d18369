// The threads of one backend: the calling thread, and helpers that wait for work.
#pragma once
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "instructionSet.h"

class ThreadPool {
 public:
  ThreadPool() = default;
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  /** Returns when every helper has ended. */
  ~ThreadPool() { endHelpers(); }

  /**
   * Sets how many threads run kernels, the caller's included. Helpers start with the first shared
   * work.
   */
  void setSize(size_t threads);
  size_t size() const { return threads; }

  /** As parallelFor. Throws WrongUse when a chunk did, after all threads have stopped. */
  void run(size_t chunks, ChunkFunction chunk, const void* context);

 private:
  size_t threads = 1;
  std::vector<std::thread> helpers;

  /** The number of shared calls so far: helpers wait until it changes. */
  std::atomic<uint32_t> calls = 0;
  std::atomic<bool> ends = false;
  ChunkFunction chunk = nullptr;
  const void* context = nullptr;
  /**
   * Upper half: `calls`; lower half: chunks that no thread has started. So a late helper never
   * starts a chunk of another call.
   */
  std::atomic<uint64_t> unclaimed = 0;
  /** Chunks that are not finished. */
  std::atomic<uint32_t> unfinished = 0;
  std::atomic<const char*> failure = nullptr;

  void startHelpers();
  void endHelpers();
  void help(uint32_t seen);
  void runChunks();
  bool claimChunk(size_t& index);
};

/** While it exists, this thread's kernels use this thread pool and these instructions. */
class ThreadPoolScope {
 public:
  ThreadPoolScope(ThreadPool& threadPool, const PairKernels* pairKernels);
  ThreadPoolScope(const ThreadPoolScope&) = delete;
  ThreadPoolScope& operator=(const ThreadPoolScope&) = delete;
  ~ThreadPoolScope();
};

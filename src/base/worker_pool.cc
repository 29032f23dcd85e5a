#include "base/worker_pool.h"

#include "base/assert.h"

namespace kith {

WorkerPool::WorkerPool(std::size_t threads, std::size_t queue_jobs_max) : queue_jobs_max_(queue_jobs_max) {
  ASSERT(threads > 0);
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this, i] { run(i); });
}

WorkerPool::~WorkerPool() {
  {
    Lock lock(mutex_);
    ending_ = true;
  }
  ready_.notifyAll();
  for (auto& thread : threads_) thread.join();
}

bool WorkerPool::submit(Job job) {
  {
    Lock lock(mutex_);
    if (jobs_.size() >= queue_jobs_max_) return false;
    jobs_.push_back(std::move(job));
  }
  ready_.notifyOne();
  return true;
}

void WorkerPool::run(std::size_t worker) {
  while (true) {
    Job job;
    {
      Lock lock(mutex_);
      while (jobs_.empty() && !ending_) ready_.wait(mutex_);
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job(worker);
  }
}

}  // namespace kith

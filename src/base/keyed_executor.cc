#include "base/keyed_executor.h"

#include "base/assert.h"

namespace kith {

KeyedExecutor::KeyedExecutor(std::size_t threads, std::size_t queue_jobs_max)
    : queue_jobs_max_(queue_jobs_max) {
  ASSERT(threads > 0);
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this, i] { run(i); });
}

KeyedExecutor::~KeyedExecutor() {
  {
    Lock lock(mutex_);
    ending_ = true;
  }
  ready_.notifyAll();
  for (auto& thread : threads_) thread.join();
}

bool KeyedExecutor::submit(Job job) {
  {
    Lock lock(mutex_);
    if (waiting_ >= queue_jobs_max_) return false;
    ++waiting_;
    jobs_.push_back(std::move(job));
  }
  ready_.notifyOne();
  return true;
}

bool KeyedExecutor::submit(const std::string& key, Job job) {
  {
    Lock lock(mutex_);
    if (waiting_ >= queue_jobs_max_) return false;
    ++waiting_;
    auto [place, first] = keyed_.try_emplace(key);
    place->second.push_back(std::move(job));
    if (!first) return true;
    jobs_.push_back([this, key](std::size_t worker) { runKeyed(key, worker); });
  }
  ready_.notifyOne();
  return true;
}

// One job of the key, then back to the end of the line, so that a busy key starves nobody.
void KeyedExecutor::runKeyed(const std::string& key, std::size_t worker) {
  Job job;
  {
    Lock lock(mutex_);
    auto& queue = keyed_.at(key);
    job = std::move(queue.front());
    queue.pop_front();
  }
  job(worker);
  Lock lock(mutex_);
  auto place = keyed_.find(key);
  if (place->second.empty()) {
    keyed_.erase(place);
    return;
  }
  jobs_.push_back([this, key](std::size_t next) { runKeyed(key, next); });
  ready_.notifyOne();
}

void KeyedExecutor::run(std::size_t worker) {
  while (true) {
    Job job;
    {
      Lock lock(mutex_);
      while (jobs_.empty() && !ending_) ready_.wait(mutex_);
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
      --waiting_;
    }
    job(worker);
  }
}

}  // namespace kith

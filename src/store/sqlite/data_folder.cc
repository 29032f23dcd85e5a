#include "store/sqlite/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

namespace kith::store::sqlite {
namespace {

std::string reason() {
  return std::strerror(errno);
}

/// A file descriptor that is closed.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

std::uint32_t bigEndian(const unsigned char* bytes, int count) {
  std::uint32_t value = 0;
  for (int i = 0; i < count; ++i) value = value << 8 | bytes[i];
  return value;
}

bool syncFolder(const std::string& path) {
  Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder.get() >= 0 && ::fsync(folder.get()) == 0;
}

bool hasBytes(const std::string& file) {
  struct stat info {};
  return ::stat(file.c_str(), &info) == 0 && info.st_size > 0;
}

// The header tells how many pages there must be, unless a WAL is still to be applied.
Expected<void, Error> checkHeader(const std::string& file, int fd, std::int64_t size) {
  unsigned char header[100];
  const auto got = ::pread(fd, header, sizeof header, 0);
  if (got < 0) return Error{"The database " + file + " cannot be read: " + reason() + "."};
  if (got < static_cast<ssize_t>(sizeof header) || std::memcmp(header, "SQLite format 3", 16) != 0) {
    return Error{"The file " + file +
                 " is damaged or not a database. Restore a backup, or move it away to begin anew."};
  }
  const std::uint32_t size_field = bigEndian(header + 16, 2);
  const std::int64_t page = size_field == 1 ? 65536 : size_field;
  if (size < page * bigEndian(header + 28, 4) && !hasBytes(file + "-wal")) {
    return Error{"The database " + file + " is damaged: its end is missing. Restore a backup."};
  }
  return {};
}

}  // namespace

DataFolder::DataFolder(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
DataFolder::DataFolder(DataFolder&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

DataFolder::~DataFolder() {
  if (lock_ >= 0) ::close(lock_);
}

Expected<DataFolder, Error> DataFolder::open(const std::string& path) {
  const std::string named = "The data folder " + path;
  std::error_code failed;
  const auto parent = std::filesystem::absolute(path, failed).parent_path();
  std::filesystem::create_directories(parent, failed);
  const bool made = ::mkdir(path.c_str(), 0700) == 0;
  if (!made && errno != EEXIST) return Error{named + " cannot be made: " + reason() + "."};
  if (made && !syncFolder(parent.string()))
    return Error{named + " could not be made durable: " + reason() + "."};
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return Error{named + " cannot be read: " + reason() + "."};
  if (!S_ISDIR(info.st_mode)) return Error{named + " is not a folder."};
  if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0) {
    return Error{named + " cannot be written to: " + reason() + ". Give it to the user that runs kith."};
  }
  const std::string lock_file = path + "/kith.lock";
  Descriptor lock(::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.get() < 0) return Error{"The lock file " + lock_file + " cannot be opened: " + reason() + "."};
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK)
      return Error{"The lock file " + lock_file + " cannot be locked: " + reason() + "."};
    return Error{named + " is in use by another kith. Stop that one, or give this one a folder of its own."};
  }
  return DataFolder(path, lock.release());
}

Expected<FileState, Error> inspectDatabase(const std::string& file) {
  Descriptor opened(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  if (opened.get() < 0 && errno == ENOENT) {
    if (!hasBytes(file + "-wal")) return FileState::Missing;
    return Error{
        "The database " + file + " is missing, but its newest part, " + file +
        "-wal, is there. Put the file back or restore a backup; to begin anew, move the -wal file away."};
  }
  if (opened.get() < 0) return Error{"The database " + file + " cannot be opened: " + reason() + "."};
  struct stat info {};
  if (::fstat(opened.get(), &info) != 0)
    return Error{"The database " + file + " cannot be read: " + reason() + "."};
  if (!S_ISREG(info.st_mode)) return Error{file + " is not a file."};
  TRY(checkHeader(file, opened.get(), info.st_size));
  return FileState::Present;
}

Expected<void, Error> makePrivateFile(const std::string& file) {
  Descriptor made(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (made.get() < 0) return Error{"The file " + file + " cannot be made: " + reason() + "."};
  return {};
}

Expected<void, Error> renameDurably(const std::string& from, const std::string& to) {
  const Error failed{"The file " + from + " could not be made durable as " + to + ": "};
  Descriptor file(::open(from.c_str(), O_RDWR | O_CLOEXEC));
  if (file.get() < 0 || ::fsync(file.get()) != 0 || std::rename(from.c_str(), to.c_str()) != 0) {
    return Error{failed.message + reason() + "."};
  }
  const std::string parent = std::filesystem::path(to).parent_path().string();
  if (!syncFolder(parent.empty() ? "." : parent)) return Error{failed.message + reason() + "."};
  return {};
}

}  // namespace kith::store::sqlite

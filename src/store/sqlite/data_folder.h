#pragma once

#include <string>

#include "base/expected.h"

namespace kith::store::sqlite {

/// The folder of one server's data, held against a second server.
///
/// Owned by the store, released by its destructor (and by the kernel if the process dies). Takes no
/// notice of what lies in the folder.
class DataFolder {
 public:
  /// Makes the folder (mode 0700) if it is missing and takes the lock.
  static Expected<DataFolder, Error> open(const std::string& path);
  DataFolder(DataFolder&& other) noexcept;
  DataFolder& operator=(DataFolder&&) = delete;
  ~DataFolder();

  std::string file(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  DataFolder(std::string path, int lock);
  std::string path_;
  int lock_;
};

/// What is known of the database file before SQLite opens it. No connection may be open: closing any
/// descriptor of the file would drop SQLite's locks.
enum class FileState { Missing, Present };
/// An error says what is wrong: not a database, empty, cut short, not readable, its WAL without it.
Expected<FileState, Error> inspectDatabase(const std::string& file);

/// An empty file that only its owner may read.
Expected<void, Error> makePrivateFile(const std::string& file);

/// Syncs `from`, renames it to `to` and syncs the folder.
Expected<void, Error> renameDurably(const std::string& from, const std::string& to);

}  // namespace kith::store::sqlite

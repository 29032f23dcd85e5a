#pragma once

#include <sqlite3.h>

#include <string>

namespace kith::store::sqlite {

/// A layer between SQLite and its files that passes everything on, and lets a subclass see writes and syncs.
///
/// Registered under name() while it lives, which must be longer than any connection that uses it.
/// Its hooks run on whatever thread uses the connection.
class VfsLayer {
 public:
  /// Above the layer `below`; none: the system's.
  explicit VfsLayer(const std::string& below);
  virtual ~VfsLayer() { sqlite3_vfs_unregister(&vfs_); }
  VfsLayer(const VfsLayer&) = delete;
  VfsLayer& operator=(const VfsLayer&) = delete;
  const std::string& name() const { return name_; }

 protected:
  struct File {
    sqlite3_file base;
    VfsLayer* layer;
    bool is_database;  // and not its write-ahead log or another help
    sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
    const sqlite3_io_methods* methods() { return below()->pMethods; }
  };
  virtual int write(File& file, const void* bytes, int count, sqlite3_int64 at) {
    return file.methods()->xWrite(file.below(), bytes, count, at);
  }
  virtual int sync(File& file, int flags) { return file.methods()->xSync(file.below(), flags); }

 private:
  static File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out);
  static const sqlite3_io_methods* methods();

  sqlite3_vfs* below_;
  sqlite3_vfs vfs_;
  std::string name_;
};

/// Clears what SQLite leaves in the unused middle of a page when it moves rows to another: without it
/// the copy of a text there would outlive the text's deletion, secure_delete or not.
///
/// Acts on writes to the database file itself, that is while checkpointing; the write-ahead log is
/// emptied by the Checkpointer. Nobody ever reads the bytes it clears. A file of 64 GiB and more is left
/// alone, since its pages can no longer be told apart by their first byte.
class ScrubbingVfs final : public VfsLayer {
 public:
  using VfsLayer::VfsLayer;

 protected:
  int write(File& file, const void* bytes, int count, sqlite3_int64 at) override;
};

}  // namespace kith::store::sqlite

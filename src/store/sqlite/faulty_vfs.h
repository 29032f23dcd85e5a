#pragma once

#include <sqlite3.h>

#include <atomic>
#include <string>

namespace kith::store {

/// SQLite's file layer with faults on demand: for tests. Passes everything on to the system's.
///
/// Registered under `name` while it lives, which must be longer than any connection that uses it.
class FaultyVfs {
 public:
  explicit FaultyVfs(std::string vfs_name);
  ~FaultyVfs() { sqlite3_vfs_unregister(&vfs_); }
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  const std::string name;
  std::atomic<int> write_code{SQLITE_OK};  // given instead of writing
  std::atomic<int> sync_code{SQLITE_OK};
  std::atomic<int> syncs{0};

 private:
  struct File {
    sqlite3_file base;
    FaultyVfs* vfs;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };
  static File* of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out);
  static const sqlite3_io_methods* methods();

  sqlite3_vfs* real_;
  sqlite3_vfs vfs_;
};

inline FaultyVfs::FaultyVfs(std::string vfs_name)
    : name(std::move(vfs_name)), real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
  vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
  vfs_.zName = name.c_str();
  vfs_.pAppData = this;
  vfs_.pNext = nullptr;
  vfs_.xOpen = &FaultyVfs::open;
  // The others are the system's own and use neither pAppData nor the file.
  sqlite3_vfs_register(&vfs_, 0);
}

inline int FaultyVfs::open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out) {
  auto* self = static_cast<FaultyVfs*>(vfs->pAppData);
  auto* opened = of(file);
  opened->base.pMethods = nullptr;
  opened->vfs = self;
  const int code = self->real_->xOpen(self->real_, path, opened->real(), flags, out);
  if (code == SQLITE_OK) opened->base.pMethods = methods();
  return code;
}

inline const sqlite3_io_methods* FaultyVfs::methods() {
  using F = sqlite3_file;
  static const sqlite3_io_methods all{
      3,
      [](F* f) { return of(f)->real()->pMethods->xClose(of(f)->real()); },
      [](F* f, void* bytes, int n, sqlite3_int64 at) {
        return of(f)->real()->pMethods->xRead(of(f)->real(), bytes, n, at);
      },
      [](F* f, const void* bytes, int n, sqlite3_int64 at) {
        if (const int code = of(f)->vfs->write_code; code != SQLITE_OK) return code;
        return of(f)->real()->pMethods->xWrite(of(f)->real(), bytes, n, at);
      },
      [](F* f, sqlite3_int64 size) { return of(f)->real()->pMethods->xTruncate(of(f)->real(), size); },
      [](F* f, int flags) {
        of(f)->vfs->syncs += 1;
        if (const int code = of(f)->vfs->sync_code; code != SQLITE_OK) return code;
        return of(f)->real()->pMethods->xSync(of(f)->real(), flags);
      },
      [](F* f, sqlite3_int64* size) { return of(f)->real()->pMethods->xFileSize(of(f)->real(), size); },
      [](F* f, int lock) { return of(f)->real()->pMethods->xLock(of(f)->real(), lock); },
      [](F* f, int lock) { return of(f)->real()->pMethods->xUnlock(of(f)->real(), lock); },
      [](F* f, int* out) { return of(f)->real()->pMethods->xCheckReservedLock(of(f)->real(), out); },
      [](F* f, int op, void* arg) { return of(f)->real()->pMethods->xFileControl(of(f)->real(), op, arg); },
      [](F* f) { return of(f)->real()->pMethods->xSectorSize(of(f)->real()); },
      [](F* f) { return of(f)->real()->pMethods->xDeviceCharacteristics(of(f)->real()); },
      [](F* f, int page, int size, int extend, void volatile** out) {
        return of(f)->real()->pMethods->xShmMap(of(f)->real(), page, size, extend, out);
      },
      [](F* f, int offset, int n, int flags) {
        return of(f)->real()->pMethods->xShmLock(of(f)->real(), offset, n, flags);
      },
      [](F* f) { of(f)->real()->pMethods->xShmBarrier(of(f)->real()); },
      [](F* f, int remove) { return of(f)->real()->pMethods->xShmUnmap(of(f)->real(), remove); },
      [](F* f, sqlite3_int64 at, int n, void** out) {
        return of(f)->real()->pMethods->xFetch(of(f)->real(), at, n, out);
      },
      [](F* f, sqlite3_int64 at, void* page) {
        return of(f)->real()->pMethods->xUnfetch(of(f)->real(), at, page);
      },
  };
  return &all;
}

}  // namespace kith::store

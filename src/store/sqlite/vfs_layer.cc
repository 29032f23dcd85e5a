#include "store/sqlite/vfs_layer.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <sstream>

#include "base/assert.h"

namespace kith::store::sqlite {
namespace {

struct Gap {
  std::size_t from = 0;
  std::size_t to = 0;
};

std::size_t shortAt(const unsigned char* bytes) {
  return static_cast<std::size_t>(bytes[0]) << 8 | bytes[1];
}

// Between the pointers to the cells and the first cell: https://www.sqlite.org/fileformat2.html, 1.6.
// Other pages begin with the number of a page, whose first byte is no page type in files below 128 GiB.
Gap gapOf(const unsigned char* page, std::size_t size, sqlite3_int64 at) {
  const std::size_t header = at == 0 ? 100 : 0;
  const unsigned type = page[header];
  const bool interior = type == 2 || type == 5;
  const bool leaf = type == 10 || type == 13;
  if (!interior && !leaf) return {};
  const std::size_t cells = shortAt(page + header + 3);
  const std::size_t content = shortAt(page + header + 5);
  const Gap gap{header + (interior ? 12 : 8) + 2 * cells, content == 0 ? 65536 : content};
  return gap.from < gap.to && gap.to <= size ? gap : Gap{};
}

constexpr int kPageBytes = 4096;
// Half of those 128 GiB, since a checkpoint may be about to make the file longer.
constexpr sqlite3_int64 kScrubbedBytesMax = sqlite3_int64{64} << 30;

sqlite3_vfs* found(const std::string& name) {
  auto* vfs = sqlite3_vfs_find(name.empty() ? nullptr : name.c_str());
  ASSERT(vfs != nullptr);
  return vfs;
}

}  // namespace

VfsLayer::VfsLayer(const std::string& below) : below_(found(below)), vfs_(*below_) {
  std::ostringstream unique;
  unique << "kith-" << this;
  name_ = unique.str();
  vfs_.szOsFile = static_cast<int>(sizeof(File)) + below_->szOsFile;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.pNext = nullptr;
  vfs_.xOpen = &VfsLayer::open;
  // The others are the system's own and use neither pAppData nor the file.
  sqlite3_vfs_register(&vfs_, 0);
}

int VfsLayer::open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out) {
  auto* self = static_cast<VfsLayer*>(vfs->pAppData);
  auto& opened = of(file);
  opened.base.pMethods = nullptr;
  opened.layer = self;
  opened.is_database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
  const int code = self->below_->xOpen(self->below_, path, opened.below(), flags, out);
  if (code == SQLITE_OK) opened.base.pMethods = methods();
  return code;
}

const sqlite3_io_methods* VfsLayer::methods() {
  using F = sqlite3_file;
  using Int64 = sqlite3_int64;
  static const sqlite3_io_methods all{
      3,
      [](F* f) { return of(f).methods()->xClose(of(f).below()); },
      [](F* f, void* out, int n, Int64 at) { return of(f).methods()->xRead(of(f).below(), out, n, at); },
      [](F* f, const void* bytes, int n, Int64 at) { return of(f).layer->write(of(f), bytes, n, at); },
      [](F* f, Int64 size) { return of(f).methods()->xTruncate(of(f).below(), size); },
      [](F* f, int flags) { return of(f).layer->sync(of(f), flags); },
      [](F* f, Int64* size) { return of(f).methods()->xFileSize(of(f).below(), size); },
      [](F* f, int lock) { return of(f).methods()->xLock(of(f).below(), lock); },
      [](F* f, int lock) { return of(f).methods()->xUnlock(of(f).below(), lock); },
      [](F* f, int* out) { return of(f).methods()->xCheckReservedLock(of(f).below(), out); },
      [](F* f, int op, void* arg) { return of(f).methods()->xFileControl(of(f).below(), op, arg); },
      [](F* f) { return of(f).methods()->xSectorSize(of(f).below()); },
      [](F* f) { return of(f).methods()->xDeviceCharacteristics(of(f).below()); },
      [](F* f, int page, int size, int extend, void volatile** out) {
        return of(f).methods()->xShmMap(of(f).below(), page, size, extend, out);
      },
      [](F* f, int at, int n, int flags) { return of(f).methods()->xShmLock(of(f).below(), at, n, flags); },
      [](F* f) { of(f).methods()->xShmBarrier(of(f).below()); },
      [](F* f, int remove) { return of(f).methods()->xShmUnmap(of(f).below(), remove); },
      [](F* f, Int64 at, int n, void** out) { return of(f).methods()->xFetch(of(f).below(), at, n, out); },
      [](F* f, Int64 at, void* page) { return of(f).methods()->xUnfetch(of(f).below(), at, page); },
  };
  return &all;
}

int ScrubbingVfs::write(File& file, const void* bytes, int count, sqlite3_int64 at) {
  const auto passOn = [&](const void* what) { return VfsLayer::write(file, what, count, at); };
  if (!file.is_database || count != kPageBytes || at % kPageBytes != 0) return passOn(bytes);
  const auto* page = static_cast<const unsigned char*>(bytes);
  const Gap gap = gapOf(page, kPageBytes, at);
  if (std::all_of(page + gap.from, page + gap.to, [](unsigned char byte) { return byte == 0; }))
    return passOn(bytes);
  sqlite3_int64 size = 0;
  const int code = file.methods()->xFileSize(file.below(), &size);
  if (code != SQLITE_OK) return code;
  if (size >= kScrubbedBytesMax) return passOn(bytes);
  unsigned char scrubbed[kPageBytes];
  std::memcpy(scrubbed, page, sizeof scrubbed);
  std::memset(scrubbed + gap.from, 0, gap.to - gap.from);
  return passOn(scrubbed);
}

}  // namespace kith::store::sqlite

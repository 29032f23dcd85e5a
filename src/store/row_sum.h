#pragma once

#include <cstdint>
#include <string_view>

#include "model/entry.h"
#include "model/message.h"

namespace kith::store {

/// The checksum of one row: CRC-32C over its fields, each with its length, so that no two rows that
/// differ look the same by shifting a border.
class RowSum {
 public:
  RowSum& number(std::int64_t value);
  RowSum& text(std::string_view value);
  std::int64_t value() const { return crc_; }

 private:
  std::uint32_t crc_ = 0;
};

/// Over all fields of the row, its key included: a row that was moved is damaged too.
std::int64_t sumOf(std::int64_t scope_key, const Entry& entry);
std::int64_t sumOf(std::int64_t scope_key, const Message& message);

}  // namespace kith::store

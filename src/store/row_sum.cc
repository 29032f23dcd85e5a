#include "store/row_sum.h"

#include "base/digest.h"

namespace kith::store {

RowSum& RowSum::number(std::int64_t value) {
  char bytes[8];
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
  crc_ = crc32c(std::string_view(bytes, sizeof bytes), crc_);
  return *this;
}

RowSum& RowSum::text(std::string_view value) {
  number(static_cast<std::int64_t>(value.size()));
  crc_ = crc32c(value, crc_);
  return *this;
}

std::int64_t sumOf(std::int64_t scope_key, const Entry& entry) {
  return RowSum()
      .number(scope_key)
      .number(static_cast<std::int64_t>(entry.offset))
      .number(entry.at)
      .text(entryTypeName(entry.type))
      .text(entry.actor.text())
      .text(entry.nonce)
      .text(entry.request_hash)
      .number(static_cast<std::int64_t>(entry.ref_seq))
      .text(entry.ref_user.text())
      .text(entry.data)
      .number(entry.messages)
      .number(entry.members)
      .value();
}

std::int64_t sumOf(std::int64_t scope_key, const Message& message) {
  return RowSum()
      .number(scope_key)
      .number(static_cast<std::int64_t>(message.seq))
      .text(message.author.text())
      .text(message.text)
      .text(formatName(message.format))
      .number(static_cast<std::int64_t>(message.reply_to))
      .number(message.at)
      .number(message.edited_at)
      .number(message.edit_count)
      .number(message.deleted_at)
      .text(message.deleted_by.text())
      .text(message.delete_reason)
      .value();
}

}  // namespace kith::store

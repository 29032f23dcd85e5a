#pragma once

#include <cstddef>
#include <list>
#include <vector>

#include "eventlog/publication.h"

namespace kith {

/// The last publications of one scope, without holes, so that a short absence costs no store read.
///
/// Belongs to the scope's Follow, on its owner loop. Keeps at most `entries_max` and `bytes_max`,
/// and what is older goes first. A message that was edited or deleted never shows its old text
/// from here: forget() drops what speaks of it and all that is older.
class Ring {
 public:
  Ring(std::size_t entries_max, std::size_t bytes_max) : entries_max_(entries_max), bytes_max_(bytes_max) {}

  /// `publication` is the one after the last.
  void push(Publication publication);
  /// Puts older ones in front; they end right before the first. What does not fit is left out.
  void prepend(const std::vector<Publication>& older);
  /// Drops every publication up to and including the last one that shows the text of message `seq`.
  void forget(Offset seq);

  bool empty() const { return items_.empty(); }
  Offset first() const { return items_.front().offset; }
  std::size_t bytes() const { return bytes_; }
  /// Whether all of (after, last] is here. Nothing is always here.
  bool covers(Offset after, Offset last) const;
  /// All after `after`; the caller has asked covers().
  std::vector<Publication> after(Offset after) const;
  /// The publication at that offset, if it is here.
  const Publication* find(Offset offset) const;
  /// Whether an entry after `after` changes what an entry up to it shows: an edit, a delete.
  bool rewrites(Offset after) const;

 private:
  void dropFront();
  std::size_t entries_max_;
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::list<Publication> items_;  // Most users' rings are empty: a deque would hold half a kilobyte for each.
};

}  // namespace kith

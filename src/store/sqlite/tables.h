#pragma once

#include "store/sqlite/group_table.h"
#include "store/sqlite/log_table.h"
#include "store/sqlite/message_table.h"
#include "store/sqlite/people_table.h"
#include "store/sqlite/room_table.h"
#include "store/table_reads.h"

namespace kith::store::sqlite {

/// All tables on one connection. Lives with it, on its thread.
struct Tables {
  Tables(Connection& connection, const Identity& identity, DamageReport& damage)
      : log(connection, identity, damage),
        messages(connection, log, damage),
        rooms(connection, log),
        groups(connection, log),
        people(connection) {}

  LogTable log;
  MessageTable messages;
  RoomTable rooms;
  GroupTable groups;
  PeopleTable people;
};

}  // namespace kith::store::sqlite

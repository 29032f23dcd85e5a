#pragma once

#include "store/mongodb/group_documents.h"
#include "store/mongodb/log_documents.h"
#include "store/mongodb/message_documents.h"
#include "store/mongodb/people_documents.h"
#include "store/mongodb/room_documents.h"
#include "store/table_reads.h"

namespace kith::store::mongodb {

/// All collections on one session. Lives with it, on its thread.
struct Documents {
  Documents(Session& session, const Identity& identity, Heads& heads, DamageReport& damage)
      : log(session, identity, heads, damage),
        messages(session, log),
        rooms(session, log),
        groups(session, log),
        people(session) {}

  LogDocuments log;
  MessageDocuments messages;
  RoomDocuments rooms;
  GroupDocuments groups;
  PeopleDocuments people;
};

}  // namespace kith::store::mongodb

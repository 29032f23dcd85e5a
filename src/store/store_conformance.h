#pragma once

/// What every implementation of Store must pass. Its own _test.cc includes this and says
///
///   INSTANTIATE_TEST_SUITE_P(Sqlite, StoreConformance, ::testing::Values(StoreMaker{"sqlite", …}));
#include "store/group_conformance.h"
#include "store/log_conformance.h"
#include "store/message_conformance.h"
#include "store/nonce_conformance.h"
#include "store/people_conformance.h"

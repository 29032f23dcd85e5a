#include "broker/local/local_broker.h"

#include "broker/broker_conformance.h"

namespace kith::broker {
namespace {

class LocalBrokersUnderTest final : public BrokersUnderTest {
 public:
  Broker& one() override { return one_; }
  Broker& other() override { return other_; }
  void cut() override { exchange_.cut(); }
  void mend() override { exchange_.mend(); }

 private:
  LocalExchange exchange_;
  LocalBroker one_{exchange_};
  LocalBroker other_{exchange_};
};

INSTANTIATE_TEST_SUITE_P(Broker, BrokerConformance,
                         ::testing::Values(BrokerMaker{
                             "local", [] { return std::make_unique<LocalBrokersUnderTest>(); }}),
                         [](const auto& made) { return made.param.name; });

TEST(LocalBrokerTest, ANodeNeverHearsItself) {
  LocalExchange exchange;
  Heard heard;
  LocalBroker broker{exchange};
  broker.start(heard);
  broker.subscribe("a");
  broker.publish("a", shareBytes("1"));
  broker.subscribe("b");
  EXPECT_THAT(heard.until("+b"), ElementsAre("connected", "+a", "+b"));
}

}  // namespace
}  // namespace kith::broker

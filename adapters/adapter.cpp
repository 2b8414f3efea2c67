// What an adapter does when its protocol has no word for it.
#include "adapters/adapter.h"

namespace charmille::adapters {

Task<Response> Source::handle(std::shared_ptr<Intake>, Request) {
  co_return fail("CH-PUSH-001");
}

Task<void> Source::settle(Settlement, Deadline) {
  co_return Result<void>{};
}

Task<Response> Destination::handle(std::shared_ptr<Intake>, Request) {
  co_return fail("CH-PUSH-001");
}

Task<Probe> Destination::probe(Envelope, Deadline) {
  co_return Probe::unknown;
}

Task<Response> Destination::query(Query, Deadline) {
  co_return fail("CH-POST-001");
}

}  // namespace charmille::adapters

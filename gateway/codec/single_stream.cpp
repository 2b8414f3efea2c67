// One document to one row.
#include "gateway/codec/sniff.h"
#include "gateway/codec/streams.h"

namespace charmille::codec {
namespace {

class SingleStream final : public RecordStream {
 public:
  SingleStream(const DocumentInput& options, base::Payload payload, std::string name)
      : options_(options), payload_(std::move(payload)), name_(std::move(name)) {}

  Result<Batch> next(std::size_t) override {
    const base::Place place{name_, 0, 0, {}};
    const auto placed = [&](Fault fault) {
      if (fault.place.file.empty()) fault.place = place;
      return fault;
    };
    const auto facts = read_facts(payload_, options_.max_size);
    if (!facts) return fail(placed(facts.error()));
    auto verdict = judge_document(payload_, *facts, options_);
    if (!verdict) return fail(placed(std::move(verdict.error())));
    if (verdict->refused) return fail(placed(std::move(*verdict->refused)));
    Batch batch;
    for (Fault& remark : verdict->remarks) batch.remarks.push_back(placed(std::move(remark)));
    tree::Document& document = batch.document;
    const tree::Origin origin{document.add_file(name_), 0, 0};
    const std::string type(facts->media_type);
    const auto attachment = document.add_attachment({payload_, type});
    const tree::Node row =
        document.object({{"document", tree::Node::attachment(attachment, origin)},
                         {"name", document.text(name_, origin)},
                         {"media-type", document.text(type, origin)},
                         {"size", document.number(std::to_string(facts->size), origin)},
                         {"sha256", document.text(facts->sha256, origin)}},
                        origin);
    document.set_root(document.object({{"rows", document.array({&row, 1})}}, origin));
    batch.last = true;
    return batch;
  }

 private:
  const DocumentInput options_;
  const base::Payload payload_;
  const std::string name_;
};

}  // namespace

std::unique_ptr<RecordStream> make_single_stream(const DocumentInput& options,
                                                 const base::Payload& payload, std::string name) {
  return std::make_unique<SingleStream>(options, payload, std::move(name));
}

}  // namespace charmille::codec

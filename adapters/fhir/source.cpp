#include "adapters/fhir/source.h"

#include <algorithm>

#include "adapters/fhir/attachments.h"
#include "adapters/fhir/capability.h"
#include "adapters/fhir/receiving.h"
#include "adapters/web/message.h"
#include "adapters/web/standing.h"
#include "gateway/base/bytes.h"
#include "gateway/codec/codec.h"
#include "gateway/codec/json_payload.h"
#include "gateway/fhir/members.h"

namespace charmille::adapters::fhir {
namespace {

namespace asio = boost::asio;
using charmille::fhir::Issue;
using charmille::fhir::items_at;
using charmille::fhir::text_at;
using tree::Node;

constexpr std::size_t most_deep = 200;
constexpr std::uint64_t most_xml = 16U << 20;  ///< read whole
constexpr std::size_t most_in_batch = 1000;
constexpr std::uint64_t most_answered = 64U << 20;  ///< by one batch
constexpr std::string_view created_status = "201 Created";
constexpr std::string_view known_status = "200 OK";

struct Submitted {
  tree::Document document;
  base::Payload payload;  ///< JSON
};

class FhirSource final : public Source {
 public:
  FhirSource(SourceSettings settings, const base::Clock& clock)
      : settings_(std::move(settings)), clock_(clock), since_(clock.now()) {}

  Task<void> run(std::shared_ptr<Intake>) override { return web::stand_by(); }

  Task<Response> handle(std::shared_ptr<Intake> intake, Request request) override {
    Asked asked;
    if (auto read = read_request(request, asked); !read)
      co_return render(asked, declined(read.error(), asked.language));
    auto answer = co_await dispatch(std::move(intake), request, asked);
    if (!answer) co_return render(asked, answer.error());
    co_return render(asked, std::move(*answer));
  }

 private:
  asio::awaitable<Outcome<Answer>> dispatch(std::shared_ptr<Intake> intake, const Request& request,
                                            const Asked& asked) {
    const bool posts = asked.method == "POST";
    const bool gets = asked.method == "GET";
    const std::size_t depth = asked.path.size();
    if (depth == 0 && posts) co_return co_await submit(std::move(intake), request, asked);
    if (depth == 1 && asked.path[0] == "metadata" && gets) {
      Answer answer;
      answer.body = capability(*settings_.definitions, settings_.types, since_);
      co_return answer;
    }
    if (depth == 1 && posts) co_return co_await create(std::move(intake), request, asked);
    const bool version = depth == 4 && asked.path[2] == "_history";
    if ((depth == 2 || version) && gets) co_return co_await read(std::move(intake), request, asked);
    co_return decline(asked, depth > 1 ? 404 : 405, "not-supported",
                      fault("CH-FHIR-077", {}, {{"method", base::printable(asked.method, 10)}}));
  }

  /// A transaction, or a batch.
  asio::awaitable<Outcome<Answer>> submit(std::shared_ptr<Intake> intake, const Request& request,
                                          const Asked& asked) {
    auto submitted = read_body(request, asked);
    if (!submitted) co_return co_await refused(std::move(intake), request, submitted.error());
    const std::string_view kind = kind_of_bundle(submitted->document.root());
    if (kind.empty()) {
      auto why = decline(asked, 400, "invalid", fault("CH-FHIR-068"));
      co_return co_await refused(std::move(intake), request, why.value());
    }
    if (kind == "batch")
      co_return co_await each(std::move(intake), request, asked, std::move(*submitted));
    auto entries = entries_of(submitted->document.root());
    if (!entries)
      co_return co_await refused(std::move(intake), request,
                                 declined(entries.error(), asked.language));
    if (auto judged = judge(submitted->document, asked); !judged)
      co_return co_await refused(std::move(intake), request, judged.error());
    Brought brought = brought_of(request, asked, submitted->payload, *entries);
    const auto taken = co_await receive(std::move(intake), std::move(brought));
    if (!taken) co_return tl::unexpected(taken.error());
    Answer answer;
    std::vector<Answered> answered;
    tree::Document& into = submitted->document;
    for (std::size_t i = 0; i < entries->size(); ++i)
      answered.push_back(answered_of(into, (*entries)[i], taken->locations[i], *taken, asked));
    into.set_root(response_bundle(into, kind, answered, moment_of(taken->exchange)));
    answer.body = std::move(into);
    co_return answer;
  }

  /// What was brought and not taken is in the audit log too.
  static asio::awaitable<Outcome<Answer>> refused(std::shared_ptr<Intake> intake,
                                                  const Request& request, Declined why) {
    const std::string code = why.issues.empty() ? std::string{} : why.issues.front().code;
    const auto told = co_await intake->refused(code, request.deadline);
    if (!told) why.status = 503;  // the refusal stands, and may be asked for again
    co_return tl::unexpected(std::move(why));
  }

  /// The entries of a batch have nothing to do with each other: each comes to its own end.
  asio::awaitable<Outcome<Answer>> each(std::shared_ptr<Intake> intake, const Request& request,
                                        const Asked& asked, Submitted batch) {
    tree::Document& into = batch.document;
    if (items_at(into.root(), "entry").size() > most_in_batch) {
      const base::Args limit{{"limit", std::to_string(most_in_batch)}};
      auto why = decline(asked, 413, "too-costly", fault("CH-FHIR-088", {}, limit));
      co_return co_await refused(std::move(intake), request, why.value());
    }
    std::vector<Answered> answered;
    std::size_t index = 0;
    std::uint64_t bytes = 0;
    for (const Node& entry : items_at(into.root(), "entry")) {
      const std::string key = key_of(request);
      Request one = request_of(into, entry, request, asked);
      if (!key.empty()) one.headers.emplace_back("X-Request-Id", key + "-" + std::to_string(index));
      ++index;
      Asked single;
      Outcome<Answer> answer = decline(asked, 400, "invalid", fault("CH-FHIR-069"));
      if (auto read = read_request(one, single); !read)
        answer = tl::unexpected(declined(read.error(), asked.language));
      else if (bytes > most_answered || clock_.steady() > request.deadline)
        answer = decline(asked, 503, "too-costly", fault("CH-FHIR-089"));
      else if (!single.path.empty())
        answer = co_await dispatch(intake, one, single);
      answered.push_back(answered_of(into, answer, asked, bytes));
    }
    into.set_root(response_bundle(into, "batch", answered, clock_.now()));
    Answer whole;
    whole.body = std::move(into);
    co_return whole;
  }

  /// One resource, alone.
  asio::awaitable<Outcome<Answer>> create(std::shared_ptr<Intake> intake, const Request& request,
                                          const Asked& asked) {
    const std::string& type = asked.path[0];
    if (settings_.definitions->type(type) == nullptr)
      co_return decline(asked, 404, "not-supported",
                        fault("CH-FHIR-002", {}, {{"type", base::printable(type, 64)}}));
    if (std::ranges::find(settings_.types, type) == settings_.types.end())
      co_return decline(asked, 405, "not-supported", fault("CH-FHIR-075", {}, {{"type", type}}));
    auto submitted = read_body(request, asked);
    if (!submitted) co_return co_await refused(std::move(intake), request, submitted.error());
    auto entry = entry_of(submitted->document.root(), type,
                          web::header_of(request.headers, "If-None-Exist"));
    if (!entry)
      co_return co_await refused(std::move(intake), request,
                                 declined(entry.error(), asked.language));
    if (auto judged = judge(submitted->document, asked); !judged)
      co_return co_await refused(std::move(intake), request, judged.error());
    std::vector<Entry> entries;
    entries.push_back(std::move(*entry));
    Brought brought = brought_of(request, asked, submitted->payload, entries);
    const auto taken = co_await receive(std::move(intake), std::move(brought));
    if (!taken) co_return tl::unexpected(taken.error());
    const Location& location = taken->locations.front();
    Answer answer;
    answer.status = location.created ? 201 : 200;
    answer.headers = {{"Location", asked.base + "/" + location.versioned()}, {"ETag", "W/\"1\""}};
    add_preferred(answer, submitted->document, entries.front(), location, *taken, asked);
    co_return answer;
  }

  /// What was taken before, as it stands here.
  asio::awaitable<Outcome<Answer>> read(std::shared_ptr<Intake> intake, const Request& request,
                                        const Asked& asked) {
    const std::string& type = asked.path[0];
    const auto place = place_of(asked.path[1]);
    if (!place || (asked.path.size() == 4 && asked.path[3] != "1"))
      co_return decline(asked, 404, "not-found", fault("CH-FHIR-076"));
    auto kept = co_await intake->open(place->exchange, request.deadline);
    if (!kept && kept.error().action == base::Action::reject)
      co_return decline(asked, 410, "deleted", std::move(kept.error()));
    if (!kept) co_return decline(asked, 503, "transient", std::move(kept.error()));
    if (!*kept) co_return decline(asked, 404, "not-found", fault("CH-FHIR-076"));
    auto document = codec::read_json((*kept)->payload, {}, most_deep, settings_.largest);
    if (!document) co_return decline(asked, 503, "exception", std::move(document.error()));
    const std::vector<Entry> entries = entries_kept(document->root());
    const auto at = std::ranges::find(entries, place->part, &Entry::part);
    if (at == entries.end() || at->type != type)
      co_return decline(asked, 404, "not-found", fault("CH-FHIR-076"));
    if (auto told = co_await intake->shown(place->exchange, request.deadline); !told)
      co_return decline(asked, 503, "transient", std::move(told.error()));
    Answer answer;
    answer.headers = {{"ETag", "W/\"1\""}};
    if (web::header_of(request.headers, "If-None-Match") == "W/\"1\"") {
      answer.status = 304;
      answer.has_body = false;
      co_return answer;
    }
    const Moves moves = moves_of(entries, place->exchange, (*kept)->correlation);
    document->set_root(
        as_stored(*document, *at->resource, moves, asked.path[1], moment_of(place->exchange)));
    answer.body = std::move(*document);
    co_return answer;
  }

  // What does not wait

  Outcome<Submitted> read_body(const Request& request, const Asked& asked) const {
    const auto form = form_of_body(request);
    if (!form) return tl::unexpected(declined(form.error(), asked.language));
    const std::uint64_t largest =
        *form == Form::xml ? std::min(settings_.largest, most_xml) : settings_.largest;
    if (request.body.size() > largest)
      return decline(asked, 413, "too-costly",
                     fault("CH-HTTP-003", {}, {{"limit", std::to_string(largest)}}));
    auto document = *form == Form::json
                        ? codec::read_json(request.body, {}, most_deep, settings_.largest)
                        : read_xml_body(request.body);
    if (!document) return decline(asked, 400, "invalid", std::move(document.error()));
    Submitted out;
    if (*form == Form::json) {
      out.payload = request.body;
    } else {
      auto json = codec::write_json(*document, document->root());
      if (!json) return decline(asked, 400, "invalid", std::move(json.error()));
      out.payload = base::Payload(std::move(*json));
    }
    out.document = std::move(*document);
    return out;
  }

  Result<tree::Document> read_xml_body(const base::Payload& body) const {
    const auto bytes = body.bytes(settings_.largest);
    if (!bytes) return fail(bytes.error());
    return read_resource(*bytes, {}, Form::xml);
  }

  /// By R4 and by the profiles that it claims, and by those of the endpoint that are made for it.
  Outcome<void> judge(const tree::Document& document, const Asked& asked) const {
    std::vector<std::string> profiles;
    for (const std::string& profile : settings_.profiles)
      if (settings_.definitions->find(profile)->type == text_at(document.root(), "resourceType"))
        profiles.push_back(profile);
    std::vector<Issue> issues = settings_.validator->validate(document, profiles);
    if (!has_errors(issues))
      std::ranges::move(judge_attachments(document), std::back_inserter(issues));
    if (!has_errors(issues)) return {};
    const bool twins = std::ranges::any_of(
        issues, [](const Issue& issue) { return issue.fault.code == "CH-FHIR-021"; });
    return tl::unexpected(declined(Refusal(twins ? 400 : 422, issues), asked.language));
  }

  Brought brought_of(const Request& request, const Asked& asked, base::Payload payload,
                     const std::vector<Entry>& entries) const {
    Brought brought;
    brought.payload = std::move(payload);
    brought.entries = entries;
    brought.request = &request;
    brought.patience = clock_.steady() + settings_.longest_wait;
    brought.key = key_of(request);
    brought.language = asked.language;
    return brought;
  }

  static std::string key_of(const Request& request) {
    const std::string_view id = web::header_of(request.headers, "X-Request-Id");
    const bool visible = std::ranges::all_of(id, [](char c) { return c > 0x20 && c < 0x7f; });
    return visible && id.size() <= 200 ? std::string(id) : std::string();
  }

  /// An entry of a batch, as if it had come alone.
  static Request request_of(const tree::Document& batch, const Node& entry, const Request& outer,
                            const Asked& asked) {
    Request one;
    const Node none = Node::null();
    const Node* request = entry.find("request");
    if (request == nullptr) request = &none;
    one.method = text_at(*request, "method");
    one.target = asked.base + "/" + std::string(text_at(*request, "url"));
    one.headers = {
        {"Content-Type", std::string(media_type(Form::json))},
        {"Prefer", std::string(web::header_of(outer.headers, "Prefer"))},
        {"Accept-Language", std::string(web::header_of(outer.headers, "Accept-Language"))},
        {"If-None-Exist", std::string(text_at(*request, "ifNoneExist"))},
        {"If-None-Match", std::string(text_at(*request, "ifNoneMatch"))}};
    one.partner = outer.partner;
    one.authentication = outer.authentication;
    one.peer_address = outer.peer_address;
    one.deadline = outer.deadline;
    const Node* resource = entry.find("resource");
    auto body = resource == nullptr ? Result<std::string>(std::string())
                                    : codec::write_json(batch, *resource);
    if (body) one.body = base::Payload(std::move(*body));
    return one;
  }

  static Answered answered_of(tree::Document& into, const Entry& entry, const Location& location,
                              const Taken& taken, const Asked& asked) {
    Answered out{std::string(location.created ? created_status : known_status),
                 location.versioned(),
                 {},
                 {}};
    if (asked.prefer == Prefer::representation && location.created)
      out.resource =
          as_stored(into, *entry.resource, taken.moves, location.id, moment_of(taken.exchange));
    if (asked.prefer == Prefer::outcome)
      out.outcome = into.copy(charmille::fhir::outcome({}, asked.language).root());
    return out;
  }

  /// Adds to `bytes` what the answer holds.
  static Answered answered_of(tree::Document& into, const Outcome<Answer>& answer,
                              const Asked& asked, std::uint64_t& bytes) {
    Answered out;
    if (!answer) {
      out.status = std::to_string(answer.error().status);
      out.outcome =
          into.copy(charmille::fhir::outcome(answer.error().issues, asked.language).root());
      return out;
    }
    out.status = answer->status == 201 ? created_status : std::to_string(answer->status);
    out.location = web::header_of(answer->headers, "Location");
    out.location.erase(0, std::min(out.location.size(), asked.base.size() + 1));
    if (!answer->has_body) return out;
    const auto text = codec::write_json(answer->body, answer->body.root());
    bytes += text ? text->size() : 0;
    auto copied = text ? codec::read_own_json(into, *text) : fail("CH-FHIR-076");
    if (copied) out.resource = *copied;
    return out;
  }

  static void add_preferred(Answer& answer, tree::Document& document, const Entry& entry,
                            const Location& location, const Taken& taken, const Asked& asked) {
    answer.has_body = asked.prefer != Prefer::minimal;
    if (asked.prefer == Prefer::outcome) answer.body = charmille::fhir::outcome({}, asked.language);
    if (asked.prefer != Prefer::representation) return;
    document.set_root(
        as_stored(document, *entry.resource, taken.moves, location.id, moment_of(taken.exchange)));
    answer.body = std::move(document);
  }

  /// Entries of what was taken, which were judged then.
  static std::vector<Entry> entries_kept(const Node& resource) {
    if (auto entries =
            kind_of_bundle(resource).empty() ? Judged<std::vector<Entry>>{} : entries_of(resource);
        entries && !entries->empty())
      return std::move(*entries);
    Entry whole;
    whole.resource = &resource;
    whole.type = text_at(resource, "resourceType");
    return {whole};
  }

  SourceSettings settings_;
  const base::Clock& clock_;
  base::Time since_;
};

}  // namespace

std::unique_ptr<Source> make_source(SourceSettings settings, const base::Clock& clock) {
  return std::make_unique<FhirSource>(std::move(settings), clock);
}

}  // namespace charmille::adapters::fhir

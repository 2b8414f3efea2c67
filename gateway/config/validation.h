// One run of `validate`: what is read so far, and the faults found so far. Internal to this folder.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/validate.h"
#include "gateway/config/view.h"

namespace charmille::config {

class Validation {
 public:
  Validation(Files files, const Surroundings& surroundings)
      : surroundings_(surroundings),
        document_(std::move(files.configuration)),
        policies_(std::move(files.policies)),
        faults_(std::move(files.faults)) {
    parts_.file = files.name;
    parts_.folder = files.folder;
  }

  Validated run() &&;

 private:
  // validate_site.cpp
  void read_base(const View& root);
  void read_organisation(const View& organisation);
  void read_listen(const View& listen);
  void read_people(const View& people);
  void read_ownership(const View& ownership);
  void read_alarms(const View& alarms);
  void read_retention(const View& retention);
  Retry read_retry(const View& view, const Retry& otherwise);
  std::optional<Address> read_address(const View& view);
  std::optional<std::int64_t> read_percent(const View& view);

  // validate_partners.cpp
  void read_partners(const View& partners);
  Partner read_partner(const std::string& name, const View& view);
  void read_identities(const View& list, Partner& partner);
  void check_identities();
  void read_policies();

  // validate_endpoints.cpp
  void note_uses(const View& routes, const View& relays);
  void read_endpoints(const View& endpoints);
  void read_endpoint(const std::string& name, const View& view);
  void check_endpoint(const Endpoint& endpoint, const View& view);
  bool choose_direction(Endpoint& endpoint, const View& view);
  Lot read_lot(const View& view, const Endpoint& endpoint);
  void read_lot_files(const View& view, const Endpoint& endpoint, Lot& lot);
  void check_lot(const View& view, const Lot& lot);
  void check_folders();
  std::optional<Format> own_format(const Endpoint& endpoint);
  std::optional<Format> read_format(const View& view, Direction direction,
                                    const std::optional<Format>& otherwise);
  const tree::Node* codec_options(const View& view, const std::string& codec,
                                  const tree::Node* under);
  void check_format(const KnownCodec& codec, const tree::Node& options, Direction direction,
                    const std::string& path);
  std::optional<NamePattern> read_pattern(const View& view);

  // validate_routes.cpp
  void read_routes(const View& routes);
  void read_route(const std::string& name, const View& view);
  RouteDestination read_destination(const View& view, const Route& route);
  void read_when(const View& view, RouteDestination& to);
  std::optional<Threshold> read_threshold(const View& view);
  std::optional<Schedule> read_schedule(const View& view);
  void check_destination(const View& view, const RouteDestination& to, const Route& route);
  void check_recipient(const View& view, const Partner& partner, Mode mode);
  const Endpoint* refer_to_endpoint(const View& view, Direction wanted);
  /// The mapping that is named; a fault and nullptr when there is none or it goes elsewhere.
  /// nullptr without a fault when mappings are not checked.
  const KnownMapping* refer_to_mapping(const View& view, std::string_view from,
                                       std::string_view to);
  void check_variables(const View& vars, const std::vector<const KnownMapping*>& readers);
  void check_uses();

  // validate_relays.cpp
  void read_relays(const View& relays);
  void read_relay(const std::string& name, const View& view);
  void check_relay(const View& view, const Relay& relay, const Endpoint* source,
                   const Endpoint* to);

  // validate.cpp
  void add(std::string_view code, base::Place place, base::Args args = {}) {
    faults_.push_back(fault(code, std::move(place), std::move(args)));
  }
  void warn(std::string_view code, base::Place place, base::Args args = {}) {
    warnings_.push_back(fault(code, std::move(place), std::move(args)));
  }
  void add_all(std::vector<Fault> faults);
  /// "`name` does not exist in `section`", with the nearest of `names`.
  void unknown(const View& view, std::string_view section,
               const std::vector<std::string_view>& names);
  /// Names stand in addresses, lanes and file names.
  void check_name(std::string_view name, base::Place place);

  const Surroundings& surroundings_;
  tree::Document document_;
  std::vector<tree::Document> policies_;
  SiteParts parts_;
  std::set<std::string, std::less<>> sources_;       ///< endpoints named by `from`
  std::set<std::string, std::less<>> destinations_;  ///< endpoints named in `to`
  std::set<std::string, std::less<>>
      broken_;  ///< declared endpoints and partners that could not be read
  std::vector<Fault> faults_;
  std::vector<Fault> warnings_;
};

}  // namespace charmille::config

#include "gateway/cli/audit_words.h"

#include <algorithm>
#include <array>

namespace charmille::cli {
namespace {

using merkle::Event;

struct EventWord {
  Event event;
  std::string_view french;
  std::string_view english;
};

constexpr std::array<EventWord, merkle::event_count> events = {{
    {Event::exchange_received, "reçu", "received"},
    {Event::exchange_validated, "joint à son lot", "joined to its lot"},
    {Event::exchange_rejected, "refusé", "refused"},
    {Event::exchange_queued, "livraison préparée", "delivery prepared"},
    {Event::exchange_translated, "traduit et rangé", "translated and stored"},
    {Event::exchange_send_attempt, "envoi tenté", "sending tried"},
    {Event::exchange_delivered, "livré", "delivered"},
    {Event::exchange_receipt, "réponse reçue plus tard", "later answer received"},
    {Event::exchange_failed, "envoi manqué, à retenter", "sending failed, to be retried"},
    {Event::exchange_parked, "arrêté, à reprendre", "stopped, to be taken up again"},
    {Event::exchange_resumed, "repris", "taken up again"},
    {Event::exchange_duplicate, "déjà reçu", "received already"},
    {Event::exchange_superseded, "remplacé avant l'envoi", "replaced before sending"},
    {Event::exchange_cancelled, "annulé", "cancelled"},
    {Event::exchange_subjects, "enfants concernés", "children concerned"},
    {Event::auth_ok, "appelant reconnu", "caller recognised"},
    {Event::auth_fail, "appelant inconnu", "caller unknown"},
    {Event::authz_deny, "accès refusé", "access denied"},
    {Event::tls_fail, "liaison chiffrée refusée", "encrypted link refused"},
    {Event::cert_expiring, "certificat bientôt périmé", "certificate about to expire"},
    {Event::config_loaded, "configuration chargée", "configuration loaded"},
    {Event::config_refused, "configuration refusée", "configuration refused"},
    {Event::key_rotated, "clé renouvelée", "key rotated"},
    {Event::key_used, "clé utilisée", "key used"},
    {Event::node_start, "passerelle démarrée", "gateway started"},
    {Event::node_stop, "passerelle arrêtée", "gateway stopped"},
    {Event::node_takeover, "passerelle relayée", "gateway taken over"},
    {Event::clock_step, "horloge déplacée", "clock stepped"},
    {Event::disk_low, "disque presque plein", "disk almost full"},
    {Event::disk_full, "disque plein", "disk full"},
    {Event::audit_query, "journal consulté", "log consulted"},
    {Event::audit_export, "journal exporté", "log exported"},
    {Event::audit_reidentify, "enfant réidentifié", "child re-identified"},
    {Event::audit_verify, "journal vérifié", "log verified"},
    {Event::audit_checkpoint, "journal scellé", "log sealed"},
    {Event::audit_sink_lag, "copie du journal en retard", "copy of the log late"},
    {Event::subject_shred, "dossier effacé", "record erased"},
    {Event::retention_purge, "inscriptions effacées à terme", "leaves purged at term"},
    {Event::retention_hold, "effacement suspendu", "purge suspended"},
    {Event::admin_content, "contenu consulté", "content consulted"},
    {Event::admin_send, "fichier donné par une personne", "file given by a person"},
    {Event::admin_extract, "extraction demandée", "extraction asked for"},
    {Event::admin_replay, "reprise demandée", "replay asked for"},
    {Event::admin_release, "livraison libérée", "delivery released"},
    {Event::admin_cancel, "annulation demandée", "cancellation asked for"},
    {Event::admin_link, "dossiers rapprochés", "records linked"},
    {Event::admin_unlink, "dossiers séparés", "records unlinked"},
    {Event::admin_quarantine_close, "quarantaine levée", "quarantine closed"},
    {Event::admin_transmit, "décision sur un ancien dossier", "decision about a former file"},
    {Event::admin_clear, "document autorisé à partir", "document cleared to leave"},
    {Event::admin_withhold, "document retenu de nouveau", "document withheld again"},
    {Event::exchange_query, "question posée à un partenaire", "partner asked"},
    {Event::exchange_consulted, "contenu consulté par le partenaire",
     "content consulted by the partner"},
    {Event::exchange_searched, "recherche du partenaire, sans résultat",
     "search by the partner, without a result"},
    {Event::exchange_refused, "envoi refusé à l'arrivée", "refused on arrival"},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < events.size(); ++i)
    if (static_cast<std::size_t>(events[i].event) != i) return false;
  return true;
}
static_assert(in_order());

struct SectionWord {
  std::string_view name;
  std::string_view french;
  std::string_view english;
};

constexpr SectionWord sections[] = {
    {"ids", "identifiants", "identifiers"},
    {"identity", "identité", "identity"},
    {"ins", "INS", "INS"},
    {"persons", "proches", "relatives"},
    {"parentalAuthority", "autorité parentale", "parental authority"},
    {"siblings", "fratrie", "siblings"},
    {"measures", "mesures", "measures"},
    {"stays", "séjours", "stays"},
    {"visitRights", "droits de visite", "visit rights"},
    {"school", "scolarité", "school"},
    {"coverage", "couverture sociale", "coverage"},
    {"health", "santé", "health"},
    {"transport", "transport", "transport"},
    {"ppe", "projet pour l'enfant", "projet pour l'enfant"},
    {"deadlines", "échéances", "deadlines"},
    {"presence", "présences", "presence"},
    {"documents", "documents", "documents"},
    {"events", "événements", "events"},
    {"notes", "notes", "notes"},
};

}  // namespace

std::string_view label_of(const Session& s, Event event) {
  const EventWord& word = events[static_cast<std::size_t>(event)];
  return s.say(word.french, word.english);
}

std::string label_of_event(const Session& s, const std::string& name) {
  const auto event = merkle::event_of(name);
  return event ? std::string(label_of(s, *event)) : name;
}

std::string label_of_section(const Session& s, const std::string& name) {
  const std::string_view section = std::string_view(name).substr(0, name.find('.'));
  const auto* const word = std::ranges::find(sections, section, &SectionWord::name);
  if (word == std::end(sections)) return name;
  const std::string label(s.say(word->french, word->english));
  return section.size() == name.size() ? label
                                       : label + " (" + name.substr(section.size() + 1) + ")";
}

}  // namespace charmille::cli

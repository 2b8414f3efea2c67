// What a source said of a child before, where what it says now does not take its place.
#pragma once

#include <string>
#include <vector>

#include "gateway/exchange/context.h"
#include "gateway/record/statement.h"

namespace charmille::exchange {

/// The row of that source and section, or nullptr.
const store::StatementRow* row_of_section(const std::vector<store::StatementRow>& rows,
                                          const std::string& source, const std::string& section);

/// By what the source says of its date, then by lot.
bool is_older(const record::Statement& fresh, const store::StatementRow& known);

/// What a source that tells changes only leaves standing. All that it is given must live longer.
class Former {
 public:
  Former(const Context& context, const crypto::Key& key, const base::Uuid& child,
         const std::vector<store::StatementRow>& rows)
      : context_(context), key_(key), child_(child), rows_(rows) {}

  /// A change that names the child by one identifier takes none of the others away. CH-REC-050, and
  /// the vault's faults.
  Result<void> keep_ids(std::vector<record::Statement>& fresh) const;
  /// Documents add up; what comes late goes under what was told since. Faults as above.
  Result<void> add_documents(std::vector<record::Statement>& fresh) const;

 private:
  const store::StatementRow* standing(const record::Statement& fresh) const;
  Result<std::string> body_of(const store::StatementRow* known) const;

  const Context& context_;
  const crypto::Key& key_;
  const base::Uuid& child_;
  const std::vector<store::StatementRow>& rows_;
};

}  // namespace charmille::exchange

// The routes drawn: a tree for people, a graph for Graphviz and for Mermaid, JSON for programs.
#pragma once

#include <vector>

#include "gateway/cli/route_graph.h"
#include "gateway/cli/session.h"

namespace charmille::cli {

void draw_tree(const Session& session, const Graph& graph);
/// Digraph of Graphviz.
std::string dot_of(const Session& session, const Graph& graph);
/// Flowchart of Mermaid.
std::string mermaid_of(const Session& session, const Graph& graph);
tree::Node json_of(tree::Document& doc, const Graph& graph);

}  // namespace charmille::cli

import { type Alias, type Document, type Node, visit } from "yaml";

const known = new WeakMap<Document, ReadonlyMap<Alias, Node>>();

/**
 * What an alias stands for: the nearest anchor of its name before it.
 *
 * All aliases of a document are looked up in one walk; the package's own `resolve` walks for each of them.
 *
 * @param alias The alias.
 * @param document The document it is in.
 * @returns The node with the anchor; undefined when there is none.
 */
export function aliasTarget(alias: Alias, document: Document): Node | undefined {
  let targets = known.get(document);
  if (!targets) known.set(document, targets = targetsOf(document));
  return targets.get(alias);
}

function targetsOf(document: Document): Map<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Alias(_, alias) {
      const target = anchors.get(alias.source);
      if (target) targets.set(alias, target);
    },
    Value(_, node) {
      if (node.anchor) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

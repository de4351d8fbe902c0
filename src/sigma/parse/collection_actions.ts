import type { Source } from "./source.ts";
import { entriesOf, MAX_COPIED, type YamlMap, type YamlNode } from "./yaml_tree.ts";

/**
 * Completes the documents of a Sigma 1 collection, in which `action` documents say what others
 * share: `global` is added to every document after it, until `reset`; `repeat` adds to the document
 * before it. Where two documents have a value for one key, the added one counts, as in pySigma.
 */
export class CollectionActions {
  readonly #source: Source;
  #global: YamlMap | undefined;
  /** Where a `global` document is that no other has used yet. */
  #unused: YamlNode | undefined;
  #last: YamlMap | undefined;
  /** How many values the completed documents have. */
  #copied = 0;

  /** @param source The file, which collects the problems. */
  constructor(source: Source) {
    this.#source = source;
  }

  /**
   * Takes the next document of the file.
   *
   * @param root The document as written.
   * @returns The complete document; undefined if it is only a part of others.
   */
  complete(root: YamlMap): YamlMap | undefined {
    const { value } = root.entries.find(({ key }) => key === "action") ?? {};
    const action = value?.kind === "scalar" ? ACTION.exec(value.text)?.[0] : undefined;
    if (action === undefined) {
      this.#unused = undefined;
      return this.#last = this.#global ? this.#merged(root, this.#global, root) : root;
    }
    const message = `'action: ${action}' is not part of Sigma 2: write each document in full`;
    this.#source.finding("document-action", message, value);
    const others = root.entries.filter(({ key }) => key !== "action");
    const part = { ...root, entries: others };
    if (action === "global") {
      this.#global = part;
      this.#unused = value!;
    } else if (action === "reset") this.#global = undefined;
    else if (this.#last) return this.#last = this.#merged(this.#last, part, root);
    else {
      const message = "'action: repeat' has no document before it to repeat";
      this.#source.report("document-action", message, value);
    }
    return undefined;
  }

  /** What is shared is read again for each document, so a file could ask for any amount of it. */
  #merged(base: YamlMap, added: YamlMap, place: YamlNode): YamlMap | undefined {
    if (this.#copied > MAX_COPIED) return undefined;
    const whole = merged(base, added);
    this.#copied += sizeOf(whole);
    if (this.#copied <= MAX_COPIED) return whole;
    const message = `The 'action' documents repeat more than ${MAX_COPIED} values`;
    this.#source.report("document-action", message, place);
    return undefined;
  }

  /** Reports a `global` document at the end of the file: it describes nothing. */
  end(): void {
    if (!this.#unused) return;
    const message = "No document follows this 'action: global'";
    this.#source.report("document-action", message, this.#unused);
  }
}

const ACTION = /^(global|reset|repeat)$/;

/** A map with what another adds to it; maps in both are merged in turn. */
function merged(base: YamlMap, added: YamlMap): YamlMap {
  const entries = new Map(base.entries.map((entry) => [entry.key, entry]));
  for (const entry of added.entries) {
    const before = entries.get(entry.key)?.value;
    const value = entriesOf(before) && entriesOf(entry.value)
      ? merged(before as YamlMap, entry.value as YamlMap)
      : entry.value as YamlNode | null;
    entries.set(entry.key, { ...entry, value });
  }
  return { ...base, entries: [...entries.values()] };
}

/** How many keys and values a node has. */
function sizeOf(node: YamlNode | null): number {
  if (node?.kind === "map") return node.entries.reduce((sum, { value }) => sum + sizeOf(value), 1);
  if (node?.kind === "list") return node.items.reduce((sum, item) => sum + sizeOf(item), 1);
  return 1;
}

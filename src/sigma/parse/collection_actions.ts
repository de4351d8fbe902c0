import type { Source } from "./source.ts";
import { entriesOf, type YamlMap, type YamlNode } from "./yaml_tree.ts";

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
      return this.#last = this.#global ? merged(root, this.#global) : root;
    }
    const message = `'action: ${action}' is not part of Sigma 2: write each document in full`;
    this.#source.finding("document-action", message, value);
    const others = root.entries.filter(({ key }) => key !== "action");
    const part = { ...root, entries: others };
    if (action === "global") {
      this.#global = part;
      this.#unused = value!;
    } else if (action === "reset") this.#global = undefined;
    else if (this.#last) return this.#last = merged(this.#last, part);
    else {
      const message = "'action: repeat' has no document before it to repeat";
      this.#source.report("document-action", message, value);
    }
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

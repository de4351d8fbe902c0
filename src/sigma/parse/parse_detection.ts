import { closest } from "../closest.ts";
import { checkItem } from "../compile/compile_item.ts";
import type { ItemScope } from "../compile/work.ts";
import { regexLoader } from "../regex/regex_table.ts";
import { compileRegex } from "../regex_compiler/compile_regex.ts";
import { FOREIGN_MODIFIERS, MODIFIERS } from "../modifiers.ts";
import { oddLetter } from "../odd_letters.ts";
import type {
  Detection,
  DetectionItem,
  NamedDetection,
  ParsedCondition,
  SigmaValue,
} from "../sigma_rule.ts";
import { type ArrayPart, type FieldKey, parseFieldKey, QUANTIFIERS } from "../field_key.ts";
import { itemValue, writtenNumber } from "./item_value.ts";
import { parseCondition } from "./parse_condition.ts";
import { SearchNames } from "./search_names.ts";
import type { Source } from "./source.ts";
import { entriesOf, type Entry, itemsOf, type YamlNode, type YamlScalar } from "./yaml_tree.ts";

/** Reads the value of `detection:` or `filter:` in one document, and reports every problem. */
export class DetectionParser {
  readonly #source: Source;
  /** Every item with the nodes of its key and values, even when other lines could not be read. */
  readonly #items: { item: DetectionItem; key: YamlScalar; values: readonly YamlScalar[] }[] = [];

  /** @param source The file. */
  constructor(source: Source) {
    this.#source = source;
  }

  /** A search identifier, or undefined when it has problems. */
  named({ key, keyNode, value }: Entry): NamedDetection | undefined {
    const detection = this.#detection(value, keyNode);
    return detection && { name: key, detection };
  }

  /** One condition, or a list of them, each of which matches on its own. */
  conditions(entry: Entry, names: readonly string[]): ParsedCondition[] {
    const list = itemsOf(entry.value) ?? [entry.value];
    if (list.length === 0) {
      this.#source.report(
        "condition-missing",
        "The list of conditions is empty",
        entry.keyNode,
      );
    }
    const known = new SearchNames(names);
    return list.flatMap((node) => this.#condition(node, entry.keyNode, known) ?? []);
  }

  #condition(
    node: YamlNode | null,
    key: YamlScalar,
    names: SearchNames,
  ): ParsedCondition | undefined {
    const text = node?.kind === "scalar" ? node.value : undefined;
    if (node?.kind !== "scalar" || typeof text !== "string") {
      this.#source.report("condition-syntax", "A condition must be a string", node ?? key);
      return undefined;
    }
    const { expression, problems } = parseCondition(text, names);
    for (const { code, message, start, end, suggestion } of problems) {
      const place = this.#source.within(node, start, end);
      this.#source.report(code, message, place, suggestion);
    }
    return expression && { text, expression };
  }

  /**
   * Reports every value and modifier of the document that cannot be compiled, at its place.
   *
   * @param placeholders The lists for `expand`, if they are known; otherwise, one that is missing is
   *   reported when the rule set is made.
   */
  checkValues(placeholders: ItemScope["placeholders"]): void {
    const scope = { regexes: regexLoader(compileRegex), placeholders };
    for (const { item, key, values } of this.#items) {
      for (const { code, message, suggestion, value } of checkItem(item, scope)) {
        const node = value === undefined ? key : values[value];
        this.#source.report(code, message, node ?? key, suggestion);
      }
    }
  }

  /** A map is AND, a list is OR, a scalar is a keyword. */
  #detection(node: YamlNode | null, key: YamlScalar): Detection | undefined {
    const source = this.#source;
    const entries = entriesOf(node);
    if (entries) return this.#map(entries, node ?? key);
    const items = itemsOf(node);
    if (items) return this.#list(items, node ?? key, key);
    if (node?.kind === "scalar" && node.value !== null) {
      return this.#item(null, [], [node], key);
    }
    source.report(
      "detection-empty",
      `The search identifier '${key.text}' is empty`,
      node ?? key,
    );
    return undefined;
  }

  #list(
    items: readonly (YamlNode | null)[],
    node: YamlNode,
    key: YamlScalar,
  ): Detection | undefined {
    const source = this.#source;
    if (items.length === 0) {
      source.report("detection-empty", `The list under '${key.text}' is empty`, key);
      return undefined;
    }
    const keywords: YamlScalar[] = [];
    const of: (Detection | undefined)[] = [];
    for (const item of items) {
      const entries = entriesOf(item);
      if (entries) of.push(this.#map(entries, item!));
      else if (item?.kind === "scalar") keywords.push(item);
      else {
        source.report(
          "detection-type",
          "A list of detections may hold only strings and maps",
          item ?? node,
        );
        of.push(undefined);
      }
    }
    if (keywords.length > 0) of.push(this.#item(null, [], keywords, key));
    return this.#joined("any", of);
  }

  #map(entries: readonly Entry[], node: YamlNode): Detection | undefined {
    if (entries.length === 0) {
      this.#source.report("detection-empty", "This map is empty", node);
      return undefined;
    }
    const lines: Line[] = [];
    for (const entry of entries) {
      const key = parseFieldKey(entry.key);
      if (this.#checkKey(key, entry.keyNode)) lines.push({ key, entry, leaf: {} });
    }
    const of = this.#lines(lines);
    return lines.length < entries.length ? undefined : this.#joined("all", of);
  }

  /** Keys of one map into the same array, such as a[any].x and a[any].y, are about one element. */
  #lines(lines: readonly Line[]): (Detection | undefined)[] {
    const blocks = new Map<string, Line[]>();
    const parts: (() => Detection | undefined)[] = [];
    for (const { key, entry, leaf } of lines) {
      const [part, ...arrays] = key.arrays;
      if (!part) parts.push(() => leaf.item = this.#line(key, entry));
      else if (this.#isBlock(key, entry)) {
        parts.push(() => this.#block(part, this.#body(entry)));
      } else {
        const id = JSON.stringify(part);
        const members = blocks.get(id) ?? [];
        const [literal, ...literals] = key.literals;
        const field = key.field ?? ".";
        const inner = { key: { ...key, arrays, literals, field }, entry, leaf, literal };
        if (members.push(inner) > 1) continue;
        blocks.set(id, members);
        parts.push(() => {
          const body = this.#joined("all", this.#lines(members));
          return body && this.#block(part, body, this.#joined("all", members.map(literally)));
        });
      }
    }
    return parts.map((part) => part());
  }

  #block(
    { field, quantifier }: ArrayPart,
    body: Detection | undefined,
    literal?: Detection,
  ): Detection | undefined {
    return body &&
      { kind: "block", field, quantifier, body, ...(literal === undefined ? {} : { literal }) };
  }

  #isBlock(key: FieldKey, { value }: Entry): boolean {
    if (key.arrays.length > 1 || key.field !== undefined || key.modifiers.length > 0) return false;
    return entriesOf(value) !== undefined || this.#holdsMaps(value);
  }

  #holdsMaps(node: YamlNode | null): boolean {
    return itemsOf(node)?.some((item) => entriesOf(item)) ?? false;
  }

  /** The body of a block: a plain detection, or named ones with a condition of their own. */
  #body({ value, keyNode }: Entry): Detection | undefined {
    const entries = entriesOf(value);
    const condition = entries?.find(({ key }) => key === "condition");
    const others = entries?.filter((entry) => entry !== condition) ?? [];
    const nested = others.length > 0 && others.every((entry) => entry.value?.kind !== "scalar");
    if (!condition || condition.value?.kind !== "scalar" || !nested) {
      return this.#detection(value, keyNode);
    }
    const detections = others.map((entry) => this.named(entry));
    const [parsed] = this.conditions(condition, others.map(({ key }) => key));
    if (!parsed || detections.some((part) => part === undefined)) return undefined;
    return {
      kind: "group",
      detections: detections.filter((part) => part !== undefined),
      condition: parsed.expression,
    };
  }

  #line(key: FieldKey, entry: Entry): DetectionItem | undefined {
    const source = this.#source;
    const field = key.field === "" || key.field === undefined ? null : key.field;
    const values = itemsOf(entry.value) ?? [entry.value];
    const modifiers = this.#modifiers(key, entry.keyNode);
    if (entriesOf(entry.value)) {
      const suggestion = `${entry.key}[any]:`;
      const message = `'${entry.key}' holds a map: elements of an array need a block`;
      source.report("value-type", message, entry.keyNode, suggestion);
      return undefined;
    }
    if (values.length === 0) {
      source.report("value-empty", `The list of values of '${entry.key}' is empty`, entry.keyNode);
      return undefined;
    }
    const scalars: (YamlScalar | null)[] = [];
    for (const value of values) {
      if (value === null || value?.kind === "scalar") scalars.push(value);
      else source.report("value-type", "A value must be a string, number, boolean or null", value);
    }
    if (scalars.length < values.length) return undefined;
    return this.#item(field, modifiers, scalars, entry.keyNode);
  }

  /** The modifiers without repetitions that change nothing. */
  #modifiers({ modifiers }: FieldKey, node: YamlScalar): string[] {
    const names: string[] = [];
    for (const { name, start, end } of modifiers) {
      if (!names.includes(name) || !MODIFIERS.get(name)?.isIdempotent) names.push(name);
      else {
        const message = `Duplicate modifier '${name}': the second has no effect`;
        const place = this.#source.within(node, start, end);
        this.#source.finding("modifier-combination", message, place, "remove it");
      }
    }
    return names;
  }

  #item(
    field: string | null,
    modifiers: string[],
    nodes: readonly (YamlScalar | null)[],
    key: YamlScalar,
  ): DetectionItem | undefined {
    const values: SigmaValue[] = [];
    for (const node of nodes) {
      const value = itemValue(node, field, modifiers);
      if (node !== null) this.#checkBytes(node);
      if (value === undefined) {
        this.#source.report(
          "value-type",
          "This kind of YAML value is not part of Sigma",
          node,
        );
        return undefined;
      }
      values.push(value);
    }
    const written = values.map((value, index) => writtenNumber(value, nodes[index]!, modifiers));
    const item: DetectionItem = {
      kind: "item",
      field,
      modifiers,
      values,
      ...(written.some((text) => text !== null) ? { written } : {}),
    };
    this.#items.push({ item, key, values: nodes.map((node) => node ?? key) });
    return item;
  }

  /** Whoever read the file may have replaced bytes, and no event holds what is there now. */
  #checkBytes(node: YamlScalar): void {
    if (!node.text.includes("\ufffd")) return;
    if (!this.#source.text.slice(node.start, node.end).includes("\ufffd")) return;
    this.#source.report(
      "yaml-encoding",
      "The value has U+FFFD, which stands for bytes that were not UTF-8 when the file was read",
      node,
      'save the file as UTF-8; write "\\uFFFD" for the character itself',
    );
  }

  #checkKey(key: FieldKey, node: YamlScalar): boolean {
    const source = this.#source;
    let good = true;
    for (const { name, start, end } of key.modifiers) {
      if (MODIFIERS.has(name)) continue;
      good = false;
      const odd = oddLetter(name);
      const message = name === ""
        ? "A modifier is missing after '|'"
        : `Unknown modifier '${name}'${odd ? `: it has ${odd.says}` : ""}`;
      const place = source.within(node, name === "" ? start - 1 : start, end);
      const meant = FOREIGN_MODIFIERS.get(name.toLowerCase()) ??
        (/^regexp?$/i.test(name) ? "re" : closest(name, MODIFIERS.keys()));
      source.report("modifier-unknown", message, place, meant);
    }
    if (key.bad) {
      const { text, start, end, meant } = key.bad;
      const message = meant === undefined
        ? `Cannot read '${text}' in this field name: write '\\[' for a literal bracket`
        : `Unknown array quantifier '${text.slice(1, -1)}': there are ${
          QUANTIFIERS.join(", ")
        } and positions`;
      const place = source.within(node, start, end);
      source.report(
        meant === undefined ? "field-syntax" : "field-quantifier",
        message,
        place,
        meant,
      );
      good = false;
    }
    return good;
  }

  #joined(
    kind: "all" | "any",
    of: readonly (Detection | undefined)[],
  ): Detection | undefined {
    const whole = of.filter((part) => part !== undefined);
    if (whole.length < of.length) return undefined;
    if (whole.length === 1) return whole[0];
    return { kind, of: whole };
  }
}

/** One line of a map, on its way into the blocks that its key names. */
interface Line {
  key: FieldKey;
  entry: Entry;
  /** The item at the end of the path, once it is read. */
  leaf: { item?: DetectionItem | undefined };
  /** The name that the rest of the path has, if it is one name. */
  literal?: string | undefined;
}

/** The item of a line in a block, about a field with the whole path as its name. */
function literally({ leaf, literal }: Line): DetectionItem | undefined {
  return leaf.item && literal !== undefined ? { ...leaf.item, field: literal } : undefined;
}

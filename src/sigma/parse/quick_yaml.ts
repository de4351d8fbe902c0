import { plainValue } from "./plain_value.ts";
import {
  type Entry,
  MAX_YAML_DEPTH,
  type ScalarStyle,
  type YamlList,
  type YamlMap,
  type YamlNode,
  type YamlScalar,
} from "./yaml_tree.ts";

/** Thrown where the text leaves the part of YAML that is read here. */
class Doubt extends Error {}

const DOUBT = new Doubt();

/** Directives, further documents, tabs, carriage returns, marks of byte order: for the package. */
const UNUSUAL = /[\t\r\ufeff\u2028\u2029\0]|^(?:%|---|\.\.\.)/m;

/** What a plain text cannot begin with, as far as it is read here. */
const INDICATORS = new Set(",[]{}#&*!|>'\"%@`");

/**
 * Reads the part of YAML that rule files keep to: block maps and lists, texts on one line, plain, quoted
 * or after a bar.
 *
 * It gives up at the first doubt, so that it never reads a text in another way than the YAML package; a
 * test holds the two against each other.
 *
 * @param text The whole file.
 * @returns The content of its only document, or undefined where it gives up.
 */
export function quickYaml(text: string): YamlMap | undefined {
  if (UNUSUAL.test(text)) return undefined;
  try {
    const reader = new QuickReader(text);
    return reader.document();
  } catch (error) {
    if (error instanceof Doubt) return undefined;
    throw error;
  }
}

class QuickReader {
  readonly #text: string;
  /** Where the next line with content has its first unit; the length of the text at the end. */
  #at = 0;
  /** How far that unit is from the beginning of its line. */
  #indent = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#toContent(0);
  }

  document(): YamlMap {
    if (this.#indent !== 0 || this.#isItem()) throw DOUBT;
    const map = this.#map(0);
    if (this.#at < this.#text.length) throw DOUBT;
    return map;
  }

  /** From the beginning of a line to the first unit of it or a later one that is no comment. */
  #toContent(lineStart: number): void {
    const text = this.#text;
    let start = lineStart;
    for (;;) {
      let at = start;
      while (text.charCodeAt(at) === 32) at++;
      if (at >= text.length) {
        this.#at = text.length;
        this.#indent = -1;
        return;
      }
      const unit = text[at];
      if (unit !== "\n" && unit !== "#") {
        this.#at = at;
        this.#indent = at - start;
        return;
      }
      start = this.#lineEnd(at) + 1;
    }
  }

  #lineEnd(from: number): number {
    const end = this.#text.indexOf("\n", from);
    return end < 0 ? this.#text.length : end;
  }

  #isItem(): boolean {
    const next = this.#text[this.#at + 1];
    return this.#text[this.#at] === "-" && (next === " " || next === "\n" || next === undefined);
  }

  #block(): YamlNode {
    if (++this.#depth > MAX_YAML_DEPTH - 2) throw DOUBT;
    const node = this.#isItem() ? this.#list(this.#indent) : this.#map(this.#indent);
    this.#depth--;
    return node;
  }

  #list(indent: number): YamlList {
    const items: YamlNode[] = [];
    const start = this.#at;
    let end = start;
    while (this.#indent === indent && this.#isItem()) {
      let at = this.#at + 1;
      while (this.#text[at] === " ") at++;
      const item = this.#item(at, indent);
      items.push(item);
      end = item.end;
    }
    if (this.#indent > indent) throw DOUBT;
    return { kind: "list", items, start, end };
  }

  /** What stands after a dash: a map that begins on its line, or a value. */
  #item(at: number, indent: number): YamlNode {
    const unit = this.#text[at];
    if (
      unit === undefined || unit === "\n" || unit === "#" ||
      unit === "-" && /\s/.test(this.#text[at + 1] ?? " ")
    ) {
      throw DOUBT;
    }
    if (this.#keyEnd(at) < 0) return this.#scalar(at, indent);
    this.#indent = at - this.#text.lastIndexOf("\n", at) - 1;
    this.#at = at;
    if (++this.#depth > MAX_YAML_DEPTH - 2) throw DOUBT;
    const map = this.#map(this.#indent);
    this.#depth--;
    return map;
  }

  #map(indent: number): YamlMap {
    const entries: Entry[] = [];
    const keys = new Set<string>();
    const start = this.#at;
    while (this.#indent === indent && this.#at < this.#text.length) {
      if (this.#isItem()) throw DOUBT;
      const entry = this.#entry(indent);
      if (keys.has(entry.key)) throw DOUBT;
      keys.add(entry.key);
      entries.push(entry);
    }
    if (this.#indent > indent) throw DOUBT;
    const { value, keyNode } = entries.at(-1)!;
    return { kind: "map", entries, start, end: Math.max(value!.end, keyNode.end) };
  }

  #entry(indent: number): Entry {
    const text = this.#text;
    const start = this.#at;
    const end = this.#keyEnd(start);
    if (end < 0) throw DOUBT;
    const quote = text[start] === "'" || text[start] === '"' ? 1 : 0;
    const key = text.slice(start + quote, end - quote);
    if (key === "<<" || end - start > 1000) throw DOUBT;
    const value = quote === 1 ? key : this.#plain(key);
    const style = quote === 0 ? "plain" : quoteStyle(text[start]);
    const keyNode: YamlScalar = { kind: "scalar", value, text: key, style, start, end };
    let at = end + 1;
    while (text[at] === " ") at++;
    const unit = text[at];
    if (unit !== undefined && unit !== "\n" && (unit !== "#" || at === end + 1)) {
      return { key, keyNode, value: this.#scalar(at, indent) };
    }
    this.#toContent(this.#lineEnd(at) + 1);
    const isList = this.#indent === indent && this.#isItem();
    if (this.#indent > indent || isList) return { key, keyNode, value: this.#block() };
    const nothing: YamlScalar = {
      kind: "scalar",
      value: null,
      text: "",
      style: "plain",
      start: end + 1,
      end: end + 1,
    };
    return { key, keyNode, value: nothing };
  }

  /** Where a key that begins here ends, before its colon; -1 when there is no key. */
  #keyEnd(start: number): number {
    const text = this.#text;
    const first = text[start]!;
    if (first === "'" || first === '"') {
      const end = this.#quoteEnd(start);
      const isKey = end > 0 && text[end] === ":" && /[ \n]/.test(text[end + 1] ?? "\n");
      return isKey ? end : -1;
    }
    if (INDICATORS.has(first) || (/[-?:]/.test(first) && /[ \n]/.test(text[start + 1] ?? "\n"))) {
      return -1;
    }
    // Searches stay within the line: to the next match anywhere they would be quadratic.
    const line = text.slice(start, this.#lineEnd(start));
    for (let at = line.indexOf(":"); at >= 0; at = line.indexOf(":", at + 1)) {
      if (at + 1 < line.length && line[at + 1] !== " ") continue;
      if (line[at - 1] === " " || line.slice(0, at).includes(" #")) throw DOUBT;
      return start + at;
    }
    return -1;
  }

  /** The offset after the closing quote on the same line; -1 when it is not there or needs a closer look. */
  #quoteEnd(start: number): number {
    const quote = this.#text[start]!;
    const line = this.#text.slice(start, this.#lineEnd(start));
    const close = line.indexOf(quote, 1);
    if (close < 0 || line[close + 1] === quote) return -1;
    if (quote === '"' && line.slice(0, close).includes("\\")) return -1;
    return start + close + 1;
  }

  #scalar(start: number, indent: number): YamlScalar {
    const text = this.#text;
    const first = text[start]!;
    if (first === "|") return this.#literal(start, indent);
    if (first === "'" || first === '"') return this.#quoted(start, indent);
    const doubtful = /[-?:]/.test(first) && /[ \n]/.test(text[start + 1] ?? "\n");
    if (INDICATORS.has(first) || doubtful) throw DOUBT;
    const lineEnd = this.#lineEnd(start);
    const comment = text.slice(start, lineEnd).indexOf(" #");
    let end = comment >= 0 ? start + comment : lineEnd;
    while (text[end - 1] === " ") end--;
    const value = text.slice(start, end);
    if (value.includes(": ") || value.endsWith(":")) throw DOUBT;
    this.#endLine(lineEnd, indent);
    return { kind: "scalar", value: this.#plain(value), text: value, style: "plain", start, end };
  }

  #quoted(start: number, indent: number): YamlScalar {
    const text = this.#text;
    let end = this.#quoteEnd(start);
    let value = text.slice(start + 1, end - 1);
    if (end < 0) {
      const found = text[start] === "'" ? /'(?:[^'\n]|'')*'(?!')/y : /"(?:[^"\\\n]|\\["\\])*"/y;
      found.lastIndex = start;
      const whole = found.exec(text)?.[0];
      if (whole === undefined) throw DOUBT;
      end = start + whole.length;
      value = whole.slice(1, -1).replace(
        text[start] === "'" ? /''/g : /\\(["\\])/g,
        (pair) => pair[1]!,
      );
    }
    const lineEnd = this.#lineEnd(end);
    if (!/^(?: +#.*| *)$/.test(text.slice(end, lineEnd))) throw DOUBT;
    this.#endLine(lineEnd, indent);
    return { kind: "scalar", value, text: value, style: quoteStyle(text[start]), start, end };
  }

  #plain(text: string): string | number | boolean | null {
    const value = plainValue(text);
    if (value === undefined) throw DOUBT;
    return value;
  }

  /** A value on one line must not go on below: that would be a text of several lines. */
  #endLine(lineEnd: number, indent: number): void {
    this.#toContent(lineEnd + 1);
    if (this.#indent > indent) throw DOUBT;
  }

  /** A text after "|" or "|-": the lines that are indented deeper than the key. */
  #literal(start: number, indent: number): YamlScalar {
    const text = this.#text;
    const lineEnd = this.#lineEnd(start);
    const header = text.slice(start, lineEnd);
    if (!/^\|-? *$/.test(header)) throw DOUBT;
    let depth = 0;
    const lines: string[] = [];
    let at = lineEnd + 1;
    let end = at;
    let spaces = 0;
    for (; at < text.length; at = this.#lineEnd(at) + 1) {
      let content = at;
      while (text[content] === " ") content++;
      const stop = this.#lineEnd(at);
      spaces = content - at;
      if (content === stop) {
        // Blank lines before the text, or with more spaces than it is indented by, take more rules than these.
        if (lines.length === 0 || spaces > depth) throw DOUBT;
        lines.push("");
        continue;
      }
      if (depth === 0) depth = spaces;
      if (spaces < depth || depth <= indent) break;
      lines.push(text.slice(at + depth, stop));
      end = Math.min(stop + 1, text.length);
    }
    while (lines.at(-1) === "") lines.pop();
    if (lines.length === 0 || (at < text.length && spaces > indent)) throw DOUBT;
    this.#toContent(Math.min(at, text.length));
    const value = lines.join("\n") + (header[1] === "-" ? "" : "\n");
    return { kind: "scalar", value, text: value, style: "block", start, end };
  }
}

function quoteStyle(quote: string | undefined): ScalarStyle {
  return quote === "'" ? "single-quoted" : "double-quoted";
}

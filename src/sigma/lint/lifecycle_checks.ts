/**
 * Checks of dates, status, relations and references.
 *
 * @module
 */
import { DATE, LOADED_STATUSES, STATUSES } from "../vocabulary.ts";
import type { Check } from "./check.ts";
import { listOf, mapsOf, textOf } from "./lint_document.ts";

/** Checks of the lifecycle: when a document was written, what it replaces, where it comes from. */
export const lifecycleChecks: readonly Check[] = [
  {
    code: "modified-before-date",
    severity: "warning",
    summary: "The rule was modified before it was created.",
    *run({ top }) {
      const date = textOf(top.get("date"));
      const modified = textOf(top.get("modified"));
      if (!date || !modified || !DATE.test(date.data) || !DATE.test(modified.data)) return;
      if (modified.data >= date.data) return;
      yield {
        at: modified.at,
        message: `The rule was modified on ${modified.data}, before its date ${date.data}`,
        suggestion: "Correct the dates",
      };
    },
  },
  {
    code: "date-future",
    severity: "warning",
    summary: "A date is in the future.",
    *run({ top }, { today }) {
      if (today === undefined) return;
      for (const key of ["date", "modified"]) {
        const day = textOf(top.get(key));
        if (!day || !DATE.test(day.data) || day.data <= today) continue;
        yield {
          at: day.at,
          message: `The ${key} ${day.data} is in the future`,
          suggestion: `Write ${today} or an earlier day`,
        };
      }
    },
  },
  {
    code: "deprecated-alone",
    severity: "warning",
    summary: "A deprecated rule does not name the rule that replaces it.",
    *run({ top }) {
      const status = textOf(top.get("status"));
      if (status?.data !== "deprecated" || listOf(top.get("related")).length > 0) return;
      yield {
        at: status.at,
        message: "The rule is deprecated, but names no related rule",
        suggestion: "Name the replacement under related",
      };
    },
  },
  {
    code: "status-not-loaded",
    severity: "info",
    summary: "The rule is deprecated or unsupported, so it is not loaded by default.",
    *run({ top }) {
      const status = textOf(top.get("status"));
      if (!status || !Object.hasOwn(STATUSES, status.data)) return;
      if (LOADED_STATUSES.includes(status.data)) return;
      yield {
        at: status.at,
        message: `A rule with the status ${status.data} is not loaded by default`,
        suggestion: "Fix it, or move it out of the rules folder",
      };
    },
  },
  {
    code: "related-itself",
    severity: "warning",
    summary: "The rule names its own id under related.",
    *run({ top }) {
      const id = textOf(top.get("id"))?.data.toLowerCase();
      for (const { data, at } of mapsOf(top.get("related"))) {
        if (id === undefined || String(data.id).toLowerCase() !== id) continue;
        yield { at, message: "The rule is related to itself", suggestion: "Remove the entry" };
      }
    },
  },
  {
    code: "related-repeated",
    severity: "warning",
    summary: "Two entries under related name the same rule with the same relation.",
    *run({ top }) {
      const seen = new Set<string>();
      for (const { data, at } of mapsOf(top.get("related"))) {
        const entry = `${data.type} ${String(data.id).toLowerCase()}`;
        if (seen.has(entry)) {
          yield { at, message: `Duplicate relation: ${entry}`, suggestion: "Remove one entry" };
        }
        seen.add(entry);
      }
    },
  },
  {
    code: "reference-form",
    severity: "info",
    summary: "A reference is not a link that a reader can open.",
    *run({ top }) {
      for (const { data, at } of listOf(top.get("references"))) {
        if (typeof data !== "string" || /^https?:\/\/\S+$/.test(data.trim())) continue;
        yield {
          at,
          group: "references",
          message: "The reference is not an http or https link",
          suggestion: "Link to a page, and move remarks to the description",
        };
      }
    },
  },
  {
    code: "description-link",
    severity: "info",
    summary: "The description contains a link that belongs under references.",
    *run({ top }) {
      const description = textOf(top.get("description"));
      if (!description || !/https?:\/\/[^\s)>'"]+/.test(description.data)) return;
      yield {
        at: description.at,
        message: "The description contains a link",
        suggestion: "Move it to references",
      };
    },
  },
  {
    code: "license-form",
    severity: "info",
    summary: "The licence is not an SPDX expression.",
    *run({ top }) {
      const license = textOf(top.get("license"));
      const spdx = /^\(*[A-Za-z0-9.+-]+\)*( (AND|OR|WITH) \(*[A-Za-z0-9.+-]+\)*)*$/;
      if (!license || spdx.test(license.data)) return;
      yield {
        at: license.at,
        message: `The licence '${license.data}' is not an SPDX expression`,
        suggestion: "Write an identifier such as MIT or DRL-1.1",
      };
    },
  },
  {
    code: "file-name",
    severity: "info",
    summary: "The name of the file is not 10 to 90 characters of a-z, 0-9 and _, ending in .yml.",
    *run({ file, head }) {
      const name = file?.split(/[\\/]/).at(-1);
      if (name === undefined || name.startsWith("<")) return;
      if (/^[a-z0-9_]+\.yml$/.test(name) && name.length >= 10 && name.length <= 90) return;
      yield {
        at: head,
        message: `The file name '${name}' does not work with every tool`,
        suggestion: "Use 10 to 90 characters of a-z, 0-9 and _, ending in .yml",
      };
    },
  },
];

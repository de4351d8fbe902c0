/**
 * Checks of tags, against the tags appendix of the specification.
 *
 * @module
 */
import { closest } from "../closest.ts";
import {
  ATTACK_TACTICS,
  D3FEND_TACTICS,
  DETECTION_TAGS,
  TAG_NAMESPACES,
  TLP_TAGS,
} from "../vocabulary.ts";
import type { Check, Finding } from "./check.ts";
import { type LintDocument, listOf, type Member } from "./lint_document.ts";

const NAMESPACES = Object.keys(TAG_NAMESPACES);

interface Tag extends Member<unknown> {
  readonly tag: string;
  readonly namespace: string;
  readonly name: string;
}

function tagsOf(document: LintDocument, namespace?: string): Tag[] {
  return listOf(document.top.get("tags")).flatMap((member) => {
    if (typeof member.data !== "string") return [];
    const [space = "", ...rest] = member.data.split(".");
    if (rest.length === 0 || (namespace !== undefined && space !== namespace)) return [];
    return [{ ...member, tag: member.data, namespace: space, name: rest.join(".") }];
  });
}

/** The namespace that an unknown one most likely stands for; short ones are alike by chance. */
function misspelled(namespace: string): string | undefined {
  if (NAMESPACES.includes(namespace) || namespace.length < 5) return undefined;
  return closest(namespace, NAMESPACES);
}

/** A check that every tag of a namespace has a certain form. */
function tagForm(
  namespace: string,
  form: RegExp | readonly string[],
  wanted: string,
): Check {
  return {
    code: `tag-${namespace}`,
    severity: "warning",
    summary: `A ${namespace} tag is not ${wanted}.`,
    *run(document): Iterable<Finding> {
      for (const { tag, name, at } of tagsOf(document, namespace)) {
        if (form instanceof RegExp ? form.test(name) : form.includes(name)) continue;
        const near = form instanceof RegExp ? undefined : closest(name, form);
        yield {
          at,
          group: namespace,
          message: `The tag '${tag}' is not ${wanted}` +
            (near ? `; did you mean '${namespace}.${near}'?` : ""),
          suggestion: near ? `Write '${namespace}.${near}'` : `Write ${wanted}`,
        };
      }
    },
  };
}

/** Checks of tags. */
export const tagChecks: readonly Check[] = [
  {
    code: "tag-namespace",
    severity: "warning",
    summary: "A tag namespace looks like a misspelled one of the specification.",
    *run(document) {
      for (const { tag, namespace, at } of tagsOf(document)) {
        const near = misspelled(namespace);
        if (near === undefined) continue;
        yield {
          at,
          group: namespace,
          message: `Unknown tag namespace in '${tag}'; did you mean '${near}'?`,
          suggestion: `Write '${tag.replace(namespace, near)}'`,
        };
      }
    },
  },
  {
    code: "tag-namespace-own",
    severity: "info",
    summary: "A tag namespace is not one of the specification.",
    *run(document) {
      for (const { tag, namespace, at } of tagsOf(document)) {
        if (NAMESPACES.includes(namespace) || misspelled(namespace) !== undefined) continue;
        yield {
          at,
          group: namespace,
          message: `The namespace of '${tag}' is not one of the specification`,
          suggestion: `Keep it if your tools know it; others know ${NAMESPACES.join(", ")}`,
        };
      }
    },
  },
  {
    code: "tag-attack",
    severity: "warning",
    summary:
      "An attack tag is neither a tactic nor the id of a technique, group, software or mitigation.",
    *run(document) {
      for (const { tag, name, at } of tagsOf(document, "attack")) {
        if (
          ATTACK_TACTICS.includes(name.replaceAll("_", "-")) ||
          /^(t\d{4}(\.\d{3})?|[gsmc]\d{4}|ta\d{4}|ds\d{4})$/.test(name)
        ) {
          continue;
        }
        const near = closest(name.replaceAll("_", "-"), ATTACK_TACTICS);
        yield {
          at,
          group: "attack",
          message: `The tag '${tag}' is not an ATT&CK tactic or id` +
            (near ? `; did you mean 'attack.${near}'?` : ""),
          suggestion: near ? `Write 'attack.${near}'` : "Write a tactic or an id such as t1078.004",
        };
      }
    },
  },
  {
    code: "tag-attack-underscore",
    severity: "info",
    summary: "An ATT&CK tactic has '_', as the specification wrote it before version 2.",
    *run(document) {
      for (const { tag, name, at } of tagsOf(document, "attack")) {
        if (!name.includes("_") || !ATTACK_TACTICS.includes(name.replaceAll("_", "-"))) continue;
        yield {
          at,
          group: "underscore",
          message: `The tag '${tag}' is written with '_'`,
          suggestion: `Write '${tag.replaceAll("_", "-")}'`,
        };
      }
    },
  },
  tagForm("car", /^\d{4}-\d{2}-\d{3}$/, "of the form car.2016-04-005"),
  tagForm("cve", /^(19|20)\d{2}-\d{4,}$/, "of the form cve.2021-44228"),
  tagForm(
    "d3fend",
    new RegExp(`^(${D3FEND_TACTICS.join("|")}|d3-[a-z0-9]+|d3f-[a-z0-9-]+|d3f:[a-z0-9-]+)$`, "i"),
    "a D3FEND tactic or id",
  ),
  tagForm("detection", DETECTION_TAGS, `one of ${DETECTION_TAGS.join(", ")}`),
  tagForm("stp", /^[1-5][auk]?$/, "of the form stp.3 or stp.3k"),
  tagForm("tlp", TLP_TAGS, `one of ${TLP_TAGS.join(", ")}`),
  {
    code: "tag-tlp-twice",
    severity: "warning",
    summary: "The document has two different TLP tags.",
    *run(document) {
      const [first, ...others] = tagsOf(document, "tlp");
      for (const { tag, at } of others) {
        if (tag === first!.tag) continue;
        yield {
          at,
          message: `'${tag}' contradicts '${first!.tag}'`,
          suggestion: "Keep the stricter of the two",
        };
      }
    },
  },
  {
    code: "tag-without-tactic",
    severity: "info",
    summary: "The rule names ATT&CK techniques but no tactic.",
    *run(document) {
      const names = tagsOf(document, "attack");
      const technique = names.find(({ name }) => /^t\d{4}/.test(name));
      const isTactic = (name: string) => ATTACK_TACTICS.includes(name.replaceAll("_", "-"));
      if (!technique || names.some(({ name }) => isTactic(name))) return;
      yield {
        at: technique.at,
        message: `'${technique.tag}' has no tactic beside it`,
        suggestion: "Add the tactic that it serves here, such as attack.persistence",
      };
    },
  },
];

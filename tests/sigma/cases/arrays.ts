import { section } from "./spec_case.ts";

const EVENT = {
  resources: [
    { type: "test", name: "web" },
    { type: "alert", name: "loss" },
  ],
  tags: ["red", "green"],
};

const ANY = `
resources[any]:
    type: test
    name: web`;

const ANY_CROSSED = `
resources[any]:
    type: test
    name: loss`;

const ALL = `
resources[all]:
    type:
        - test
        - alert`;

export const ARRAYS = [
  ...section("D any-member: a plain field over an array", [
    ["some string is equal", "tags: green", EVENT, true],
    ["no string is equal", "tags: blue", EVENT, false],
    ["strings are not joined", "tags: 'red,green'", EVENT, false],
    ["contains in some string", "tags|contains: ree", EVENT, true],
    ["startswith in some string", "tags|startswith: gr", EVENT, true],
    ["endswith in some string", "tags|endswith: d", EVENT, true],
    ["contains does not match across two strings", "tags|contains: dg", EVENT, false],
    ["a list of values", "tags: [blue, red]", EVENT, true],
    ["a number among numbers", "n: 2", { n: [1, 2] }, true],
    ["a member in a nested array", "n: 2", { n: [[1], [2]] }, true],
    ["null is some member", "tags: null", { tags: ["a", null] }, true],
    ["null is not a member", "tags: null", EVENT, false],
    ["the empty string is some member", "tags: ''", { tags: ["a", ""] }, true],
    ["an empty array has no members", "tags: '*'", { tags: [] }, false],
    ["an empty array is not the empty string", "tags: ''", { tags: [] }, false],
  ]),
  ...section("D any-member: a path over an array of objects", [
    ["some object has it", "resources.type: alert", EVENT, true],
    ["no object has it", "resources.type: agent", EVENT, false],
    ["two paths may be two objects", "resources.type: test\nresources.name: loss", EVENT, true],
    ["contains", "resources.name|contains: os", EVENT, true],
    ["a path over two arrays", "a.b.c: 2", { a: [{ b: [{ c: 1 }] }, { b: [{ c: 2 }] }] }, true],
    ["exists in some object", "resources.type|exists: true", EVENT, true],
    ["exists in no object", "resources.id|exists: true", EVENT, false],
    ["exists in one of two objects", "r.id|exists: true", { r: [{}, { id: null }] }, true],
    [
      "not of any-member",
      "detection:\n    s:\n        tags: red\n    condition: not s",
      EVENT,
      false,
    ],
    ["a string in place of objects", "resources.type: x", { resources: ["x"] }, false],
    ["null in place of objects", "resources.type: x", { resources: [null, { type: "x" }] }, true],
  ]),
  ...section("SEP 212: [any] is one element for the whole block", [
    ["one object has both", ANY, EVENT, true],
    ["two objects have one each", ANY_CROSSED, EVENT, false],
    ["an empty array", ANY, { resources: [] }, false],
    ["a missing array", ANY, {}, false],
    ["null", ANY, { resources: null }, false],
    [
      "modifiers inside",
      "resources[any]:\n    type|startswith: te\n    name|endswith: eb",
      EVENT,
      true,
    ],
    [
      "a list inside is or",
      "resources[any]:\n    type: [agent, alert]\n    name: loss",
      EVENT,
      true,
    ],
    ["a number inside", "c[any]:\n    port|gt: 100\n    ip|cidr: 10.0.0.0/8", {
      c: [{ port: 443, ip: "10.0.0.5" }, { port: 53, ip: "123.1.9.9" }],
    }, true],
    ["a number inside, on two elements", "c[any]:\n    port|lt: 100\n    ip|cidr: 10.0.0.0/8", {
      c: [{ port: 443, ip: "10.0.0.5" }, { port: 53, ip: "123.1.9.9" }],
    }, false],
    ["beside another field", ANY + "\ntags: red", EVENT, true],
    ["beside another field, which fails", ANY + "\ntags: blue", EVENT, false],
    ["a dotted path before the selector", "a.b[any]:\n    c: 1\n    d: 2", {
      a: { b: [{ c: 1, d: 2 }] },
    }, true],
    ["a dotted path inside", "a[any]:\n    b.c: 1\n    d: 2", { a: [{ b: { c: 1 }, d: 2 }] }, true],
    ["a block in a block", "a[any]:\n    x: 1\n    b[any]:\n        c: 1\n        d: 2", {
      a: [{ x: 1, b: [{ c: 1, d: 2 }] }],
    }, true],
    [
      "a block in a block, on two elements",
      "a[any]:\n    x: 1\n    b[any]:\n        c: 1\n        d: 2",
      {
        a: [{ x: 1, b: [{ c: 1 }, { d: 2 }] }],
      },
      false,
    ],
    [
      "not of a block",
      `detection:\n    s:\n        resources[any]:\n            type: agent\n    condition: not s`,
      EVENT,
      true,
    ],
  ]),
  ...section("SEP 212: [all], [all_or_empty], [none]", [
    ["all: every element", ALL, EVENT, true],
    ["all: one element fails", "resources[all]:\n    type: test", EVENT, false],
    ["all: an empty array does not match", ALL, { resources: [] }, false],
    ["all: a missing array does not match", ALL, {}, false],
    [
      "all_or_empty: every element",
      "r[all_or_empty]:\n    a: 1",
      { r: [{ a: 1 }, { a: 1 }] },
      true,
    ],
    ["all_or_empty: one fails", "r[all_or_empty]:\n    a: 1", { r: [{ a: 1 }, { a: 2 }] }, false],
    ["all_or_empty: empty", "r[all_or_empty]:\n    a: 1", { r: [] }, true],
    ["all_or_empty: missing", "r[all_or_empty]:\n    a: 1", {}, true],
    ["none: no element", "r[none]:\n    a: 1", { r: [{ a: 2 }] }, true],
    ["none: one element", "r[none]:\n    a: 1", { r: [{ a: 2 }, { a: 1 }] }, false],
    ["none: empty", "r[none]:\n    a: 1", { r: [] }, true],
    ["none: missing", "r[none]:\n    a: 1", {}, true],
    [
      "none: both on one element only",
      "r[none]:\n    a: 1\n    b: 2",
      { r: [{ a: 1 }, { b: 2 }] },
      true,
    ],
  ]),
  ...section("SEP 212: a block with its own condition", [
    [
      "in range and not TCP, on one element",
      `
connections[any]:
    condition: in_range and not is_tcp
    in_range:
        ip|cidr: '123.1.0.0/16'
    is_tcp:
        protocol: tcp`,
      { connections: [{ protocol: "tcp", ip: "10.0.0.5" }, { protocol: "udp", ip: "123.1.9.9" }] },
      true,
    ],
    [
      "in range and not TCP, on two elements",
      `
connections[any]:
    condition: in_range and not is_tcp
    in_range:
        ip|cidr: '123.1.0.0/16'
    is_tcp:
        protocol: tcp`,
      { connections: [{ protocol: "udp", ip: "10.0.0.5" }, { protocol: "tcp", ip: "123.1.9.9" }] },
      false,
    ],
    [
      "one or the other",
      `
containers[any]:
    condition: priv or root
    priv:
        securityContext.privileged: true
    root:
        securityContext.runAsUser: 0`,
      { containers: [{ securityContext: { runAsUser: 0 } }] },
      true,
    ],
    [
      "an unknown name inside is refused",
      "c[any]:\n    condition: a and b\n    a:\n        x: 1",
      {},
      { error: /\bb\b|unknown|undefined/i },
    ],
  ]),
  ...section("SEP 212: the element itself is a dot", [
    ["some number in a range", "status[any]:\n    .|gte: 500\n    .|lt: 504", {
      status: [200, 502],
    }, true],
    ["two numbers, one bound each", "status[any]:\n    .|gte: 500\n    .|lt: 504", {
      status: [200, 504],
    }, false],
    ["every string", "tags[all]:\n    .|contains: re", EVENT, true],
    ["no string", "tags[none]:\n    .: blue", EVENT, true],
  ]),
  ...section("SEP 212: one position", [
    ["the first", "tags[0]: red", EVENT, true],
    ["the first is not the second", "tags[0]: green", EVENT, false],
    ["the last", "tags[-1]: green", EVENT, true],
    ["out of range", "tags[2]: '*'", EVENT, false],
    ["a field of one element", "resources[1].name: loss", EVENT, true],
    ["a field of another element", "resources[0].name: loss", EVENT, false],
    ["with a modifier", "tags[0]|contains: e", EVENT, true],
  ]),
  ...section("D a quantifier before a plain value is about the element itself", [
    ["any", "tags[any]: red", EVENT, true],
    ["any, none equal", "tags[any]: blue", EVENT, false],
    ["all, one other", "tags[all]: red", EVENT, false],
    ["all, every one", "tags[all]|contains: re", EVENT, true],
    ["none, one equal", "tags[none]: red", EVENT, false],
    ["none, none equal", "tags[none]: blue", EVENT, true],
    ["before a path", "resources[all].type: [test, alert]", EVENT, true],
    [
      "a block and a field of one element may be about two",
      "resources[any]:\n    name: loss\nresources[any].type: test",
      EVENT,
      true,
    ],
    ["before a path, one other", "resources[all].type: test", EVENT, false],
  ]),
  ...section("SEP 212: what is refused", [
    ["an unknown selector", "tags[some]:\n    .: red", EVENT, {
      error: /some|selector|quantifier/i,
    }],
    ["an empty block", "tags[any]: {}", EVENT, { error: /empty|block|map/i }],
    [
      "an empty block beside a field of one element",
      "resources[any]: {}\nresources[any].type: test",
      EVENT,
      { error: /empty/ },
    ],
  ]),
  ...section("D a name with brackets: the literal key first, as with dots", [
    ["a position", "Data[1]|contains: started", { "Data[1]": "service started" }, true],
    ["a position, other text", "Data[1]: x", { "Data[1]": "y" }, false],
    ["the literal key decides", "Data[1]: x", { "Data[1]": "y", Data: ["x", "x"] }, false],
    ["without the literal key, the element", "Data[1]: x", { Data: ["a", "x"] }, true],
    ["a literal key that is null decides", "Data[0]: ~", { "Data[0]": null, Data: ["x"] }, true],
    ["a flattened log", "r[0].name: x", { "r[0].name": "x" }, true],
    ["a key with brackets, then a path", "r[0].name: x", { "r[0]": { name: "x" } }, true],
    ["in a nested element", "r[any].tags[0]: x", { r: [{ "tags[0]": "x" }] }, true],
    ["a path, then a literal key", "a.r[0]: x", { a: { "r[0]": "x" } }, true],
    ["a path, then an element", "a.r[0]: x", { a: { r: ["x"] } }, true],
    ["lines about one array", "r[any].a: 1\nr[any].b: 2", { "r[any].a": 1, "r[any].b": 2 }, true],
    ["one line is wrong", "r[any].a: 1\nr[any].b: 2", { "r[any].a": 1, "r[any].b": 3 }, false],
    ["neq on a literal key", "Data[1]|neq: x", { "Data[1]": "x" }, false],
    ["[none] as a literal key", "t[none]: x", { "t[none]": "x" }, true],
    ["[none] as a quantifier", "t[none]: x", { t: ["x"] }, false],
    ["not, on a literal key", "detection:\n    s:\n        d[0]: x\n    condition: not s", {
      "d[0]": "x",
    }, false],
    ["fieldref to a name with brackets", "f|fieldref: d[0]", { f: "x", "d[0]": "x" }, true],
  ]),
  ...section("D brackets that are no quantifier are a part of the name", [
    ["empty brackets", "targets[].type: x", { "targets[].type": "x" }, true],
    ["empty brackets, then a path", "targets[].type: x", { "targets[]": { type: "x" } }, true],
    ["empty brackets are no array", "targets[].type: x", { targets: [{ type: "x" }] }, false],
    ["a name in brackets", "user[name]: x", { "user[name]": "x" }, true],
    ["an asterisk", "a[*].b: x", { "a[*].b": "x" }, true],
    ["a bracket first", "'[0].a': x", { "[0].a": "x" }, true],
    ["a bracket that is open", "a[b: x", { "a[b": "x" }, true],
    ["a closing bracket alone", "a]b: x", { "a]b": "x" }, true],
    ["more after a position", "a[0]b: x", { "a[0]b": "x" }, true],
    ["two positions", "a[0][1]: x", { "a[0][1]": "x" }, true],
    ["an element of a name with brackets", "t[].a[any].b: x", { "t[]": { a: [{ b: "x" }] } }, true],
    ["a misspelt quantifier", "a[anny].b: x", {}, { error: /quantifier 'anny'.* any/ }],
    ["a quantifier without a dot", "a[any]b: x", {}, { error: /Cannot read 'b'/ }],
    ["a quantifier that is not closed", "a[any: x", {}, { error: /Cannot read '\[any'/ }],
  ]),
];

import { section } from "./spec_case.ts";

const raw = String.raw;
const lists = {
  placeholders: { Servers: ["srv*", "db01"], Admins: ["root", "adm?n"], n: ["1", "2"] },
};

const networks = { placeholders: { net: ["10.0.0.0/8"], part: ["7", "9"] } };

export const EXPAND = [
  ...section("R Placeholders with lists", [
    ["the first value", "f|expand: '%Servers%'", { f: "srv17" }, true, lists],
    ["the second value", "f|expand: '%Servers%'", { f: "DB01" }, true, lists],
    ["no value", "f|expand: '%Servers%'", { f: "web01" }, false, lists],
    ["not the name", "f|expand: '%Servers%'", { f: "%Servers%" }, false, lists],
    ["a value is a pattern", "f|expand: '%Admins%'", { f: "admin" }, true, lists],
    [
      "text around the placeholder",
      "f|expand: 'host-%Servers%.lan'",
      { f: "host-db01.lan" },
      true,
      lists,
    ],
    [
      "text around the placeholder, missing",
      "f|expand: 'host-%Servers%.lan'",
      { f: "db01" },
      false,
      lists,
    ],
    ["two placeholders", "f|expand: '%Admins%@%Servers%'", { f: "root@db01" }, true, lists],
    [
      "two placeholders, every pair",
      "f|expand: '%Admins%@%Servers%'",
      { f: "admin@srv1" },
      true,
      lists,
    ],
    [
      "two placeholders, one wrong",
      "f|expand: '%Admins%@%Servers%'",
      { f: "root@web" },
      false,
      lists,
    ],
    [
      "a plain value beside a placeholder",
      "f|expand: ['%Servers%', other]",
      { f: "other" },
      true,
      lists,
    ],
    ["a value without a placeholder", "f|expand: other", { f: "other" }, true, lists],
    [
      "an escaped percent sign is plain",
      raw`f|expand: '\%plain%n%'`,
      { f: "%plain1" },
      true,
      lists,
    ],
    [
      "an escaped percent sign is plain, none",
      raw`f|expand: '\%plain%n%'`,
      { f: "%plain3" },
      false,
      lists,
    ],
    ["one percent sign alone is plain", "f|expand: '100%'", { f: "100%" }, true, lists],
    ["with contains", "f|expand|contains: '%Servers%'", { f: "on db01 now" }, true, lists],
    ["with contains, none", "f|expand|contains: '%Servers%'", { f: "on web01 now" }, false, lists],
    ["with contains before", "f|contains|expand: '%Servers%'", { f: "on db01 now" }, true, lists],
    ["with endswith", "f|endswith|expand: '-%Servers%'", { f: "x-db01" }, true, lists],
    ["with cased", "f|expand|cased: '%Servers%'", { f: "DB01" }, false, lists],
    ["with re", "f|re|expand: '^%n%$'", { f: "2" }, true, lists],
    ["with re, none", "f|re|expand: '^%n%$'", { f: "3" }, false, lists],
    ["a missing field", "f|expand: '%Servers%'", {}, false, lists],
  ]),
  ...section("R Placeholders: what is not expanded", [
    ["without expand the string is plain", "f: '%Servers%'", { f: "%Servers%" }, true, lists],
    ["without expand no list is used", "f: '%Servers%'", { f: "db01" }, false, lists],
  ]),
  ...section("R Placeholders: a rule that cannot be expanded is refused", [
    ["no lists", "f|expand: '%Servers%'", { f: "x" }, {
      error: /placeholder.*Servers|Servers.*placeholder/i,
    }],
    [
      "a list of another name",
      "f|expand: '%Workstations%'",
      { f: "x" },
      { error: /Workstations/ },
      lists,
    ],
    ["one of two lists", "f|expand: '%Servers%%Workstations%'", { f: "x" }, {
      error: /Workstations/,
    }, lists],
    ["with contains", "f|contains|expand: '%Jump%'", { f: "x" }, { error: /Jump/ }, lists],
    ["with re", "f|re|expand: '%Jump%'", { f: "x" }, { error: /Jump/ }, lists],
  ]),
  ...section("D expand before re and cidr is expand after them", [
    ["with re after it", "f|expand|re: '%n%'", { f: "a2" }, true, lists],
    ["with anchors", "f|expand|re: '^%n%$'", { f: "2" }, true, lists],
    ["with anchors, none", "f|expand|re: '^%n%$'", { f: "3" }, false, lists],
    ["with anchors, not a part", "f|expand|re: '^%n%$'", { f: "22" }, false, lists],
    ["a flag follows", "f|expand|re|i: '^%Admins%$'", { f: "ROOT" }, true, lists],
    ["two placeholders", "f|expand|re: '^%n%-%n%$'", { f: "1-2" }, true, lists],
    ["a list is quoted", "f|expand|re: '^%Servers%$'", { f: "srv*" }, true, lists],
    ["a list is no pattern", "f|expand|re: '^%Servers%$'", { f: "srvvv" }, false, lists],
    ["quoted without anchors too", "f|expand|re: '%Admins%'", { f: "admin" }, false, lists],
    ["quoted in the other order", "f|re|expand: '%Admins%'", { f: "adm?n" }, true, lists],
    ["an escaped percent sign", raw`f|expand|re: '^\%n\%$'`, { f: "%n%" }, true, lists],
    ["no list", "f|expand|re: '^%Jump%$'", {}, { error: /Jump/ }, lists],
    ["a network", "f|expand|cidr: '%net%'", { f: "10.1.2.3" }, true, networks],
    ["a part of a network", "f|expand|cidr: '10.%part%.0.0/16'", { f: "10.7.2.3" }, true, networks],
    [
      "a part of a network, after",
      "f|cidr|expand: '10.%part%.0.0/16'",
      { f: "10.8.2.3" },
      false,
      networks,
    ],
  ]),
];

import { assert, assertEquals } from "@std/assert";
import { checkUrl } from "../../src/delivery/check_url.ts";

const accepted = [
  "https://hooks.example.com/",
  "https://hooks.example.com:443/a?b=c#d",
  "https://hooks.example.com./",
  "HTTPS://HOOKS.EXAMPLE.COM/",
  "https://xn--bcher-kva.example/",
  "https://bücher.example/",
  "https://1.2.3.4.example.com/",
  "https://internal.example.com/",
  "https://notlocal.example.com/",
  "https://mylocal.mycorp.com/",
];

for (const url of accepted) {
  Deno.test(`checkUrl() accepts ${url}`, () => {
    const checked = checkUrl(url);
    assertEquals("url" in checked && [checked.url.protocol, checked.loopback], ["https:", false]);
  });
}

const loopback = [
  "http://localhost:8788/hook",
  "http://127.0.0.1:8788/",
  "http://127.255.255.254/",
  "http://[::1]:8788/",
  "https://localhost:8443/",
  "http://2130706433:8788/",
];

for (const url of loopback) {
  Deno.test(`checkUrl() accepts ${url} when http to loopback is allowed, and only then`, () => {
    const checked = checkUrl(url, { allowHttpLoopback: true });
    assert("url" in checked && checked.loopback);
    assert("refused" in checkUrl(url));
  });
}

const notLoopback = [
  "http://hooks.example.com/",
  "http://10.0.0.1/",
  "http://0.0.0.0/",
  "http://[::]/",
  "http://[::ffff:127.0.0.1]/",
  "http://localhost.example.com/",
  "http://127.0.0.1.example.com/",
  "http://a.localhost/",
  "ftp://localhost/",
  "http://user@localhost/",
  "https://169.254.169.254/",
];

for (const url of notLoopback) {
  Deno.test(`checkUrl() refuses ${url} even when http to loopback is allowed`, () => {
    assert("refused" in checkUrl(url, { allowHttpLoopback: true }));
  });
}

Deno.test("checkUrl() accepts a port that is allowed, and no other", () => {
  const allowedPorts = [8_443];
  assert("url" in checkUrl("https://hooks.example.com:8443/", { allowedPorts }));
  assert("refused" in checkUrl("https://hooks.example.com:8444/", { allowedPorts }));
  assert("refused" in checkUrl("http://hooks.example.com:8443/", { allowedPorts }));
});

Deno.test("checkUrl() refuses our own hosts and their subdomains", () => {
  const refusedHosts = ["Panoptes.example.com"];
  const reason = { refused: "its host is that of Panoptes itself (OWN_HOSTS, PUBLIC_URL)" };
  assertEquals(checkUrl("https://panoptes.example.com/", { refusedHosts }), reason);
  assertEquals(checkUrl("https://a.panoptes.example.com./", { refusedHosts }), reason);
  assert("url" in checkUrl("https://notpanoptes.example.com/", { refusedHosts }));
});

Deno.test("checkUrl() accepts only the hosts that are allowed, and names below them, if any are", () => {
  const allowedHosts = ["Example.com", "hooks.slack.com", "localhost"];
  const reason = { refused: "WEBHOOK_HOSTS does not allow its host" };
  for (const host of ["example.com", "a.b.EXAMPLE.com", "hooks.slack.com.", "hooks.slack.com"]) {
    assert("url" in checkUrl(`https://${host}/`, { allowedHosts }), host);
  }
  for (
    const host of [
      "slack.com",
      "notexample.com",
      "example.com.evil.org",
      "xn--exmple-cua.com",
      "127.0.0.1",
      "10.0.0.1",
    ]
  ) {
    assertEquals(checkUrl(`https://${host}/`, { allowedHosts }), reason, host);
  }
  // Loopback needs both: the operator's list, and the endpoint's own member.
  const loopback = { allowedHosts, allowHttpLoopback: true };
  assert("url" in checkUrl("http://localhost:8787/", loopback));
  assertEquals(checkUrl("http://127.0.0.1:8787/", loopback), reason);
  assertEquals(checkUrl("http://localhost:8787/", { allowedHosts }), {
    refused: "its host is this machine, which only allowHttpLoopback allows",
  });
});

Deno.test("checkUrl() does not let the list of allowed hosts allow anything else", () => {
  const allowedHosts = ["10.0.0.1", "metadata.google.internal", "intranet"];
  for (const host of allowedHosts) {
    assert("refused" in checkUrl(`https://${host}/`, { allowedHosts }));
  }
});

Deno.test("checkUrl() does not quote the URL in its reason", () => {
  for (
    const url of [
      "http://hooks.example.com/T0KEN",
      "https://T0KEN@a.com",
      "T0KEN",
      "https://10.0.0.1/T0KEN",
    ]
  ) {
    assert(!JSON.stringify(checkUrl(url)).includes("T0KEN"));
  }
});

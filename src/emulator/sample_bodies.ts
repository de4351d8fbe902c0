/** A captured or published body of the API, and where it comes from. */
export interface SampleBody {
  readonly source: string;
  readonly body: unknown;
}

const EVENTS = [
  {
    accountGroupName: "API Sandbox",
    aid: "1234",
    date: "2020-07-17T21:54:54Z",
    event: "Report created.",
    ipAddress: "99.128.0.0/11",
    uid: "1234",
    user: "API Sandbox User (noreply@thousandeyes.com)",
    resources: [
      { name: "My New report", type: "reportTitle" },
      { name: "Other Report", type: "testName" },
    ],
  },
  {
    accountGroupName: "API Sandbox",
    aid: "1234",
    date: "2020-07-17T22:00:54Z",
    event: "Login failed.",
    ipAddress: "99.128.0.0/11",
    uid: "1234",
    user: "API Sandbox User (noreply@thousandeyes.com)",
  },
];

const PLACEHOLDER_LINK = {
  hreflang: "hreflang",
  templated: true,
  profile: "profile",
  name: "name",
  href: "https://api.thousandeyes.com/v7/link/to/resource/id",
  type: "type",
  deprecation: "deprecation",
  title: "title",
};

const RANGE = { startDate: "2022-07-17T22:00:54Z", endDate: "2022-07-18T22:00:54Z" };

const SDK_TEST_BODY = {
  ...RANGE,
  _links: { next: PLACEHOLDER_LINK, previous: PLACEHOLDER_LINK, self: PLACEHOLDER_LINK },
  auditEvents: EVENTS,
};

const CAPTURED_DATES = [
  "2024-12-22T07:40:10Z",
  "2024-12-09T13:17:29Z",
  "2024-12-09T13:07:43Z",
  "2024-12-09T13:03:32Z",
  "2024-12-09T13:01:38Z",
  "2024-11-28T10:29:23Z",
  "2024-11-28T10:29:21Z",
  "2024-11-28T10:29:04Z",
  "2024-11-28T10:16:23Z",
  "2024-11-28T10:16:23Z",
  "2024-11-28T10:16:03Z",
  "2024-11-28T09:03:52Z",
  "2024-11-28T09:03:51Z",
  "2024-11-28T09:02:50Z",
  "2024-11-28T09:02:09Z",
  "2024-11-28T09:01:49Z",
  "2024-11-28T08:59:17Z",
  "2024-11-28T08:59:17Z",
];

const CAPTURED_URL = "https://api.thousandeyes.com/v7/audit-user-events";
const CAPTURED_NEXT =
  `${CAPTURED_URL}?aid=2078791&useAllPermittedAids=false&max=500&cursor=b2Zmc2V0PTU1MDE4Mzgw&startDate=2024-11-28T08:59:17Z`;

/**
 * The bodies in Cisco's SDK tests and specification, and one pass captured by a third-party
 * collector.
 */
export const SAMPLE_BODIES: ReadonlyMap<string, SampleBody> = new Map([
  ["sdk-test", {
    source:
      "thousandeyes-sdk-python 23bfb1d94646, -java 7fcc313e3155 and -go a558b8a49d15: the tests",
    body: SDK_TEST_BODY,
  }],
  ["openapi-example", {
    source: "thousandeyes-cli 497c6ecc65a9, specification 7.0.85: schema example AuditUserEvents",
    body: { auditEvents: EVENTS, ...RANGE },
  }],
  ["captured-page", {
    source: "demisto/content 6beed968f675, CiscoThousandEyes: test_data/events_list.json",
    body: {
      auditEvents: CAPTURED_DATES.map((date) => ({ date })),
      startDate: "2024-11-28T08:59:17Z",
      endDate: "2024-12-30T07:02:08Z",
      _links: {
        next: { href: `${CAPTURED_NEXT}&endDate=2024-12-30T07:02:08Z` },
        self: {
          href:
            `${CAPTURED_URL}?startDate=2024-11-28T08:59:17Z&startDate=2024-11-28T08:59:17Z&endDate=2024-12-30T07:02:08Z&endDate=2024-12-30T07:02:08Z&max=500&max=500`,
        },
      },
    },
  }],
  ["captured-empty-page", {
    source: "demisto/content 2ee6e49a59d3, CiscoThousandEyes: CiscoThousandEyes_test.py",
    body: {
      auditEvents: [],
      startDate: "2024-11-28T08:59:17Z",
      endDate: "2024-12-30T08:56:46Z",
      _links: { self: { href: `${CAPTURED_NEXT}&endDate=2024-12-30T08:56:46Z` } },
    },
  }],
  ["v6-example", {
    source: "ThousandEyes v6 developer reference, GET /v6/audit/user-events/search",
    body: {
      auditEvents: [
        {
          accountGroupName: "API Sandbox",
          aid: 75,
          date: "2017-06-02 18:08:06",
          event: "Login failed",
          ipAddress: "192.88.158.246",
          resources: [],
          uid: 245,
          user: "API Sandbox User (noreply@thousandeyes.com)",
        },
        {
          accountGroupName: "API Sandbox",
          aid: 75,
          date: "2017-05-02 13:53:31",
          event: "Report created",
          ipAddress: "192.88.158.246",
          resources: [{ type: "reportTitle", name: "My New Report" }],
          uid: 245,
          user: "API Sandbox User (noreply@thousandeyes.com)",
        },
      ],
      pages: { current: 1 },
    },
  }],
]);

/**
 * Finds a sample body by its name.
 *
 * @param id A name in {@linkcode SAMPLE_BODIES}.
 * @returns The body, or `undefined` if there is no such sample.
 */
export function sampleBody(id: string): unknown {
  return SAMPLE_BODIES.get(id)?.body;
}

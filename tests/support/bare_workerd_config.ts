/** What bare workerd runs. */
export interface BareWorkerdConfig {
  /** The file name of the bundled Worker, beside the configuration. */
  readonly script: string;
  /** The folder that keeps the Durable Objects. */
  readonly disk: string;
  /** The port on 127.0.0.1. */
  readonly port: number;
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  /** Durable Object classes by the name of their binding. */
  readonly durableObjects: Readonly<Record<string, string>>;
  /** Variables and secrets. */
  readonly vars: Readonly<Record<string, string>>;
}

/**
 * A configuration of `workerd serve`: one Worker on loopback, its Durable Objects and their alarms
 * on disk, and access to the network including loopback, where the servers of a test are.
 *
 * @param config What to run, and where.
 * @returns The configuration, in the text format of Cap'n Proto.
 */
export function bareWorkerdConfig(config: BareWorkerdConfig): string {
  const { durableObjects } = config;
  const bindings = [
    ...Object.entries(config.vars).map(([name, value]) =>
      `(name = ${quoted(name)}, text = ${quoted(value)})`
    ),
    ...Object.entries(durableObjects).map(([name, className]) =>
      `(name = ${quoted(name)}, durableObjectNamespace = ${quoted(className)})`
    ),
  ];
  const classes = [...new Set(Object.values(durableObjects))].map((name) =>
    `(className = ${quoted(name)}, uniqueKey = ${quoted(name)}, enableSql = true)`
  );
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "disk", disk = (path = ${quoted(config.disk)}, writable = true)),
    (name = "outside", network = (allow = ["public", "private", "local"])),
  ],
  sockets = [
    (name = "http", address = "127.0.0.1:${config.port}", http = (), service = "main"),
  ],
);

const worker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed ${quoted(config.script)})],
  compatibilityDate = ${quoted(config.compatibilityDate)},
  compatibilityFlags = [${config.compatibilityFlags.map(quoted).join(", ")}],
  globalOutbound = "outside",
  durableObjectNamespaces = [${classes.join(", ")}],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [
    ${bindings.join(",\n    ")},
  ],
);
`;
}

/**
 * A string literal of Cap'n Proto, whose escapes are those of C; all our values are plain ASCII.
 */
function quoted(text: string): string {
  if (!/^[\x20-\x7e]*$/.test(text)) {
    throw new RangeError("Cannot configure workerd: not plain ASCII");
  }
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

// deno-lint-ignore-file jsx-key -- rendered once, so nothing is found again by its key
/**
 * The HTTP interface as a page for people: static HTML, made from the OpenAPI document.
 *
 * @module
 */
import type { OpenApiDocument, OpenApiOperation, OpenApiParameter } from "../src/http/openapi.ts";

/** A JSON schema, as far as the document uses it. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly required?: readonly string[];
}

/**
 * Renders the document.
 *
 * @param document The document.
 * @param style The path of the style sheet.
 * @returns The HTML; whatever the document says is text in it.
 */
export function apiPage(document: OpenApiDocument, style: string): string {
  const { info, tags, paths, components } = document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation }))
  );
  const page = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${info.title}: the HTTP interface`}</title>
        <link rel="stylesheet" href={style} />
      </head>
      <body>
        <a class="skip" href="#main">Skip to the operations</a>
        <header>
          <h1>
            {info.title} <small>{info.version}</small>
          </h1>
          <p>{info.description}</p>
          <p>
            <a href="/openapi.json">This interface in OpenAPI 3.1</a> · <a href="/">The page</a>
          </p>
        </header>
        <nav aria-label="Contents">
          {tags.map(({ name }) => (
            <>
              <h2>{name}</h2>
              <ul>
                {operations.filter(({ operation }) => operation.tags.includes(name)).map((one) => (
                  <li>
                    <a href={`#${one.operation.operationId}`}>
                      <Method name={one.method} /> <code>{one.path}</code>
                    </a>
                  </li>
                ))}
              </ul>
            </>
          ))}
          <h2>schemas</h2>
          <ul>
            {Object.keys(components.schemas).map((name) => (
              <li>
                <a href={`#${name}`}>{name}</a>
              </li>
            ))}
          </ul>
        </nav>
        <main id="main">
          {operations.map((one) => <Operation {...one} document={document} />)}
          <h2>Schemas</h2>
          {Object.entries(components.schemas).map(([name, schema]) => (
            <section id={name} aria-label={name}>
              <h3>{name}</h3>
              <Description of={schema} />
              <Members of={schema} />
            </section>
          ))}
        </main>
      </body>
    </html>
  );
  return `<!doctype html>${page}`;
}

function Operation({ path, method, operation, document }: {
  readonly path: string;
  readonly method: string;
  readonly operation: OpenApiOperation;
  readonly document: OpenApiDocument;
}) {
  const { operationId, summary, security, parameters = [], requestBody, responses } = operation;
  const scope = security[0]?.["token"]?.[0];
  const answers = Object.entries(responses);
  const successes = answers.flatMap(([status, answer]) =>
    "$ref" in answer ? [] : Object.entries(answer.content).map(([type, { schema }]) => ({
      status,
      type,
      schema,
    }))
  );
  const problems = answers.flatMap(([status, answer]) =>
    "$ref" in answer ? [{ status, ...document.components.responses[nameOf(answer.$ref)] }] : []
  );
  return (
    <section id={operationId} aria-label={`${method.toUpperCase()} ${path}`}>
      <h2>
        <Method name={method} /> <code>{path}</code>
      </h2>
      <p>
        <Marked text={summary} />. {scope === undefined ? "Needs no token." : (
          <>
            Needs a token with the scope <code>{scope}</code>.
          </>
        )}
      </p>
      {parameters.length > 0 && (
        <>
          <h3>Parameters</h3>
          <Rows
            head={["parameter", "in", "type", "meaning"]}
            rows={parameters.map((parameter: OpenApiParameter) => [
              <code>{parameter.name}</code>,
              parameter.in,
              <Type of={parameter.schema} />,
              <Marked text={parameter.description} />,
            ])}
          />
        </>
      )}
      {requestBody !== undefined &&
        Object.values(requestBody.content).map(({ schema }) => (
          <>
            <h3>Body</h3>
            <Content of={schema} />
          </>
        ))}
      <h3>Answers</h3>
      {successes.map(({ status, type, schema }) => (
        <div class="answer">
          <p>
            <strong>{status}</strong> <code>{type}</code>
          </p>
          <Content of={schema} />
        </div>
      ))}
      {problems.length > 0 && (
        <details>
          <summary>Problems</summary>
          <ul>
            {problems.map(({ status, description = "" }) => (
              <li>
                <strong>{status}</strong> <Marked text={description} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

/** A schema as the content of a body: its members, if it has no name of its own. */
function Content({ of: schema }: { readonly of: Schema }) {
  return (
    <>
      <Description of={schema} />
      {schema.properties === undefined
        ? (
          <p>
            <Type of={schema} />
          </p>
        )
        : <Members of={schema} />}
    </>
  );
}

function Members({ of: schema }: { readonly of: Schema }) {
  const { properties = {}, required = [] } = schema;
  return (
    <Rows
      head={["member", "type", "meaning"]}
      rows={Object.entries(properties).map(([name, member]) => {
        const inner = innerOf(member);
        return [
          <>
            <code>{name}</code>
            {!required.includes(name) && <small>optional</small>}
          </>,
          <Type of={member} />,
          <>
            <Description of={member} />
            {inner !== undefined && <Members of={inner} />}
          </>,
        ];
      })}
    />
  );
}

/** The members of a member, also of one in a list. */
function innerOf({ properties, items, anyOf = [], ...rest }: Schema): Schema | undefined {
  if (properties !== undefined) return { ...rest, properties };
  return [items, ...anyOf].flatMap((one) => (one && innerOf(one)) ?? [])[0];
}

function Rows({ head, rows }: {
  readonly head: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}) {
  return (
    <table>
      <thead>
        <tr>{head.map((cell) => <th scope="col">{cell}</th>)}</tr>
      </thead>
      <tbody>
        {rows.map((cells) => <tr>{cells.map((cell) => <td>{cell}</td>)}</tr>)}
      </tbody>
    </table>
  );
}

/** The type of a value in words, with links to the schemas that have a name. */
function Type({ of: schema }: { readonly of: Schema }) {
  const { $ref, type, items, anyOf, properties, additionalProperties } = schema;
  if ($ref !== undefined) {
    const name = nameOf($ref);
    return <a href={`#${name}`}>{name}</a>;
  }
  if (schema.const !== undefined) return <code>{JSON.stringify(schema.const)}</code>;
  if (schema.enum !== undefined) {
    return (
      <>
        {schema.enum.map((one, index) => (
          <>
            {index > 0 && ", "}
            <code>{String(one)}</code>
          </>
        ))}
      </>
    );
  }
  if (anyOf !== undefined) {
    return (
      <>
        {anyOf.map((one, index) => (
          <>
            {index > 0 && " or "}
            <Type of={one} />
          </>
        ))}
      </>
    );
  }
  const types = [type ?? "any"].flat();
  const isList = types.includes("array");
  if (isList && items !== undefined) {
    return (
      <>
        list of <Type of={items} />
        {types.includes("null") && " or null"}
      </>
    );
  }
  if (properties === undefined && typeof additionalProperties === "object") {
    return (
      <>
        object of <Type of={additionalProperties} />
      </>
    );
  }
  return (
    <>
      {[
        types.map((one) => one === "string" ? textType(schema) : one).join(" or "),
        ...boundsOf(schema),
      ].join(", ")}
    </>
  );
}

/** The last part of a reference, such as `Status` of `#/components/schemas/Status`. */
function nameOf($ref: string): string {
  return $ref.split("/").at(-1) ?? "";
}

function textType({ format }: Schema): string {
  return format === "date-time" ? "time" : "string";
}

function boundsOf({ minimum, maximum, maxLength, maxItems, default: initial }: Schema): string[] {
  // The largest integer that is exact is no bound that anybody meets.
  const isBounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  return [
    ...(minimum !== undefined && isBounded ? [`${minimum} to ${maximum}`] : []),
    ...(maxLength === undefined ? [] : [`at most ${maxLength} characters`]),
    ...(maxItems === undefined ? [] : [`at most ${maxItems}`]),
    ...(initial === undefined || typeof initial === "object" ? [] : [`default ${initial}`]),
  ];
}

function Description({ of: { description } }: { readonly of: Schema }) {
  return description === undefined ? null : (
    <p>
      <Marked text={description} />
    </p>
  );
}

function Method({ name }: { readonly name: string }) {
  return <span class={`method ${name}`}>{name.toUpperCase()}</span>;
}

/** Text in which backticks mark code. */
function Marked({ text }: { readonly text: string }) {
  return (
    <>
      {text.split("`").map((part, index) => index % 2 === 0 ? part : <code>{part}</code>)}
    </>
  );
}

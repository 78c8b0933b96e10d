// From an OpenAPI document to the text of the typed client: an interface for each named schema, a function for each
// operation. Understands what our own documents have; anything else is an error, not a guess. What differs between the
// clients is in `about`: `document` and `schemas` (where they are made from), `of` (whose API), `client` (folder of the
// gateway's client, as the generated files see it).

const head = ({ document, schemas }) =>
  `// Generated from ${document} by scripts/make-client.mjs: change the schemas in ${schemas}.`;

/** The types of all named schemas. */
export function typesText(document, about) {
  const schemas = Object.entries(document.components.schemas).sort(([a], [b]) => (a < b ? -1 : 1));
  const interfaces = schemas.map(
    ([name, schema]) => `${comment(schema.description)}export interface ${name} ${objectType(schema)}`,
  );
  return `${head(about)}\n// What the API of ${about.of} takes and answers.\n\n${interfaces.join("\n\n")}\n`;
}

/** A function for each operation. */
export function operationsText(document, about) {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
  );
  operations.sort((a, b) => (a.operationId < b.operationId ? -1 : 1));
  const functions = operations.map(operationText);
  const types = Object.keys(document.components.schemas);
  const used = types.filter((name) => functions.some((text) => new RegExp(`[:<|(] ?${name}\\b`).test(text)));
  const own = `import type { ${used.sort(byName).join(", ")} } from "./api-types.ts";`;
  const shared = [
    `import { type CallOptions, call, callForEvents } from "${about.client}/call.ts";`,
    `import type { Gateways } from "${about.client}/gateways.ts";`,
    `import type { SentEvent } from "${about.client}/read-events.ts";`,
  ];
  // As the formatter sorts: what is farther away comes first.
  const imports = about.client === "." ? [own, ...shared] : [...shared, own];
  const subject = `// The operations of the API of ${about.of}, one function each.`;
  return `${head(about)}\n${subject}\n\n${imports.join("\n")}\n\n${functions.join("\n\n")}\n`;
}

// As the formatter sorts.
function byName(a, b) {
  return a.toLowerCase() < b.toLowerCase() ? -1 : 1;
}

function operationText(operation) {
  const { operationId, summary, path, method, parameters = [], requestBody } = operation;
  const inputs = parameters.map(
    ({ name, schema, required, description }) =>
      `${comment(description)}readonly ${name}${required ? "" : "?"}: ${typeOf(schema)}${required ? "" : " | undefined"};`,
  );
  const allOptional = parameters.every(({ required }) => !required);
  const body = requestBody && typeOf(requestBody.content["application/json"].schema);
  const args = [
    "gateways: Gateways",
    ...(inputs.length > 0 ? [`input: { \n${inputs.join("\n")}\n}${allOptional ? " = {}" : ""}`] : []),
    ...(body ? [`body: ${body}`] : []),
    "options: CallOptions = {}",
  ];
  const request = [
    `method: "${method}"`,
    `path: "${path}"`,
    ...(inputs.length > 0 ? ["input"] : []),
    ...(body ? ["body"] : []),
    "...options",
  ];
  const answer = answerOf(operation);
  const [callee, result] =
    answer === "events" ? ["callForEvents", "AsyncGenerator<SentEvent>"] : ["call", `Promise<${answer}>`];
  return `${comment(`${summary}. @throws the gateway's refusals, E_CLIENT_…`)}export function ${operationId}(${args.join(", ")}): ${result} {
  return ${callee}(gateways, { ${request.join(", ")} });
}`;
}

function answerOf({ responses, operationId }) {
  if (responses["204"]) return "void";
  const content = responses["200"]?.content ?? {};
  if (content["text/event-stream"]) return "events";
  if (content["application/json"]) return typeOf(content["application/json"].schema);
  throw new Error(`${operationId} answers with something unknown`);
}

function objectType({ properties, required = [] }) {
  const fields = Object.entries(properties).map(([name, schema]) => {
    const needed = required.includes(name);
    const type = `${typeOf(schema)}${needed ? "" : " | undefined"}`;
    return `${comment(schema.description)}readonly ${name}${needed ? "" : "?"}: ${type};`;
  });
  return `{\n${fields.join("\n")}\n}`;
}

function typeOf(schema) {
  if (schema.$ref) return schema.$ref.split("/").at(-1);
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(" | ");
  if (schema.enum) return schema.enum.map((word) => JSON.stringify(word)).join(" | ");
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type })).join(" | ");
  if (schema.type === "array") {
    const item = typeOf(schema.items);
    return `readonly ${/[ |]/.test(item) ? `(${item})` : item}[]`;
  }
  if (schema.type === "object") return recordType(schema);
  const plain = { string: "string", integer: "number", number: "number", boolean: "boolean", null: "null" }[
    schema.type
  ];
  if (!plain) throw new Error(`a schema of an unknown kind: ${JSON.stringify(schema)}`);
  return plain;
}

function recordType({ properties, additionalProperties, patternProperties }) {
  if (properties) return objectType({ properties });
  const [values] = patternProperties ? Object.values(patternProperties) : [additionalProperties];
  return `Readonly<Record<string, ${values === true ? "unknown" : typeOf(values)}>>`;
}

function comment(text) {
  return text ? `/** ${text.replaceAll("*/", "* /")} */\n` : "";
}

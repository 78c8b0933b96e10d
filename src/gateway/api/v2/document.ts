// The OpenAPI document of our routes, made from the schemas that they are checked by. The client is generated from it.

import swagger from "@fastify/swagger";
import type { FastifyInstance, FastifySchema } from "fastify";
import { IMAGE_PATH, IMAGE_PATH_SHOWN } from "./names.ts";

/** What a document begins with, besides its routes. */
export interface About {
  readonly title: string;
  readonly description: string;
}

const ABOUT: About = {
  title: "berth gateway",
  description: `The image gateway of a site. Times are seconds since 1970, sizes bytes. A tag in a path may be percent-encoded or
written with its slashes. Refusals are problem documents with a code and, mostly, a hint.`,
};

/** Collects the routes that are added to `app` from now on. */
export async function describeRoutes(app: FastifyInstance, about = ABOUT): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: about.title, version: "2", description: about.description },
      components: {
        securitySchemes: {
          munge: { type: "apiKey", in: "header", name: "authentication", description: "A munge credential." },
          token: { type: "http", scheme: "bearer", description: "A token of the gateway." },
        },
      },
      security: [{ munge: [] }, { token: [] }, {}],
    },
    convertConstToEnum: false,
    refResolver: { buildLocalReference: (json, _base, _fragment, i) => String(json["$id"] ?? `schema${i}`) },
    transform: ({ schema, url }) => {
      if (url.endsWith(IMAGE_PATH))
        return { schema: withRest(schema, "tag"), url: url.replace(IMAGE_PATH, IMAGE_PATH_SHOWN) };
      return { schema: withRest(schema, "name"), url: url.replace(/\*$/, ":name") };
    },
  });
}

/** Answers with the document at `path`. */
export function documentRoute(app: FastifyInstance, path = "/openapi.json"): void {
  // The text is made once: the routes of a running server do not change.
  let text: Buffer | undefined;
  app.get(path, { schema: { hide: true } }, async (_request, reply) => {
    text ??= Buffer.from(documentText(app));
    return reply.header("content-type", "application/json").send(text);
  });
}

/** The document as it stands in docs/gateway-api.json. */
export function documentText(app: FastifyInstance): string {
  return `${JSON.stringify(app.swagger(), null, 2)}\n`;
}

// The rest of a path is `*` to the router, and has a name for everybody else.
function withRest(schema: FastifySchema, name: string): FastifySchema {
  const params = schema.params as { readonly properties?: Readonly<Record<string, unknown>> } | undefined;
  if (!params?.properties || !("*" in params.properties)) return schema;
  const { "*": rest, ...others } = params.properties;
  return {
    ...schema,
    params: { ...params, properties: { ...others, [name]: rest }, required: [...Object.keys(others), name] },
  };
}

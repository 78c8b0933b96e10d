// Reads the bodies of our own routes: JSON, or nothing at all, whatever a client says about the nothing.

import type { FastifyInstance } from "fastify";
import { reasonOf } from "../../../base/errors.ts";
import { fail } from "../errors.ts";

/** Bytes: two lists of thousands of names. */
const LIMIT = 1024 * 1024;

/** Makes `app` read JSON of at most `bodyLimit` bytes, and refuse every other type (415). */
export function readJsonBodies(app: FastifyInstance, bodyLimit = LIMIT): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string", bodyLimit }, (_request, text, done) => {
    if (text === "") return done(null, undefined);
    try {
      return done(null, JSON.parse(String(text)));
    } catch (cause) {
      return done(fail("E_API_JSON", { reason: reasonOf(cause) }, { cause }));
    }
  });
}

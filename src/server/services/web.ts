// The pages, as they were built: files that never change under their name are kept by browsers for ever, the first page is
// asked for each time. Nothing but our own files may run in them.

import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
};

/** Where the pages are: beside the folder of the packed modules; of the sources, in `build`. Undefined: nowhere. */
export function webFolder(): string | undefined {
  const places = [join(import.meta.dirname, "../web"), join(import.meta.dirname, "../../../build/web")];
  return places.find((place) => existsSync(join(place, "index.html")));
}

/** The pages below `/ui/`. */
export function webRoutes(folder: string): FastifyPluginAsync {
  return async (app) => {
    await app.register(fastifyStatic, {
      root: folder,
      prefix: "/ui/",
      wildcard: false,
      preCompressed: true,
      cacheControl: false,
      setHeaders(reply, path) {
        for (const [name, value] of Object.entries(HEADERS)) reply.header(name, value);
        const forever = /\/assets\/[^/]+$/.test(path);
        reply.header("cache-control", forever ? "public, max-age=31536000, immutable" : "no-cache");
      },
    });
    // Clients of Shifter's gateway look there whether it is one.
    const toPages = (_request: FastifyRequest, reply: FastifyReply) => reply.redirect("/ui/");
    if (!app.hasRoute({ method: "GET", url: "/" })) app.get("/", toPages);
    app.get("/ui", toPages);
    // A file of other pages than these: what loads a script must not be given a page for it.
    app.get("/ui/assets/*", (_request, reply) => reply.callNotFound());
    // Addresses inside of the pages are theirs to read.
    app.get("/ui/*", (_request, reply) => reply.sendFile("index.html"));
  };
}

// The nine routes of Shifter's image manager (spec/shifter.md 1), for its own clients and everybody's scripts. Each reads
// what was sent, asks the desk, and writes the answer in Shifter's form; it decides nothing.

import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest, HTTPMethods } from "fastify";
import type { Desk, ImageName, ImageRecord, Principal } from "../../types.ts";
import type { Authenticate } from "../ask.ts";
import { imageName, systemName } from "../image-name.ts";
import { sendImageList } from "./image-list.ts";
import { sendJson } from "./send-json.ts";
import { BODY_LIMIT, parseWireBody, wireAcl, wireFile } from "./wire-body.ts";
import { refuseMethod, refusePath, sendWireError } from "./wire-error.ts";
import { imageWriter, writeImage, writePull } from "./wire-image.ts";
import { readLimit, writeExpired, writeLookups, writeQueue } from "./wire-lists.ts";

/** What the routes need. */
export interface ShifterRoutesOptions {
  readonly desk: Desk;
  readonly authenticate: Authenticate;
  /** Whether images' labels are shown. */
  readonly labels: boolean;
}

/** Who asks for what: the request with its name checked and its sender known. */
interface Asked {
  readonly who: Principal | undefined;
  readonly system: string;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

interface AskedOfImage extends Asked {
  readonly name: ImageName;
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** The routes under `/api/`, and the greeting at `/`. */
export function shifterRoutes(options: ShifterRoutesOptions): FastifyPluginAsync {
  return async (app) => {
    // The words that tell monitoring which server this is.
    app.get("/", async (_request, reply) => reply.type("text/plain").send("{lookup,pull,expire,list}"));
    await app.register(async (api) => addRoutes(api, options), { prefix: "/api" });
  };
}

function addRoutes(api: FastifyInstance, options: ShifterRoutesOptions): void {
  const { desk, labels } = options;
  const write = imageWriter({ labels });
  const writeListed = (image: ImageRecord) => writeImage(image, labels);
  // Whatever it says it is: curl calls JSON a form, and Shifter never looks.
  api.removeAllContentTypeParsers();
  api.addContentTypeParser("*", { parseAs: "string", bodyLimit: BODY_LIMIT }, (_request, text, done) =>
    done(null, text),
  );
  api.setErrorHandler((error, request, reply) => sendWireError(error, request, reply));
  api.setNotFoundHandler(refusePath);

  const system = (url: string, answer: (asked: Asked) => Promise<string | undefined>) =>
    addRoute(api, "GET", [url, `${url}/`], ofSystem(options, answer));
  const image = (method: HTTPMethods, url: string, answer: (asked: AskedOfImage) => Promise<string>) =>
    addRoute(api, method, [`${url}/:system/:type/*`], ofImage(options, answer));

  system("/list/:system", (asked) => sendImageList(desk, asked, writeListed));
  system("/queue/:system", async ({ who, system }) => writeQueue(await desk.queue(who, system)));
  system("/autoexpire/:system", async ({ who, system }) => writeExpired(await desk.autoexpire(who, system)));
  system("/metrics/:system", async ({ who, system, request }) =>
    writeLookups(await desk.lookups(who, system, readLimit(request.query))),
  );
  image("GET", "/lookup", async ({ who, name }) => write(await desk.lookup(who, name)));
  image("GET", "/expire", async ({ who, name }) => writeExpired(await desk.expire(who, name)));
  image("POST", "/pull", async ({ who, name, request }) => {
    const found = await desk.pull(who, name, wireAcl(parseWireBody(request.body)));
    return "key" in found ? write(found) : writePull(found);
  });
  image("POST", "/doimport", async ({ who, name, request }) => {
    const body = parseWireBody(request.body);
    return writePull(await desk.importFile(who, name, wireFile(body), wireAcl(body)));
  });
}

function addRoute(api: FastifyInstance, method: HTTPMethods, urls: readonly string[], handler: Handler): void {
  const others = api.supportedMethods.filter((other) => other !== method && !(method === "GET" && other === "HEAD"));
  for (const url of urls) {
    api.route({ method, url, handler });
    api.route({ method: others, url, handler: refuseMethod(method) });
  }
}

function ofSystem(
  { authenticate }: ShifterRoutesOptions,
  answer: (asked: Asked) => Promise<string | undefined>,
): Handler {
  return async (request, reply) => {
    const { system: text } = request.params as { readonly system: string };
    const system = systemName(text);
    const who = await authenticate(request, system);
    const body = await answer({ who, system, request, reply });
    if (body !== undefined) sendJson(reply, body);
    return reply;
  };
}

function ofImage({ authenticate }: ShifterRoutesOptions, answer: (asked: AskedOfImage) => Promise<string>): Handler {
  return async (request, reply) => {
    const params = request.params as { readonly system: string; readonly type: string; readonly "*": string };
    // Clients write the tag encoded or as it is, with a slash at the end or without: a tag never ends in one.
    const name = imageName({ system: params.system, type: params.type, tag: params["*"].replace(/\/$/, "") });
    const who = await authenticate(request, name.system);
    sendJson(reply, await answer({ who, system: name.system, name, request, reply }));
    return reply;
  };
}

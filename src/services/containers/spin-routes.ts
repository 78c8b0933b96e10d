// spin-docker's routes under `/v1` (spec/services.md 1.1): each reads what was sent, asks the containers, and answers in
// the form that clients know. Routing comes before the password, the password before everything else.

import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest, HTTPMethods } from "fastify";
import type { CheckIn } from "../idle/check-ins.ts";
import {
  sendFailure,
  sendJson,
  sendMethodRefusal,
  sendOptions,
  sendPage,
  sendPageFailure,
  sendUnauthorized,
} from "./answers.ts";
import { fail } from "./errors.ts";
import { BODY_LIMIT, type Fields, readFields } from "./fields.ts";
import type { SpinContainers } from "./spin-containers.ts";

/** What the routes need. */
export interface SpinRoutesOptions {
  readonly containers: SpinContainers;
  /** True for the right password. @throws when there were too many wrong ones from that address */
  readonly password: (authorization: string | undefined, address: string) => boolean | Promise<boolean>;
  readonly checkIn: (checkIn: CheckIn) => unknown;
  /** Something was changed by `admin`; for the audit log. */
  readonly changed?: ((what: SpinChange) => void) | undefined;
}

/** For the audit log. */
export interface SpinChange {
  readonly action: "create" | "start" | "stop" | "delete";
  readonly object: string;
  readonly outcome: "ok" | "failed";
  readonly address: string;
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;
type Methods = Readonly<Partial<Record<"GET" | "POST" | "PATCH" | "DELETE", Handler>>>;

/** Letters of a report; a number is what is meant. */
const REPORT_LETTERS = 256;

/** The routes under `/v1`. */
export function spinRoutes(options: SpinRoutesOptions): FastifyPluginAsync {
  return underV1(async (api) => {
    addContainerRoutes(api, options);
    await api.register(async (open) => addCheckIn(open, options));
  });
}

/** The check-in alone, for sites where nobody starts containers but stacks report themselves. */
export function checkInRoutes(options: Pick<SpinRoutesOptions, "checkIn">): FastifyPluginAsync {
  return underV1(async (api) => addCheckIn(api, options));
}

function underV1(add: (api: FastifyInstance) => Promise<void>): FastifyPluginAsync {
  return async (app) => {
    await app.register(
      async (api) => {
        api.removeAllContentTypeParsers();
        api.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: BODY_LIMIT }, (request, bytes, done) =>
          done(null, { type: request.headers["content-type"] ?? "", bytes }),
        );
        api.setNotFoundHandler((_request, reply) => sendPage(reply, 404));
        await add(api);
      },
      { prefix: "/v1" },
    );
  };
}

function addContainerRoutes(api: FastifyInstance, options: SpinRoutesOptions): void {
  const { containers, password } = options;
  api.setErrorHandler(sendFailure);
  const guarded = async (request: FastifyRequest, reply: FastifyReply) => {
    if (!(await password(request.headers.authorization, request.ip))) return sendUnauthorized(reply);
  };
  const rest = (url: string, methods: Methods) => addRoutes(api, url, methods, { form: "json", onRequest: guarded });
  rest("/images", { GET: async (_request, reply) => sendJson(reply, JSON.stringify(await containers.images())) });
  rest("/containers", {
    GET: async (request, reply) => {
      if (wantsAudit(request)) await containers.audit();
      return sendJson(reply, containers.list());
    },
    POST: async (request, reply) => {
      const image = (await fieldsOf(request)).get("image");
      const made = await noted(options, request, "create", image ?? "", () => containers.create(image));
      return sendJson(reply.code(201), made);
    },
  });
  rest("/containers/:id(^[^/]+$)", {
    GET: async (request, reply) => sendJson(reply, containers.show(idOf(request))),
    PATCH: async (request, reply) => {
      const status = (await fieldsOf(request)).get("status");
      const change = () => containers.change(idOf(request), status);
      const action = status === "running" ? "start" : status === "stopped" ? "stop" : undefined;
      return sendJson(reply, await (action ? noted(options, request, action, idOf(request), change) : change()));
    },
    DELETE: async (request, reply) => {
      await noted(options, request, "delete", idOf(request), () => containers.remove(idOf(request)));
      return reply.code(204).send();
    },
  });
}

function addCheckIn(api: FastifyInstance, { checkIn }: Pick<SpinRoutesOptions, "checkIn">): void {
  api.setErrorHandler(sendPageFailure);
  const report: Handler = async (request, reply) => {
    const fields = await fieldsOf(request);
    // Its documents call the field one thing, its source and tests another.
    const value = fields.get("active") ?? fields.get("active-connections");
    if (value === undefined || value.length > REPORT_LETTERS) throw fail("E_SPIN_REPORT", { letters: REPORT_LETTERS });
    const { token } = request.params as { readonly token?: string };
    const header = request.headers["x-berth-check-in"];
    checkIn({
      ...{ peer: request.socket.remoteAddress, address: request.ip, value },
      token: token ?? (typeof header === "string" ? header : undefined),
    });
    // The same answer to everybody: nobody learns which containers there are.
    return reply.code(200).type("text/html; charset=utf-8").send("");
  };
  for (const url of ["/check-in", "/check-in/:token(^[^/]+$)"])
    addRoutes(api, url, { POST: report }, { form: "page", allow: "POST, OPTIONS" });
}

interface RouteForm {
  readonly form: "json" | "page";
  readonly allow?: string;
  readonly onRequest?: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
}

function addRoutes(api: FastifyInstance, url: string, methods: Methods, { form, allow, onRequest }: RouteForm): void {
  const known = Object.entries(methods) as [HTTPMethods, Handler][];
  const names = [...known.map(([name]) => name), ...("GET" in methods ? ["HEAD"] : []), "OPTIONS"].sort();
  const allowed = allow ?? names.join(", ");
  for (const [method, handler] of known) api.route({ method, url, handler, ...(onRequest ? { onRequest } : {}) });
  api.route({ method: "OPTIONS", url, handler: async (_request, reply) => sendOptions(reply, allowed) });
  const others = api.supportedMethods.filter((method) => !names.includes(method));
  api.route({ method: others, url, handler: async (_request, reply) => sendMethodRefusal(reply, allowed, form) });
}

async function noted<T>(
  { changed }: SpinRoutesOptions,
  request: FastifyRequest,
  action: SpinChange["action"],
  object: string,
  act: () => Promise<T>,
): Promise<T> {
  const tell = (outcome: SpinChange["outcome"]) => changed?.({ action, object, outcome, address: request.ip });
  try {
    const result = await act();
    tell("ok");
    return result;
  } catch (error) {
    tell("failed");
    throw error;
  }
}

function fieldsOf(request: FastifyRequest): Promise<Fields> {
  return readFields(request.query, request.body);
}

function idOf(request: FastifyRequest): string {
  return (request.params as { readonly id: string }).id;
}

function wantsAudit(request: FastifyRequest): boolean {
  const { audit } = request.query as { readonly audit?: string | readonly string[] };
  const value = typeof audit === "string" || audit === undefined ? audit : audit[0];
  if (value !== undefined && !/^(true|false)$/i.test(value)) throw fail("E_SPIN_AUDIT", { value });
  return value?.toLowerCase() === "true";
}

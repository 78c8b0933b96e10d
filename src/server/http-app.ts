// The HTTP application: limits, one log line and one measurement for each request, failures as documents, and the parts
// of the gateway as plugins. Listens nowhere itself; knows nothing of what the plugins do.

import { randomUUID } from "node:crypto";
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from "fastify";
import { BerthError } from "../base/errors.ts";
import { sendWireError } from "../gateway/api/shifter/wire-error.ts";
import { sendProblem } from "../gateway/api/v2/problem.ts";
import { fail } from "./errors.ts";
import type { Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";

export interface HttpAppOptions {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly trustedProxies: readonly string[];
  readonly plugins: readonly FastifyPluginAsync[];
}

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks, for the log; empty until known. */
    askedBy: string;
  }
}

const BODY_BYTES = 1024 * 1024;
/** Tags are names of repositories with their registry: longer than the usual parameter. */
const PARAMETER_LETTERS = 2048;

/** The application, ready to answer. */
export async function makeHttpApp(options: HttpAppOptions): Promise<FastifyInstance> {
  const { log, trustedProxies, plugins } = options;
  const loggerInstance: FastifyBaseLogger = log;
  const app = fastify({
    loggerInstance,
    // A logger of its own for each request would cost more than its line; what fails is logged with the request's id.
    childLoggerFactory: (logger) => logger,
    genReqId: () => randomUUID().slice(0, 8),
    // One line a request, written below, instead of two.
    logController: new LogController({ disableRequestLogging: true }),
    // The last requests of an application that ends are answered like all others.
    return503OnClosing: false,
    bodyLimit: BODY_BYTES,
    routerOptions: { maxParamLength: PARAMETER_LETTERS },
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    // A path that cannot be decoded reaches no plugin; Shifter's clients expect their own form all the same.
    frameworkErrors: (error, request, reply) =>
      request.url.startsWith("/api/") ? sendWireError(error, request, reply) : sendProblem(error, request, reply),
    // The connections belong to the listener, which ends them in its own time.
    forceCloseConnections: false,
  });
  app.decorateRequest("askedBy", "");
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
  app.setNotFoundHandler(sendNothingThere);
  observe(app, options);
  for (const plugin of plugins) await app.register(plugin);
  await app.ready();
  return app;
}

function observe(app: FastifyInstance, { log, metrics }: HttpAppOptions): void {
  app.addHook("onError", async (_request, _reply, error: unknown) => {
    metrics.refusals.inc({ reason: error instanceof BerthError ? error.code : "other" });
  });
  app.addHook("onResponse", (request, reply, done) => {
    const { route, method } = routeOf(request);
    const { statusCode: status } = reply;
    metrics.requests.observe({ method, route, status }, reply.elapsedTime / 1000);
    log.info(lineOf(request, reply, route), "request");
    done();
  });
}

function routeOf(request: FastifyRequest): { readonly route: string; readonly method: string } {
  const { url } = request.routeOptions;
  // Methods and paths that strangers invent must not become series of their own.
  return url === undefined ? { route: "none", method: "any" } : { route: url, method: request.method };
}

function lineOf(request: FastifyRequest, reply: FastifyReply, route: string): object {
  const { method, askedBy: user, ip, id } = request;
  const ms = Math.round(reply.elapsedTime * 100) / 100;
  return { request: id, method, route, status: reply.statusCode, ms, user: user || undefined, ip };
}

function sendNothingThere(request: FastifyRequest, reply: FastifyReply): void {
  const path = request.url.split("?")[0];
  sendProblem(fail("E_SERVE_NO_ROUTE", { method: request.method, path }), request, reply);
}

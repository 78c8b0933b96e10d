// The few calls of Rancher 1 that scripts around Spin make: a stack by its name, and actions on it, with Spin's own answer to
// those who may not: 401 and "you don't own stack NAME". Everything else is our own API's matter.

import type { FastifyPluginAsync, FastifyReply } from "fastify";
import { Type } from "typebox";
import { BerthError, hasCode } from "../../base/errors.ts";
import { checkerOf } from "../../gateway/api/v2/checking.ts";
import { problemOf } from "../../gateway/api/v2/problem.ts";
import type { SchemaTypes } from "../../gateway/api/v2/type-provider.ts";
import type { ServicesDesk, SignedIn } from "../desk/types.ts";
import { person, type ServicesApiParts } from "./parts.ts";
import { STACK } from "./schemas/words.ts";

type Act = (desk: ServicesDesk, who: SignedIn, stack: string) => Promise<unknown>;

/** By Rancher's names. */
const ACTIONS: Readonly<Record<string, Act>> = {
  activateservices: ({ stacks }, who, stack) => stacks.start(who, stack, {}),
  deactivateservices: ({ stacks }, who, stack) => stacks.stop(who, stack, {}),
  restart: ({ stacks }, who, stack) => stacks.restart(who, stack, {}),
  upgrade: ({ stacks }, who, stack) => stacks.upgrade(who, stack, {}),
  finishupgrade: ({ stacks }, who, stack) => stacks.confirm(who, stack),
  rollback: ({ stacks }, who, stack) => stacks.rollback(who, stack, {}),
  remove: ({ stacks }, who, stack) => stacks.down(who, stack, { volumes: false }),
};

const PATH = Type.Object({ project: Type.String({ maxLength: 128 }), stack: STACK });
const QUERY = Type.Object({ action: Type.Optional(Type.String({ maxLength: 64 })) });
const REFUSED = ["E_DESK_NOT_YOURS", "E_DESK_OWNER_ONLY", "E_DESK_VIEWER"];

/** The routes under `/v2-beta/`. */
export function rancherRoutes(parts: ServicesApiParts): FastifyPluginAsync {
  return async (app) => {
    app.setValidatorCompiler(checkerOf([]));
    app.setErrorHandler((error, _request, reply) => sendRancherError(error, reply));
    const typed = app.withTypeProvider<SchemaTypes>();
    const path = "/v2-beta/projects/:project/stacks/:stack";
    typed.get(path, { schema: { params: PATH } }, async (request) => {
      const { name, state, title } = await parts.desk.stacks.show(await person(parts, request), request.params.stack);
      return { type: "stack", id: name, name, description: title, state };
    });
    typed.post(path, { schema: { params: PATH, querystring: QUERY } }, async (request, reply) => {
      const { stack } = request.params;
      const { action = "" } = request.query;
      const act = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
      if (!act) return sendMessage(reply, 404, `there is no action ${action}`);
      await act(parts.desk, await person(parts, request), stack);
      return reply.code(202).send({ type: "stack", id: stack, name: stack });
    });
  };
}

function sendRancherError(error: unknown, reply: FastifyReply): FastifyReply {
  const refused = REFUSED.some((code) => hasCode(error, code));
  if (!refused) return sendMessage(reply, problemOf(error).status, problemOf(error).detail);
  const stack = error instanceof BerthError ? error.fields["stack"] : undefined;
  return sendMessage(reply, 401, stack === undefined ? problemOf(error).detail : `you don't own stack ${stack}`);
}

function sendMessage(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).send({ type: "error", status, message });
}

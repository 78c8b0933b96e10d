// What is done with a stack that exists, or with one of its services: upgrade, roll back, confirm, stop, start, restart,
// scale, wake. What takes long answers at once with the deployment or operation; `follow` tells how it goes on.

import { answering } from "../../gateway/api/v2/operations.ts";
import type { TypedServer } from "../../gateway/api/v2/type-provider.ts";
import { person, type ServicesApiParts } from "./parts.ts";
import { SERVICE_PATH, STACK_PATH } from "./routes-of-stacks.ts";
import { Deployment, Operation } from "./schemas/deployment.ts";
import * as schemas from "./schemas/stack.ts";
import { ref } from "./schemas/words.ts";
import { shownDeployment, shownOperation } from "./show.ts";

type Verb = "stop" | "start" | "restart";

/** What is done with a stack, and with a service. */
const SIMPLE: readonly (readonly [Verb, string, string])[] = [
  ["stop", "Stops a stack; its containers stay", "Stops a service; its containers stay"],
  ["start", "Starts a stack that was stopped", "Starts a service that was stopped"],
  [
    "restart",
    "Restarts a stack with the images that it has; secrets are read anew",
    "Restarts a service with the image that it has; secrets are read anew",
  ],
];

export function stackOperations(app: TypedServer, parts: ServicesApiParts): void {
  const { stacks } = parts.desk;
  const params = STACK_PATH;

  app.post(
    "/stacks/:stack/upgrade",
    {
      schema: answering(
        "upgradeStack",
        "Looks again what the tags of the images mean, and replaces what changed",
        { params, body: ref(schemas.UpgradeWish) },
        ref(Deployment),
      ),
    },
    async (request) =>
      shownDeployment(await stacks.upgrade(await person(parts, request), request.params.stack, request.body)),
  );
  app.post(
    "/stacks/:stack/rollback",
    {
      schema: answering(
        "rollbackStack",
        "Goes back to a deployment before",
        { params, body: ref(schemas.RollbackWish) },
        ref(Deployment),
      ),
    },
    async (request) =>
      shownDeployment(await stacks.rollback(await person(parts, request), request.params.stack, request.body)),
  );
  const confirm = answering("confirmStack", "Removes what an upgrade kept for going back", { params }, ref(Operation));
  app.post("/stacks/:stack/confirm", { schema: confirm }, async (request) =>
    shownOperation(await stacks.confirm(await person(parts, request), request.params.stack)),
  );
  for (const [verb, summary] of SIMPLE) {
    const schema = answering(`${verb}Stack`, summary, { params }, ref(Operation));
    app.post(`/stacks/:stack/${verb}`, { schema }, async (request) => {
      const { stack } = request.params as { readonly stack: string };
      return shownOperation(await stacks[verb](await person(parts, request), stack, {}));
    });
  }
}

/** What makes a deployment of one service. */
export function serviceDeployments(app: TypedServer, parts: ServicesApiParts): void {
  const { stacks } = parts.desk;
  const params = SERVICE_PATH;

  app.post(
    "/stacks/:stack/services/:service/upgrade",
    {
      schema: answering(
        "upgradeService",
        "Looks again what the tag of the image means, and replaces the containers",
        { params, body: ref(schemas.ServiceUpgradeWish) },
        ref(Deployment),
      ),
    },
    async (request) => {
      const { stack, service } = request.params;
      const { pull, image, update } = request.body;
      const images = image === undefined ? undefined : { [service]: image };
      const who = await person(parts, request);
      return shownDeployment(await stacks.upgrade(who, stack, { services: [service], pull, images, update }));
    },
  );
  app.post(
    "/stacks/:stack/services/:service/rollback",
    {
      schema: answering(
        "rollbackService",
        "Goes back to what a service was in a deployment before; others stay as they are",
        { params, body: ref(schemas.RollbackWish) },
        ref(Deployment),
      ),
    },
    async (request) => {
      const { stack, service } = request.params;
      const { to } = request.body;
      return shownDeployment(await stacks.rollback(await person(parts, request), stack, { to, service }));
    },
  );
}

export function serviceOperations(app: TypedServer, parts: ServicesApiParts): void {
  const { stacks } = parts.desk;
  const params = SERVICE_PATH;

  for (const [verb, , summary] of SIMPLE) {
    const schema = answering(`${verb}Service`, summary, { params }, ref(Operation));
    app.post(`/stacks/:stack/services/:service/${verb}`, { schema }, async (request) => {
      const { stack, service } = request.params as { readonly stack: string; readonly service: string };
      return shownOperation(await stacks[verb](await person(parts, request), stack, { service }));
    });
  }
  app.post(
    "/stacks/:stack/services/:service/scale",
    {
      schema: answering(
        "scaleService",
        "Changes how many containers a service has",
        { params, body: ref(schemas.ScaleWish) },
        ref(Operation),
      ),
    },
    async (request) => {
      const { stack, service } = request.params;
      const who = await person(parts, request);
      return shownOperation(await stacks.scale(who, stack, service, request.body.replicas));
    },
  );
  const wake = answering(
    "wakeService",
    "Wakes a service that sleeps; answers when it is awake",
    { params },
    ref(schemas.Service),
  );
  app.post("/stacks/:stack/services/:service/wake", { schema: wake }, async (request) => {
    const { stack, service } = request.params;
    return stacks.wake(await person(parts, request), stack, service);
  });
}

// Generated from docs/services-api.json by scripts/make-client.mjs: change the schemas in src/services/api.
// The operations of the API of services, one function each.

import { type CallOptions, call, callForEvents } from "../../gateway/client/call.ts";
import type { Gateways } from "../../gateway/client/gateways.ts";
import type { SentEvent } from "../../gateway/client/read-events.ts";
import type {
  ActivityList,
  Amounts,
  AuditPage,
  Deployment,
  DeploymentFiles,
  DeploymentPage,
  Export,
  IdleTimeline,
  KeyExchanged,
  LogList,
  NewWebhook,
  Operation,
  OperationPage,
  PortList,
  Proposal,
  RollbackWish,
  Rotated,
  RotateWish,
  RouteList,
  RuleList,
  ScaleWish,
  Secret,
  SecretList,
  SecretWish,
  Service,
  ServiceQuota,
  ServiceQuotaList,
  ServiceUpgradeWish,
  Session,
  SignIn,
  Stack,
  StackDiff,
  StackEventPage,
  StackPage,
  StackWish,
  UpgradeWish,
  UsageList,
  WebhookList,
  WebhookWish,
} from "./api-types.ts";

/** Lets the site's limits count again for a person or a group (operators). @throws the gateway's refusals, E_CLIENT_… */
export function clearServiceQuota(
  gateways: Gateways,
  input: {
    /** Whose limits. */
    readonly kind: "user" | "group";
    /** Name of the person or group. */
    readonly subject: string;
  },
  options: CallOptions = {},
): Promise<ServiceQuota> {
  return call(gateways, { method: "DELETE", path: "/v2/service-quotas/{kind}/{subject}", input, ...options });
}

/** Removes what an upgrade kept for going back. @throws the gateway's refusals, E_CLIENT_… */
export function confirmStack(
  gateways: Gateways,
  input: {
    /** Name of the stack. */
    readonly stack: string;
  },
  options: CallOptions = {},
): Promise<Operation> {
  return call(gateways, { method: "POST", path: "/v2/stacks/{stack}/confirm", input, ...options });
}

/** Makes a stack, or changes it to what the recipe says; answers at once with the deployment to follow. @throws the gateway's refusals, E_CLIENT_… */
export function deployStack(gateways: Gateways, body: StackWish, options: CallOptions = {}): Promise<Deployment> {
  return call(gateways, { method: "POST", path: "/v2/stacks", body, ...options });
}

/** What a recipe would change of a stack; does nothing. @throws the gateway's refusals, E_CLIENT_… */
export function diffStack(
  gateways: Gateways,
  input: {
    /** Name of the stack. */
    readonly stack: string;
  },
  body: StackWish,
  options: CallOptions = {},
): Promise<StackDiff> {
  return call(gateways, { method: "POST", path: "/v2/stacks/{stack}/diff", input, body, ...options });
}

/** Closes all secrets with a new key of the site, and forgets the old ones; operators only. @throws the gateway's refusals, E_CLIENT_… */
export function exchangeSecretKey(gateways: Gateways, options: CallOptions = {}): Promise<KeyExchanged> {
  return call(gateways, { method: "POST", path: "/v2/secret-key/exchange", ...options });
}

/** A recipe that gives the same stack again, its images pinned to their digests. @throws the gateway's refusals, E_CLIENT_… */
export function exportStack(
  gateways: Gateways,
  input: {
    /** Name of the stack. */
    readonly stack: string;
  },
  options: CallOptions = {},
): Promise<Export> {
  return call(gateways, { method: "GET", path: "/v2/stacks/{stack}/export", input, ...options });
}

/** What happens to all stacks that you may know of (`event`); with the header `last-event-id`, what was missed first. @throws the gateway's refusals, E_CLIENT_… */
export function followEvents(
  gateways: Gateways,
  input: {
    /** Id of the last event that you know. */
    readonly after?: number | undefined;
  } = {},
  options: CallOptions = {},
): AsyncGenerator<SentEvent> {
  return callForEvents(gateways, { method: "GET", path: "/v2/service-events", input, ...options });
}

/** Lines of logs of a stack as they come (`line`). @throws the gateway's refusals, E_CLIENT_… */
export function followLogs(
  gateways: Gateways,
  input: {
    /** Name of the service. */
    readonly service?: string | undefined;
    /** Only this replica. */
    readonly slot?: number | undefined;
    /** Not before; seconds since 1970. */
    readonly since?: number | undefined;
    /** The last so many of each container. */
    readonly tail?: number | undefined;
    /** Only this output. */
    readonly stream?: "stdout" | "stderr" | undefined;
    /** Name of the stack. */
    readonly stack: string;
  },
  options: CallOptions = {},
): AsyncGenerator<SentEvent> {
  return callForEvents(gateways, { method: "GET", path: "/v2/stacks/{stack}/logs/follow", input, ...options });
}

/** How an operation or deployment goes on, from its beginning: `phase`, `step`, at last `end`. @throws the gateway's refusals, E_CLIENT_… */
export function followOperation(
  gateways: Gateways,
  input: {
    /** Name of the stack. */
    readonly stack: string;
    /** Its id. */
    readonly id: string;
  },
  options: CallOptions = {},
): AsyncGenerator<SentEvent> {
  return callForEvents(gateways, {
    method: "GET",
    path: "/v2/stacks/{stack}/operations/{id}/follow",
    input,
    ...options,
  });
}

/** What happens to a stack (`event`); with the header `last-event-id`, what was missed first. @throws the gateway's refusals, E_CLIENT_… */
export function followStackEvents(
  gateways: Gateways,
  input: {
    /** Id of the last event that you know. */
    readonly after?: number | undefined;
    /** Name of the stack. */
    readonly stack: string;
  },
  options: CallOptions = {},
): AsyncGenerator<SentEvent> {
  return callForEvents(gateways, { method: "GET", path: "/v2/stacks/{stack}/events/follow", input, ...options });
}

/** The use of services that you may know of. @throws the gateway's refusals, E_CLIENT_… */
export function listActivity(
  gateways: Gateways,
  input: {
    /** Name of the stack. */
    readonly stack?: string | undefined;
  } = {},
  options: CallOptions = {},
): Promise<ActivityList> {
  return call(gateways, { method: "GET", path: "/v2/activity", input, ...options });
}

/** The history of a stack, the newest first. @throws the gateway's refusals, E_CLIENT_… */
export function listDeployments(
  gateways: Gateways,
  input: {
    /** Items of a page. */
    readonly limit?: number | undefined;
    /** `next` of the page before. */
    readonly after?: string | undefined;
    /** Name of the stack. */
    readonly stack: string;
  },
  options: CallOptions = {},
): Promise<DeploymentPage> {
  return call(gateways, { method: "GET", path: "/v2/stacks/{stack}/deployments", input, ...options });
}

/** What was and is done to a stack, the newest first. @throws the gateway's refusals, E_CLIENT_… */
export function listOperations(
  gateways: Gateways,
  input: {
    /** Items of a page. */
    readonly limit?: number | undefined;
    /** `next` of the page before. */
    readonly after?: string | undefined;
    /** Name of the stack. */
    readonly stack: string;
  },
  options: CallOptions = {},
): Promise<OperationPage> {
  return call(gateways, { method: "GET", path: "/v2/stacks/{stack}/operations", input, ...options });
}

/** Ports of the host: those in use, and what is free. @throws the gateway's refusals, E_CLIENT_… */
export function listPorts(gateways: Gateways, options: CallOptions = {}): Promise<PortList> {
  return call(gateways, { method: "GET", path: "/v2/ports", ...options });
}

/** Ways from the proxy to services that you may know of. @throws the gateway's refusals, E_CLIENT_… */
export function listRoutes(gateways: Gateways, options: CallOptions = {}): Promise<RouteList> {
  return call(gateways, { method: "GET", path: "/v2/routes", ...options });
}

/** The rules of the site. @throws the gateway's refusals, E_CLIENT_… */
export function listRules(gateways: Gateways, options: CallOptions = {}): Promise<RuleList> {
  return call(gateways, { method: "GET", path: "/v2/policy/rules", ...options });
}

/** Secrets that you may use, without values. @throws the gateway's refusals, E_CLIENT_… */
export function listSecrets(gateways: Gateways, options: CallOptions = {}): Promise<SecretList> {
  return call(gateways, { method: "GET", path: "/v2/secrets", ...options });
}

/** What you did, the newest first; operators: what everybody did. @throws the gateway's refusals, E_CLIENT_… */
export function listServiceAudit(
  gateways: Gateways,
  input: {
    /** Only of this account. */
    readonly who?: string | undefined;
    /** Only with this: `stack/rover`. */
    readonly object?: string | undefined;
    /** Only this: `stack.upgrade`. */
    readonly action?: string | undefined;
    /** Items of a page. */
    readonly limit?: number | undefined;
    /** `next` of the page before. */
    readonly after?: string | undefined;
  } = {},
  options: CallOptions = {},
): Promise<AuditPage> {
  return call(gateways, { method: "GET", path: "/v2/service-audit", input, ...options });
}

/** Your quotas and those of your groups; operators all. @throws the gateway's refusals, E_CLIENT_… */
export function listServiceQuotas(gateways: Gateways, options: CallOptions = {}): Promise<ServiceQuotaList> {
  return call(gateways, { method: "GET", path: "/v2/service-quotas", ...options });
}

/** What happened to a stack, the newest first. @throws the gateway's refusals, E_CLIENT_… */
export function listStackEvents(
  gateways: Gateways,
  input: {
    /** Items of a page. */
    readonly limit?: number | undefined;
    /** `next` of the page before. */
    readonly after?: string | undefined;
    /** Name of the stack. */
    readonly stack: string;
  },
  options: CallOptions = {},
): Promise<StackEventPage> {
  return call(gateways, { method: "GET", path: "/v2/stacks/{stack}/events", input, ...options });
}

/** Stacks that you may know of, by name. @throws the gateway's refusals, E_CLIENT_… */
export function listStacks(
  gateways: Gateways,
  input: {
    /** Part of a name or title. */
    readonly match?: string | undefined;
    /** Only of this account. */
    readonly owner?: string | undefined;
    /** `KEY` or `KEY:VALUE`. */
    readonly tag?: string | undefined;
    /** Only those that you may operate. */
    readonly mine?: boolean | undefined;
    /** Only those that failed, are degraded, or wait to be confirmed. */
    readonly attention?: boolean | undefined;
    /** Items of a page. */
    readonly limit?: number | undefined;
    /** `next` of the page before. */
    readonly after?: string | undefined;
  } = {},
  options: CallOptions = {},
): Promise<StackPage> {
  return call(gateways, { method: "GET", path: "/v2/stacks", input, ...options });
}

/** Webhooks of a stack. @throws the gateway's refusals, E_CLIENT_… */
export function listWebhooks(
  gateways: Gateways,
  input: {
    /** Name of the stack. */
    readonly stack: string;
  },
  options: CallOptions = {},
): Promise<WebhookList> {
  return call(gateways, { method: "GET", path: "/v2/stacks/{stack}/webhooks", input, ...options });
}

/** Keeps a secret. @throws the gateway's refusals, E_CLIENT_… */
export function makeSecret(gateways: Gateways, body: SecretWish, options: CallOptions = {}): Promise<Secret> {
  return call(gateways, { method: "POST", path: "/v2/secrets", body, ...options });
}

/** Makes a webhook that upgrades. @throws the gateway's refusals, E_CLIENT_… */
export function makeWebhook(
  gateways: Gateways,
  input: {
    /** Name of the stack. */
    readonly stack: string;
  },
  body: WebhookWish,
  options: CallOptions = {},
): Promise<NewWebhook> {
  return call(gateways, { method: "POST", path: "/v2/stacks/{stack}/webhooks", input, body, ...options });
}

/** What would come of a recipe; does nothing. @throws the gateway's refusals, E_CLIENT_… */
export function proposeStack(gateways: Gateways, body: StackWish, options: CallOptions = {}): Promise<Proposal> {
  return call(gateways, { method: "POST", path: "/v2/stacks/propose", body, ...options });
}

/** Lines of logs of a stack. @throws the gateway's refusals, E_CLIENT_… */
export function readLogs(
  gateways: Gateways,
  input: {
    /** Name of the service. */
    readonly service?: string | undefined;
    /** Only this replica. */
    readonly slot?: number | undefined;
    /** Not before; seconds since 1970. */
    readonly since?: number | undefined;
    /** The last so many of each container. */
    readonly tail?: number | undefined;
    /** Only this output. */
    readonly stream?: "stdout" | "stderr" | undefined;
    /** Not after. */
    readonly until?: number | undefined;
    /** Name of the stack. */
    readonly stack: string;
  },
  options: CallOptions = {},
): Promise<LogList> {
  return call(gateways, { method: "GET", path: "/v2/stacks/{stack}/logs", input, ...options });
}

/** Forgets a secret that no service gets. @throws the gateway's refusals, E_CLIENT_… */
export function removeSecret(
  gateways: Gateways,
  input: {
    /** Name of the secret: `STACK.FILE` or `SERVICE.STACK.FILE`. */
    readonly name: string;
  },
  options: CallOptions = {},
): Promise<void> {
  return call(gateways, { method: "DELETE", path: "/v2/secrets/{name}", input, ...options });
}

/** Takes a stack down; answers at once with the operation to follow. @throws the gateway's refusals, E_CLIENT_… */
export function removeStack(
  gateways: Gateways,
  input: {
    /** Its volumes, too, with what is in them. */
    readonly volumes?: boolean | undefined;
    /** Name of the stack. */
    readonly stack: string;
  },
  options: CallOptions = {},
): Promise<Operation> {
  return call(gateways, { method: "DELETE", path: "/v2/stacks/{stack}", input, ...options });
}

/** Ends a webhook. @throws the gateway's refusals, E_CLIENT_… */
export function removeWebhook(
  gateways: Gateways,
  input: {
    /** Name of the stack. */
    readonly stack: string;
    /** Its id. */
    readonly id: string;
  },
  options: CallOptions = {},
): Promise<void> {
  return call(gateways, { method: "DELETE", path: "/v2/stacks/{stack}/webhooks/{id}", input, ...options });
}

/** Restarts a service with the image that it has; secrets are read anew. @throws the gateway's refusals, E_CLIENT_… */
export function restartService(
  gateways: Gateways,
  input: {
    /** Name of the stack. */
    readonly stack: string;
    /** Name of the service. */
    readonly service: string;
  },
  options: CallOptions = {},
): Promise<Operation> {
  return call(gateways, { method: "POST", path: "/v2/stacks/{stack}/services/{service}/restart", input, ...options });
}

/** Restarts a stack with the images that it has; secrets are read anew. @throws the gateway's refusals, E_CLIENT_… */
export function restartStack(
  gateways: Gateways,
  input: {
    /** Name of the stack. */
    readonly stack: string;
  },
  options: CallOptions = {},
): Promise<Operation> {
  return call(gateways, { method: "POST", path: "/v2/stacks/{stack}/restart", input, ...options });
}

/** Goes back to what a service was in a deployment before; others stay as they are. @throws the gateway's refusals, E_CLIENT_… */
export function rollbackService(
  gateways: Gateways,
  input: {
    /** Name of the stack. */
    readonly stack: string;
    /** Name of the service. */
    readonly service: string;
  },
  body: RollbackWish,
  options: CallOptions = {},
): Promise<Deployment> {
  return call(gateways, {
    method: "POST",
    path: "/v2/stacks/{stack}/services/{service}/rollback",
    input,
    body,
    ...options,
  });
}

/** Goes back to a deployment before. @throws the gateway's refusals, E_CLIENT_… */
export function rollbackStack(
  gateways: Gateways,
  input: {
    /** Name of the stack. */
    readonly stack: string;
  },
  body: RollbackWish,
  options: CallOptions = {},
): Promise<Deployment> {
  return call(gateways, { method: "POST", path: "/v2/stacks/{stack}/rollback", input, body, ...options });
}

/** Gives a secret a new value, and restarts what gets it. @throws the gateway's refusals, E_CLIENT_… */
export function rotateSecret(
  gateways: Gateways,
  input: {
    /** Name of the secret: `STACK.FILE` or `SERVICE.STACK.FILE`. */
    readonly name: string;
  },
  body: RotateWish,
  options: CallOptions = {},
): Promise<Rotated> {
  return call(gateways, { method: "POST", path: "/v2/secrets/{name}/rotate", input, body, ...options });
}

/** Changes how many containers a service has. @throws the gateway's refusals, E_CLIENT_… */
export function scaleService(
  gateways: Gateways,
  input: {
    /** Name of the stack. */
    readonly stack: string;
    /** Name of the service. */
    readonly service: string;
  },
  body: ScaleWish,
  options: CallOptions = {},
): Promise<Operation> {
  return call(gateways, {
    method: "POST",
    path: "/v2/stacks/{stack}/services/{service}/scale",
    input,
    body,
    ...options,
  });
}

/** Lines of logs with a text in them, of stacks whose logs you may read. @throws the gateway's refusals, E_CLIENT_… */
export function searchLogs(
  gateways: Gateways,
  input: {
    /** What the lines contain; letter case does not matter. */
    readonly text: string;
    /** Name of the stack. */
    readonly stack?: string | undefined;
    /** Name of the service. */
    readonly service?: string | undefined;
    /** Not before; seconds since 1970. */
    readonly since?: number | undefined;
    /** Not after. */
    readonly until?: number | undefined;
    /** Lines at most. */
    readonly limit?: number | undefined;
  },
  options: CallOptions = {},
): Promise<LogList> {
  return call(gateways, { method: "GET", path: "/v2/logs", input, ...options });
}

/** Gives a person or a group limits of its own (operators). @throws the gateway's refusals, E_CLIENT_… */
export function setServiceQuota(
  gateways: Gateways,
  input: {
    /** Whose limits. */
    readonly kind: "user" | "group";
    /** Name of the person or group. */
    readonly subject: string;
  },
  body: Amounts,
  options: CallOptions = {},
): Promise<ServiceQuota> {
  return call(gateways, { method: "PUT", path: "/v2/service-quotas/{kind}/{subject}", input, body, ...options });
}

/** One deployment. @throws the gateway's refusals, E_CLIENT_… */
export function showDeployment(
  gateways: Gateways,
  input: {
    /** Name of the stack. */
    readonly stack: string;
    /** Its id. */
    readonly id: string;
  },
  options: CallOptions = {},
): Promise<Deployment> {
  return call(gateways, { method: "GET", path: "/v2/stacks/{stack}/deployments/{id}", input, ...options });
}

/** The recipe of a stack as it was sent. @throws the gateway's refusals, E_CLIENT_… */
export function showFiles(
  gateways: Gateways,
  input: {
    /** Its id. */
    readonly deployment?: string | undefined;
    /** Name of the stack. */
    readonly stack: string;
  },
  options: CallOptions = {},
): Promise<DeploymentFiles> {
  return call(gateways, { method: "GET", path: "/v2/stacks/{stack}/files", input, ...options });
}

/** One operation. @throws the gateway's refusals, E_CLIENT_… */
export function showOperation(
  gateways: Gateways,
  input: {
    /** Name of the stack. */
    readonly stack: string;
    /** Its id. */
    readonly id: string;
  },
  options: CallOptions = {},
): Promise<Operation> {
  return call(gateways, { method: "GET", path: "/v2/stacks/{stack}/operations/{id}", input, ...options });
}

/** One secret, without its value. @throws the gateway's refusals, E_CLIENT_… */
export function showSecret(
  gateways: Gateways,
  input: {
    /** Name of the secret: `STACK.FILE` or `SERVICE.STACK.FILE`. */
    readonly name: string;
  },
  options: CallOptions = {},
): Promise<Secret> {
  return call(gateways, { method: "GET", path: "/v2/secrets/{name}", input, ...options });
}

/** One service. @throws the gateway's refusals, E_CLIENT_… */
export function showService(
  gateways: Gateways,
  input: {
    /** Name of the stack. */
    readonly stack: string;
    /** Name of the service. */
    readonly service: string;
  },
  options: CallOptions = {},
): Promise<Service> {
  return call(gateways, { method: "GET", path: "/v2/stacks/{stack}/services/{service}", input, ...options });
}

/** Who you are, and how one signs in. @throws the gateway's refusals, E_CLIENT_… */
export function showSession(gateways: Gateways, options: CallOptions = {}): Promise<Session> {
  return call(gateways, { method: "GET", path: "/v2/session", ...options });
}

/** One stack. @throws the gateway's refusals, E_CLIENT_… */
export function showStack(
  gateways: Gateways,
  input: {
    /** Name of the stack. */
    readonly stack: string;
  },
  options: CallOptions = {},
): Promise<Stack> {
  return call(gateways, { method: "GET", path: "/v2/stacks/{stack}", input, ...options });
}

/** When a service was used, slept and woke. @throws the gateway's refusals, E_CLIENT_… */
export function showTimeline(
  gateways: Gateways,
  input: {
    /** Not before; seconds since 1970; all unless said. */
    readonly since?: number | undefined;
    /** Name of the stack. */
    readonly stack: string;
    /** Name of the service. */
    readonly service: string;
  },
  options: CallOptions = {},
): Promise<IdleTimeline> {
  return call(gateways, { method: "GET", path: "/v2/stacks/{stack}/services/{service}/activity", input, ...options });
}

/** What the services of a stack consumed. @throws the gateway's refusals, E_CLIENT_… */
export function showUsage(
  gateways: Gateways,
  input: {
    /** Not before; seconds since 1970; all unless said. */
    readonly since?: number | undefined;
    /** Name of the stack. */
    readonly stack: string;
  },
  options: CallOptions = {},
): Promise<UsageList> {
  return call(gateways, { method: "GET", path: "/v2/stacks/{stack}/usage", input, ...options });
}

/** Signs in; sets a cookie. @throws the gateway's refusals, E_CLIENT_… */
export function signIn(gateways: Gateways, body: SignIn, options: CallOptions = {}): Promise<Session> {
  return call(gateways, { method: "POST", path: "/v2/session", body, ...options });
}

/** Signs out. @throws the gateway's refusals, E_CLIENT_… */
export function signOut(
  gateways: Gateways,
  input: {
    /** All your sessions end, those of other machines, too. */
    readonly everywhere?: boolean | undefined;
  } = {},
  options: CallOptions = {},
): Promise<void> {
  return call(gateways, { method: "DELETE", path: "/v2/session", input, ...options });
}

/** Starts a service that was stopped. @throws the gateway's refusals, E_CLIENT_… */
export function startService(
  gateways: Gateways,
  input: {
    /** Name of the stack. */
    readonly stack: string;
    /** Name of the service. */
    readonly service: string;
  },
  options: CallOptions = {},
): Promise<Operation> {
  return call(gateways, { method: "POST", path: "/v2/stacks/{stack}/services/{service}/start", input, ...options });
}

/** Starts a stack that was stopped. @throws the gateway's refusals, E_CLIENT_… */
export function startStack(
  gateways: Gateways,
  input: {
    /** Name of the stack. */
    readonly stack: string;
  },
  options: CallOptions = {},
): Promise<Operation> {
  return call(gateways, { method: "POST", path: "/v2/stacks/{stack}/start", input, ...options });
}

/** Stops a service; its containers stay. @throws the gateway's refusals, E_CLIENT_… */
export function stopService(
  gateways: Gateways,
  input: {
    /** Name of the stack. */
    readonly stack: string;
    /** Name of the service. */
    readonly service: string;
  },
  options: CallOptions = {},
): Promise<Operation> {
  return call(gateways, { method: "POST", path: "/v2/stacks/{stack}/services/{service}/stop", input, ...options });
}

/** Stops a stack; its containers stay. @throws the gateway's refusals, E_CLIENT_… */
export function stopStack(
  gateways: Gateways,
  input: {
    /** Name of the stack. */
    readonly stack: string;
  },
  options: CallOptions = {},
): Promise<Operation> {
  return call(gateways, { method: "POST", path: "/v2/stacks/{stack}/stop", input, ...options });
}

/** Looks again what the tag of the image means, and replaces the containers. @throws the gateway's refusals, E_CLIENT_… */
export function upgradeService(
  gateways: Gateways,
  input: {
    /** Name of the stack. */
    readonly stack: string;
    /** Name of the service. */
    readonly service: string;
  },
  body: ServiceUpgradeWish,
  options: CallOptions = {},
): Promise<Deployment> {
  return call(gateways, {
    method: "POST",
    path: "/v2/stacks/{stack}/services/{service}/upgrade",
    input,
    body,
    ...options,
  });
}

/** Looks again what the tags of the images mean, and replaces what changed. @throws the gateway's refusals, E_CLIENT_… */
export function upgradeStack(
  gateways: Gateways,
  input: {
    /** Name of the stack. */
    readonly stack: string;
  },
  body: UpgradeWish,
  options: CallOptions = {},
): Promise<Deployment> {
  return call(gateways, { method: "POST", path: "/v2/stacks/{stack}/upgrade", input, body, ...options });
}

/** Wakes a service that sleeps; answers when it is awake. @throws the gateway's refusals, E_CLIENT_… */
export function wakeService(
  gateways: Gateways,
  input: {
    /** Name of the stack. */
    readonly stack: string;
    /** Name of the service. */
    readonly service: string;
  },
  options: CallOptions = {},
): Promise<Service> {
  return call(gateways, { method: "POST", path: "/v2/stacks/{stack}/services/{service}/wake", input, ...options });
}

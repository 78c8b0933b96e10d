// Generated from docs/services-api.json by scripts/make-client.mjs: change the schemas in src/services/api.
// What the API of services takes and answers.

/** The use of services. */
export interface ActivityList {
  /** They. */
  readonly items: readonly ServiceActivity[];
}

/** News of an operation. */
export interface Advance {
  /** What is told. */
  readonly kind: "phase" | "step" | "end";
  /** When; seconds since 1970 with fraction */
  readonly at?: number | undefined;
  /** Of `phase`: what it does now. */
  readonly phase?: "resolving" | "applying" | "rolling back" | undefined;
  readonly step?: Step | undefined;
  /** Of `step`: how far that is. */
  readonly state?: "begun" | "done" | "failed" | undefined;
  /** Of a step that failed: why. */
  readonly detail?: string | undefined;
  readonly operation?: Operation | undefined;
}

/** Amounts of what quotas limit; absent: no limit. */
export interface Amounts {
  /** Stacks. */
  readonly stacks?: number | undefined;
  /** Services. */
  readonly services?: number | undefined;
  /** Memory of all containers. */
  readonly memoryBytes?: number | undefined;
  /** CPUs of all containers. */
  readonly cpus?: number | undefined;
  /** Ports of the host. */
  readonly ports?: number | undefined;
  /** Secrets. */
  readonly secrets?: number | undefined;
}

/** Something that somebody did, or was not let do. */
export interface AuditEntry {
  /** Counts up. */
  readonly id: number;
  /** When; seconds since 1970 with fraction */
  readonly at: number;
  /** Who. */
  readonly who: string;
  /** What: `stack.upgrade`, `service.exec`, … */
  readonly action: string;
  /** With what: `stack/rover`. */
  readonly object: string;
  /** How it went. */
  readonly outcome: "ok" | "refused" | "failed";
  /** More. */
  readonly detail?: string | undefined;
  /** Where the person sat. */
  readonly address?: string | undefined;
}

/** One page. */
export interface AuditPage {
  readonly items: readonly AuditEntry[];
  /** Sent as `after`, this yields the page after this one; absent: there is none. */
  readonly next?: string | undefined;
}

/** One container of a service. */
export interface Container {
  /** Its id on the engine. */
  readonly id: string;
  /** Number of the replica, from 1. */
  readonly slot: number;
  /** What the engine says. */
  readonly status: "created" | "running" | "paused" | "restarting" | "exited" | "dead" | "removing";
  /** What its health check says. */
  readonly health: "none" | "starting" | "healthy" | "unhealthy";
  /** Digest of its image. */
  readonly digest: string;
  /** When it was started; seconds since 1970 with fraction */
  readonly startedAt?: number | undefined;
  /** How it ended. */
  readonly exitCode?: number | undefined;
  /** How often the engine started it again. */
  readonly restarts: number;
  /** Why it could not be started; empty: nothing. */
  readonly error: string;
}

/** Who wanted what, and how it ended. */
export interface Deployment {
  /** Its id. */
  readonly id: string;
  /** The stack. */
  readonly stack: string;
  /** Counts up within the stack. */
  readonly number: number;
  /** What was wanted. */
  readonly kind: "up" | "upgrade" | "rollback" | "edit";
  /** Who wanted it. */
  readonly by: string;
  /** When; seconds since 1970 with fraction */
  readonly at: number;
  /** By service: the image as written, and what that meant. */
  readonly images: Readonly<
    Record<
      string,
      {
        readonly reference?: string | undefined;
        readonly digest?: string | undefined;
      }
    >
  >;
  /** Ports of the host that berth chose, by `SERVICE/PORT/PROTOCOL`. */
  readonly ports: Readonly<Record<string, number>>;
  /** What the rules said then. */
  readonly findings: readonly Finding[];
  /** How far it is; `upgraded` waits for somebody to confirm. */
  readonly state: "planned" | "under way" | "upgraded" | "done" | "failed" | "rolled back" | "interrupted";
  /** Why it failed. */
  readonly message?: string | undefined;
  /** When it ended; seconds since 1970 with fraction */
  readonly finishedAt?: number | undefined;
}

/** The recipe of a deployment as it was sent. */
export interface DeploymentFiles {
  /** Its files. */
  readonly files: readonly RecipeFile[];
}

/** One page. */
export interface DeploymentPage {
  readonly items: readonly Deployment[];
  /** Sent as `after`, this yields the page after this one; absent: there is none. */
  readonly next?: string | undefined;
}

/** A recipe that gives the same stack again, its images pinned. */
export interface Export {
  /** Its files. */
  readonly files: readonly RecipeFile[];
  /** Which of them are compose files, in order. */
  readonly compose: readonly string[];
  /** By service: the image as written, and what that meant. */
  readonly images: Readonly<
    Record<
      string,
      {
        readonly reference?: string | undefined;
        readonly digest?: string | undefined;
      }
    >
  >;
}

/** A difference in a service. */
export interface FieldChange {
  /** Where in the service: `/image`. */
  readonly pointer: string;
  /** What stands there, as JSON; absent: nothing. */
  readonly before?: string | undefined;
  /** What is wanted, as JSON; absent: nothing. */
  readonly after?: string | undefined;
}

/** What a rule found. */
export interface Finding {
  /** The rule: `SVC-01`. */
  readonly rule: string;
  /** `error` keeps the stack from being deployed. */
  readonly severity: "error" | "warning" | "info" | "style";
  /** What, where and why. */
  readonly message: string;
  /** What to do. */
  readonly hint?: string | undefined;
  /** Where in the stack: `/services/db/ports/0`. */
  readonly pointer: string;
  readonly place?: Place | undefined;
  /** `person`: somebody has to look; `unknown`: the facts to decide were not there. */
  readonly certainty: "certain" | "likely" | "person" | "unknown";
  readonly waived?: Waiver | undefined;
}

/** A span of time in which a service did one thing. */
export interface IdleSpan {
  /** Its beginning; seconds since 1970 with fraction */
  readonly from: number;
  /** Its end; absent: it lasts; seconds since 1970 with fraction */
  readonly to?: number | undefined;
  /** What it did. */
  readonly state: "active" | "idle" | "warm" | "asleep" | "stopped" | "waking" | "unknown";
  /** What said so. */
  readonly because: string;
}

/** What is known of a service's use. */
export interface IdleState {
  /** Whether it is in use; `warm`: kept running by its hours. */
  readonly activity: "active" | "idle" | "unknown" | "warm";
  /** What says so. */
  readonly because: string;
  /** The last use; seconds since 1970 with fraction */
  readonly lastUse?: number | undefined;
  /** When it is stopped if nothing happens; seconds since 1970 with fraction */
  readonly stopsAt?: number | undefined;
}

/** When a service was used, slept and woke. */
export interface IdleTimeline {
  /** The stack. */
  readonly stack: string;
  /** The service. */
  readonly service: string;
  /** The oldest first. */
  readonly spans: readonly IdleSpan[];
}

/** The site's key was exchanged. */
export interface KeyExchanged {
  /** Secrets that were closed with the new key. */
  readonly secrets: number;
}

/** A line of a container's output. */
export interface LogLine {
  /** When; seconds since 1970 with fraction */
  readonly at: number;
  /** The stack. */
  readonly stack: string;
  /** The service. */
  readonly service: string;
  /** Id of the container. */
  readonly container: string;
  /** Number of the replica. */
  readonly slot: number;
  /** Which output. */
  readonly stream: "stdout" | "stderr";
  /** The line, without its end. */
  readonly line: string;
}

/** Lines of logs, the oldest first. */
export interface LogList {
  /** They. */
  readonly items: readonly LogLine[];
  /** There were more than were asked for. */
  readonly cut: boolean;
}

/** Who is signed in. */
export interface Me {
  /** Name of the account. */
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
  /** The person's name, when the directory has one. */
  readonly name?: string | undefined;
  /** Names of the groups, as far as the directory knows them. */
  readonly groups: readonly string[];
  /** What the person may do on the whole site. */
  readonly roles: readonly ("viewer" | "user" | "operator" | "admin")[];
  /** How the person signed in: `password`, `oidc`, `token`, `munge`, … */
  readonly via: string;
  /** When the session ends; seconds since 1970 with fraction */
  readonly expiresAt?: number | undefined;
}

/** A new webhook. Its key is shown this once. */
export interface NewWebhook {
  readonly webhook: Webhook;
  /** The path to be called: `/v2/webhooks/ID`. */
  readonly url: string;
  /** Signs the calls: `x-berth-signature: v1=HEX` of HMAC-SHA256(key, `TIMESTAMP.BODY`), with `x-berth-timestamp`. */
  readonly key: string;
}

/** What the reader of the recipe said. */
export interface Note {
  /** An error keeps the stack from being deployed. */
  readonly severity: "error" | "warning" | "info";
  /** What. */
  readonly message: string;
  /** What to do. */
  readonly hint?: string | undefined;
  /** Where in the stack. */
  readonly pointer: string;
  readonly place?: Place | undefined;
}

/** Something that is done to a stack; one at a time. */
export interface Operation {
  /** Its id; of one that makes a deployment, the deployment's. */
  readonly id: string;
  /** The stack. */
  readonly stack: string;
  /** What is done. */
  readonly kind:
    | "up"
    | "upgrade"
    | "rollback"
    | "confirm"
    | "stop"
    | "start"
    | "restart"
    | "scale"
    | "sleep"
    | "wake"
    | "down";
  /** With which service; absent: all. */
  readonly service?: string | undefined;
  /** Who wanted it. */
  readonly by: string;
  /** When; seconds since 1970 with fraction */
  readonly at: number;
  /** How far it is. */
  readonly state: "under way" | "done" | "failed" | "rolled back";
  /** How it ended. */
  readonly message?: string | undefined;
  /** When it ended; seconds since 1970 with fraction */
  readonly finishedAt?: number | undefined;
}

/** One page. */
export interface OperationPage {
  readonly items: readonly Operation[];
  /** Sent as `after`, this yields the page after this one; absent: there is none. */
  readonly next?: string | undefined;
}

/** A place in a file of the recipe. */
export interface Place {
  /** The file. */
  readonly file: string;
  /** Line, from 1. */
  readonly line: number;
  /** Column, from 1. */
  readonly column: number;
  /** Line of its end. */
  readonly endLine: number;
  /** Column behind its end. */
  readonly endColumn: number;
  /** The lines around it with marks, for a terminal. */
  readonly frame: string;
}

/** What would be done. */
export interface Plan {
  /** One after the other; steps of one wave run side by side. */
  readonly waves: readonly (readonly Step[])[];
  /** What one should know before. */
  readonly warnings: readonly string[];
}

/** A port of the host that a stack uses. */
export interface Port {
  /** The port. */
  readonly port: number;
  /** Its protocol. */
  readonly protocol: "tcp" | "udp";
  /** The stack. */
  readonly stack: string;
  /** The service. */
  readonly service: string;
  /** Port in the container. */
  readonly container: number;
  /** The site's class of ports that it is in. */
  readonly class: string;
  /** Who reaches it. */
  readonly reach: string;
}

/** A class of ports. */
export interface PortClass {
  /** Its name. */
  readonly name: string;
  /** Which ports: `60000-60050`. */
  readonly ports: string;
  /** Who reaches them. */
  readonly reach: string;
  /** How many are free. */
  readonly free: number;
}

/** Ports of the host. */
export interface PortList {
  /** Those in use by stacks that you may see. */
  readonly items: readonly Port[];
  /** What the site offers. */
  readonly classes: readonly PortClass[];
}

/** Why a request was not fulfilled. */
export interface Problem {
  /** Always `about:blank`: the code says which kind it is. */
  readonly type: string;
  /** The status in words. */
  readonly title: string;
  /** The status code. */
  readonly status: number;
  /** The kind of failure: `E_GATEWAY_…`. */
  readonly code: string;
  /** What happened, to which thing and why. */
  readonly detail: string;
  /** What to do next. */
  readonly hint?: string | undefined;
}

/** A recipe that was read and judged; nothing was done. */
export interface Proposal {
  /** The stack. */
  readonly stack: string;
  /** Its services. */
  readonly services: readonly string[];
  /** What the reader said: what is ignored, or done in another way. */
  readonly notes: readonly Note[];
  /** What the site's rules say. */
  readonly findings: readonly Finding[];
  readonly plan: Plan;
  /** Nothing keeps it from being deployed. */
  readonly allowed: boolean;
}

/** A file of a recipe. */
export interface RecipeFile {
  /** Its path, relative to the compose file's folder. */
  readonly name: string;
  /** What stands in it. */
  readonly text: string;
}

/** Where to go back to. */
export interface RollbackWish {
  /** Id or number of a deployment; absent: the one before. */
  readonly to?: string | undefined;
}

/** A new value of a secret. */
export interface RotateWish {
  /** The value, as base64. */
  readonly value: string;
  /** Restart the services that get it; true unless said. */
  readonly restart?: boolean | undefined;
}

/** A secret that was rotated. */
export interface Rotated {
  readonly secret: Secret;
  /** Services that were restarted. */
  readonly restarted: readonly SecretUse[];
}

/** A way from the proxy to a service. */
export interface Route {
  /** The stack. */
  readonly stack: string;
  /** The service. */
  readonly service: string;
  /** Where it begins. */
  readonly url: string;
  /** Name of the host. */
  readonly host: string;
  /** Prefix of the path. */
  readonly path: string;
  /** Port in the container. */
  readonly port: number;
  /** What it carries. */
  readonly protocol: "http" | "tcp";
  /** Port of a TCP route. */
  readonly listen?: number | undefined;
  /** What becomes of plain HTTP. */
  readonly tls: "redirect" | "both" | "none";
  /** Who must be signed in. */
  readonly auth: "none" | "user" | "group" | "owner";
  /** What somebody who comes finds. */
  readonly state: "ready" | "asleep" | "waking" | "down";
  /** Why it is down. */
  readonly reason?: string | undefined;
  /** Containers behind it that answer. */
  readonly backends: number;
  /** What its certificate is: `site`, `acme`, `internal`; absent: none. */
  readonly certificate?: string | undefined;
}

/** Ways from the proxy to services. */
export interface RouteList {
  /** They. */
  readonly items: readonly Route[];
}

/** A rule of the site. */
export interface Rule {
  /** Its name: `SVC-01`. */
  readonly rule: string;
  /** What it judges: `service`, `stack`, `volume`, … */
  readonly about: string;
  /** What it wants. */
  readonly title: string;
  /** What breaking it means here. */
  readonly severity: "error" | "warning" | "info" | "style" | "off";
  /** An example that passes. */
  readonly good?: string | undefined;
  /** One that does not. */
  readonly bad?: string | undefined;
  /** What it says then. */
  readonly message?: string | undefined;
}

/** The rules of the site. */
export interface RuleList {
  /** What they begin with: `spin`, … */
  readonly profile: string;
  /** All rules. */
  readonly items: readonly Rule[];
}

/** How many containers a service should have. */
export interface ScaleWish {
  /** 0: none, until it is scaled again. */
  readonly replicas: number;
}

/** A secret, without its value. */
export interface Secret {
  /** Its name: `STACK.FILE` or `SERVICE.STACK.FILE`. */
  readonly name: string;
  /** What it is, and whose: `owner:fred, password of the database`. */
  readonly description: string;
  /** Account that it belongs to. */
  readonly owner: string;
  /** Bytes of the value. */
  readonly bytes: number;
  /** Counts up with each new value. */
  readonly version: number;
  /** When it was made; seconds since 1970 with fraction */
  readonly createdAt: number;
  /** Who made it. */
  readonly createdBy: string;
  /** When it got its value; seconds since 1970 with fraction */
  readonly rotatedAt: number;
  /** Who gave it that. */
  readonly rotatedBy: string;
  /** Services that get it. */
  readonly usedBy: readonly SecretUse[];
}

/** Secrets. */
export interface SecretList {
  /** They. */
  readonly items: readonly Secret[];
}

/** A service that gets a secret. */
export interface SecretUse {
  /** The stack. */
  readonly stack: string;
  /** The service. */
  readonly service: string;
}

/** A new secret. */
export interface SecretWish {
  /** Name of the secret: `STACK.FILE` or `SERVICE.STACK.FILE`. */
  readonly name: string;
  /** What it is, and whose: `owner:fred, password of the database`. */
  readonly description: string;
  /** The value, as base64. */
  readonly value: string;
}

/** A service of a stack. */
export interface Service {
  /** Its stack. */
  readonly stack: string;
  /** Its name. */
  readonly name: string;
  /** What it does. */
  readonly state:
    | "running"
    | "starting"
    | "degraded"
    | "stopped"
    | "asleep"
    | "paused"
    | "waking"
    | "upgrading"
    | "completed"
    | "failed";
  /** Why it is so. */
  readonly reason?: string | undefined;
  /** Its image, as it was written. */
  readonly image: string;
  /** What that meant when it was deployed. */
  readonly digest: string;
  /** How many containers there should be. */
  readonly wanted: number;
  /** Those that there are. */
  readonly containers: readonly Container[];
  /** Ports of the host that lead to it. */
  readonly ports: readonly ServicePort[];
  /** URLs by which the proxy leads to it. */
  readonly routes: readonly string[];
  readonly idle?: IdleState | undefined;
}

/** The use of a service. */
export interface ServiceActivity {
  /** The stack. */
  readonly stack: string;
  /** The service. */
  readonly service: string;
  /** What it does. */
  readonly state: string;
  readonly idle?: IdleState | undefined;
}

/** What a recipe would change of a service. */
export interface ServiceDiff {
  /** The service. */
  readonly service: string;
  /** `replaced`: its containers are made anew; `adjusted`: they stay. */
  readonly change: "added" | "removed" | "replaced" | "adjusted" | "same";
  /** What differs. */
  readonly fields: readonly FieldChange[];
}

/** A port of the host that leads to a service. */
export interface ServicePort {
  /** Port of the host. */
  readonly host: number;
  /** Port in the container. */
  readonly container: number;
  /** `tcp` or `udp`. */
  readonly protocol: string;
  /** A DNS name that leads there. */
  readonly name?: string | undefined;
  /** Who reaches it: the site's name for the port's class. */
  readonly reach: string;
}

/** What an owner or a group may have, and has. */
export interface ServiceQuota {
  /** Whose it is. */
  readonly kind: "user" | "group";
  /** Name of the user or group. */
  readonly subject: string;
  readonly limits: Amounts;
  readonly used: Amounts;
}

/** Quotas. */
export interface ServiceQuotaList {
  /** They. */
  readonly items: readonly ServiceQuota[];
}

/** How a service is upgraded. */
export interface ServiceUpgradeWish {
  /** Whether the registry is asked what a tag means now, or what the engine has will do. */
  readonly pull?: "always" | "missing" | undefined;
  /** Another image than the recipe's. */
  readonly image?: string | undefined;
  readonly update?: UpdateWish | undefined;
}

/** The session of a browser. */
export interface Session {
  readonly me?: Me | undefined;
  /** To be sent as `x-berth-csrf` with everything that changes something; cookie sessions only. */
  readonly csrf?: string | undefined;
  readonly ways: SignInWays;
  /** Name of the site's services. */
  readonly site: string;
  /** Version of berth. */
  readonly version: string;
}

/** Name and password, or a token. */
export interface SignIn {
  /** Name of the account. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly token?: string | undefined;
}

/** How one signs in here. */
export interface SignInWays {
  /** With the name and password of an account. */
  readonly password: boolean;
  /** With a token of the site. */
  readonly token: boolean;
  /** Where a browser goes to sign in elsewhere; absent: not possible. */
  readonly oidc?: string | undefined;
  /** What that is called, for the button. */
  readonly oidcName?: string | undefined;
}

/** A stack. */
export interface Stack {
  /** Its name. */
  readonly name: string;
  /** What people call it. */
  readonly title: string;
  /** Account that it belongs to. */
  readonly owner: string;
  /** Group whose members may operate it. */
  readonly group?: string | undefined;
  /** Member of the staff who knows it. */
  readonly staffOwner?: string | undefined;
  /** Group of the staff that knows it. */
  readonly staffGroup?: string | undefined;
  /** Its tags. */
  readonly tags: Readonly<Record<string, string>>;
  /** What it does. */
  readonly state:
    | "deploying"
    | "running"
    | "degraded"
    | "stopped"
    | "asleep"
    | "upgrading"
    | "upgraded"
    | "rolling-back"
    | "removing"
    | "failed";
  /** Why it is so. */
  readonly reason?: string | undefined;
  /** Id of the deployment that counts. */
  readonly deployment: string;
  /** Its services. */
  readonly services: readonly Service[];
  /** When it was made; seconds since 1970 with fraction */
  readonly createdAt: number;
  /** When it last changed; seconds since 1970 with fraction */
  readonly updatedAt: number;
  /** What you may do with it: see it, operate it, or change and remove it. */
  readonly mine: "see" | "operate" | "change";
}

/** What a recipe would change of a stack. */
export interface StackDiff {
  /** The stack. */
  readonly stack: string;
  /** Service by service. */
  readonly services: readonly ServiceDiff[];
  /** Deploying it would change nothing. */
  readonly same: boolean;
}

/** Something that happened to a stack. */
export interface StackEvent {
  /** Counts up; what is sent as `last-event-id` to see what came after it. */
  readonly id: number;
  /** When; seconds since 1970 with fraction */
  readonly at: number;
  /** The stack. */
  readonly stack: string;
  /** The service. */
  readonly service?: string | undefined;
  /** `deployed`, `step`, `state`, `idle`, `woken`, `stopped`, `crashed`, `health`, … */
  readonly kind: string;
  /** Who did it. */
  readonly by?: string | undefined;
  /** What, for people. */
  readonly message: string;
}

/** One page. */
export interface StackEventPage {
  readonly items: readonly StackEvent[];
  /** Sent as `after`, this yields the page after this one; absent: there is none. */
  readonly next?: string | undefined;
}

/** One page. */
export interface StackPage {
  readonly items: readonly StackSummary[];
  /** Sent as `after`, this yields the page after this one; absent: there is none. */
  readonly next?: string | undefined;
}

/** A stack at a glance. */
export interface StackSummary {
  /** Its name. */
  readonly name: string;
  /** What people call it. */
  readonly title: string;
  /** Account that it belongs to. */
  readonly owner: string;
  /** Group whose members may operate it. */
  readonly group?: string | undefined;
  /** Member of the staff who knows it. */
  readonly staffOwner?: string | undefined;
  /** Group of the staff that knows it. */
  readonly staffGroup?: string | undefined;
  /** What it does. */
  readonly state:
    | "deploying"
    | "running"
    | "degraded"
    | "stopped"
    | "asleep"
    | "upgrading"
    | "upgraded"
    | "rolling-back"
    | "removing"
    | "failed";
  /** Why it is so. */
  readonly reason?: string | undefined;
  /** How many services it has. */
  readonly services: number;
  /** How many of them run. */
  readonly running: number;
  /** How many of them sleep until they are wanted. */
  readonly asleep: number;
  /** URLs by which the proxy leads to it. */
  readonly routes: readonly string[];
  /** When it last changed; seconds since 1970 with fraction */
  readonly updatedAt: number;
  /** What you may do with it: see it, operate it, or change and remove it. */
  readonly mine: "see" | "operate" | "change";
}

/** A stack that somebody wants. */
export interface StackWish {
  /** Name of the stack. */
  readonly name: string;
  /** The compose files and those that they name: `.env`, env_file, configs, extends. */
  readonly files: readonly RecipeFile[];
  /** Which of them are compose files; later ones are laid over earlier ones. */
  readonly compose: readonly string[];
  /** Values of variables in the files. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  readonly profiles?: readonly string[] | undefined;
  /** Tags besides those of the recipe: `owner`, `staff-owner`, `group`, … */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** One thing to do. */
export interface Step {
  /** What. */
  readonly action:
    | "pull"
    | "create-network"
    | "create-volume"
    | "create"
    | "start"
    | "wait-healthy"
    | "wait-completed"
    | "drain"
    | "stop"
    | "remove"
    | "remove-network"
    | "remove-volume"
    | "pause"
    | "wait"
    | "keep";
  /** For which service. */
  readonly service?: string | undefined;
  /** For which replica. */
  readonly slot?: number | undefined;
  /** With what: an image, a container, a network. */
  readonly target: string;
  /** Why. */
  readonly why: string;
}

/** Another way of replacing containers than the recipe's, this once. */
export interface UpdateWish {
  /** Containers replaced at a time; 0: all at once. */
  readonly batch?: number | undefined;
  /** Milliseconds between two batches. */
  readonly intervalMs?: number | undefined;
  /** The new container runs before the old one is stopped. */
  readonly startFirst?: boolean | undefined;
  /** Old containers are kept, stopped, until somebody confirms. */
  readonly confirm?: boolean | undefined;
}

/** Which services are upgraded, and how. */
export interface UpgradeWish {
  /** Absent: all. */
  readonly services?: readonly string[] | undefined;
  /** Whether the registry is asked what a tag means now, or what the engine has will do. */
  readonly pull?: "always" | "missing" | undefined;
  /** Other images than the recipe's, by service. */
  readonly images?: Readonly<Record<string, string>> | undefined;
  readonly update?: UpdateWish | undefined;
}

/** Samples of consumption, the oldest first. */
export interface UsageList {
  /** They. */
  readonly items: readonly UsageSample[];
}

/** What a service consumed at a moment. */
export interface UsageSample {
  /** When; seconds since 1970 with fraction */
  readonly at: number;
  /** The service. */
  readonly service: string;
  /** Number of the replica. */
  readonly slot: number;
  /** CPU seconds since the container's start. */
  readonly cpuSeconds: number;
  /** CPUs used since the sample before: 1.5 is one and a half. */
  readonly cpu?: number | undefined;
  /** Memory in use. */
  readonly memoryBytes: number;
  /** Memory that it may use; 0: no limit. */
  readonly memoryLimitBytes: number;
  /** Received since its start. */
  readonly receivedBytes: number;
  /** Sent since its start. */
  readonly sentBytes: number;
  /** Processes. */
  readonly pids: number;
}

/** Who allowed what a rule forbids. */
export interface Waiver {
  /** Who. */
  readonly by: string;
  /** Why. */
  readonly reason: string;
  /** Until when; null: for good. */
  readonly until: number | null;
}

/** An address that deploys when it is called. */
export interface Webhook {
  /** Its id, as it stands in the address. */
  readonly id: string;
  /** The stack. */
  readonly stack: string;
  /** The service; absent: all of the stack. */
  readonly service?: string | undefined;
  /** What it is for. */
  readonly description: string;
  /** Who made it: what it does, it does as this person. */
  readonly by: string;
  /** When it was made; seconds since 1970 with fraction */
  readonly createdAt: number;
  /** When it was last called; seconds since 1970 with fraction */
  readonly lastUse?: number | undefined;
}

/** Webhooks of a stack. */
export interface WebhookList {
  /** They. */
  readonly items: readonly Webhook[];
}

/** A wish for a webhook. */
export interface WebhookWish {
  /** Name of the service. */
  readonly service?: string | undefined;
  /** What it is for. */
  readonly description: string;
}

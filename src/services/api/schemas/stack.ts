// Stacks, services and containers as they are at the moment.

import { Type } from "typebox";
import { count, line, list, named, page, ref, SERVICE, seconds, text, texts, word } from "./words.ts";

const STACK_STATES = [
  ...["deploying", "running", "degraded", "stopped", "asleep"],
  ...["upgrading", "upgraded", "rolling-back", "removing", "failed"],
] as const;
const STATES = [
  ...["running", "starting", "degraded", "stopped", "asleep"],
  ...["paused", "waking", "upgrading", "completed", "failed"],
] as const;
const STATUSES = ["created", "running", "paused", "restarting", "exited", "dead", "removing"] as const;

/** What the person who asks may do with a stack. */
export const RIGHTS = ["see", "operate", "change"] as const;

export const Container = named("Container", "One container of a service.", {
  id: text("Its id on the engine."),
  slot: count("Number of the replica, from 1."),
  status: word(STATUSES, "What the engine says."),
  health: word(["none", "starting", "healthy", "unhealthy"], "What its health check says."),
  digest: text("Digest of its image."),
  startedAt: Type.Optional(seconds("When it was started")),
  exitCode: Type.Optional(Type.Integer({ description: "How it ended." })),
  restarts: count("How often the engine started it again."),
  error: text("Why it could not be started; empty: nothing."),
});

export const ServicePort = named("ServicePort", "A port of the host that leads to a service.", {
  host: count("Port of the host."),
  container: count("Port in the container."),
  protocol: text("`tcp` or `udp`."),
  name: Type.Optional(text("A DNS name that leads there.")),
  reach: text("Who reaches it: the site's name for the port's class."),
});

export const IdleState = named("IdleState", "What is known of a service's use.", {
  activity: word(["active", "idle", "unknown", "warm"], "Whether it is in use; `warm`: kept running by its hours."),
  because: text("What says so."),
  lastUse: Type.Optional(seconds("The last use")),
  stopsAt: Type.Optional(seconds("When it is stopped if nothing happens")),
});

export const Service = named("Service", "A service of a stack.", {
  stack: text("Its stack."),
  name: text("Its name."),
  state: word(STATES, "What it does."),
  reason: Type.Optional(text("Why it is so.")),
  image: text("Its image, as it was written."),
  digest: text("What that meant when it was deployed."),
  wanted: count("How many containers there should be."),
  containers: list(ref(Container), "Those that there are."),
  ports: list(ref(ServicePort), "Ports of the host that lead to it."),
  routes: list(Type.String(), "URLs by which the proxy leads to it."),
  idle: Type.Optional(ref(IdleState)),
});

const OWNERSHIP = {
  owner: text("Account that it belongs to."),
  group: Type.Optional(text("Group whose members may operate it.")),
  staffOwner: Type.Optional(text("Member of the staff who knows it.")),
  staffGroup: Type.Optional(text("Group of the staff that knows it.")),
};

export const StackSummary = named("StackSummary", "A stack at a glance.", {
  name: text("Its name."),
  title: text("What people call it."),
  ...OWNERSHIP,
  state: word(STACK_STATES, "What it does."),
  reason: Type.Optional(text("Why it is so.")),
  services: count("How many services it has."),
  running: count("How many of them run."),
  asleep: count("How many of them sleep until they are wanted."),
  routes: list(Type.String(), "URLs by which the proxy leads to it."),
  updatedAt: seconds("When it last changed"),
  mine: word(RIGHTS, "What you may do with it: see it, operate it, or change and remove it."),
});

export const StackPage = page("StackPage", ref(StackSummary));

export const Stack = named("Stack", "A stack.", {
  name: text("Its name."),
  title: text("What people call it."),
  ...OWNERSHIP,
  tags: texts("Its tags."),
  state: word(STACK_STATES, "What it does."),
  reason: Type.Optional(text("Why it is so.")),
  deployment: text("Id of the deployment that counts."),
  services: list(ref(Service), "Its services."),
  createdAt: seconds("When it was made"),
  updatedAt: seconds("When it last changed"),
  mine: word(RIGHTS, "What you may do with it: see it, operate it, or change and remove it."),
});

const UPDATE = {
  batch: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 1000, description: "Containers replaced at a time; 0: all at once." }),
  ),
  intervalMs: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 3_600_000, description: "Milliseconds between two batches." }),
  ),
  startFirst: Type.Optional(Type.Boolean({ description: "The new container runs before the old one is stopped." })),
  confirm: Type.Optional(Type.Boolean({ description: "Old containers are kept, stopped, until somebody confirms." })),
};
export const UpdateWish = named(
  "UpdateWish",
  "Another way of replacing containers than the recipe's, this once.",
  UPDATE,
);

export const UpgradeWish = named("UpgradeWish", "Which services are upgraded, and how.", {
  services: Type.Optional(Type.Array(SERVICE, { maxItems: 200, description: "Absent: all." })),
  pull: Type.Optional(
    word(["always", "missing"], "Whether the registry is asked what a tag means now, or what the engine has will do."),
  ),
  images: Type.Optional(texts("Other images than the recipe's, by service.")),
  update: Type.Optional(ref(UpdateWish)),
});

export const ServiceUpgradeWish = named("ServiceUpgradeWish", "How a service is upgraded.", {
  pull: UpgradeWish.properties.pull,
  image: Type.Optional(line(1024, "Another image than the recipe's.")),
  update: UpgradeWish.properties.update,
});

export const RollbackWish = named("RollbackWish", "Where to go back to.", {
  to: Type.Optional(line(64, "Id or number of a deployment; absent: the one before.")),
});

export const ScaleWish = named("ScaleWish", "How many containers a service should have.", {
  replicas: Type.Integer({ minimum: 0, maximum: 1000, description: "0: none, until it is scaled again." }),
});

export const PARTS = [Container, ServicePort, IdleState];

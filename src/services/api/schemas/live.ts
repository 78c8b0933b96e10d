// What is seen of stacks while they run: lines of logs, events, use, samples of consumption.

import { Type } from "typebox";
import { IdleState } from "./stack.ts";
import { count, list, named, page, ref, seconds, text, word } from "./words.ts";

export const LogLine = named("LogLine", "A line of a container's output.", {
  at: seconds("When"),
  stack: text("The stack."),
  service: text("The service."),
  container: text("Id of the container."),
  slot: count("Number of the replica."),
  stream: word(["stdout", "stderr"], "Which output."),
  line: text("The line, without its end."),
});
export const LogList = named("LogList", "Lines of logs, the oldest first.", {
  items: list(ref(LogLine), "They."),
  cut: Type.Boolean({ description: "There were more than were asked for." }),
});

export const StackEvent = named("StackEvent", "Something that happened to a stack.", {
  id: count("Counts up; what is sent as `last-event-id` to see what came after it."),
  at: seconds("When"),
  stack: text("The stack."),
  service: Type.Optional(text("The service.")),
  kind: text("`deployed`, `step`, `state`, `idle`, `woken`, `stopped`, `crashed`, `health`, …"),
  by: Type.Optional(text("Who did it.")),
  message: text("What, for people."),
});
export const StackEventPage = page("StackEventPage", ref(StackEvent));

export const ServiceActivity = named("ServiceActivity", "The use of a service.", {
  stack: text("The stack."),
  service: text("The service."),
  state: text("What it does."),
  idle: Type.Optional(ref(IdleState)),
});
export const ActivityList = named("ActivityList", "The use of services.", {
  items: list(ref(ServiceActivity), "They."),
});

export const IdleSpan = named("IdleSpan", "A span of time in which a service did one thing.", {
  from: seconds("Its beginning"),
  to: Type.Optional(seconds("Its end; absent: it lasts")),
  state: word(["active", "idle", "warm", "asleep", "stopped", "waking", "unknown"], "What it did."),
  because: text("What said so."),
});
export const IdleTimeline = named("IdleTimeline", "When a service was used, slept and woke.", {
  stack: text("The stack."),
  service: text("The service."),
  spans: list(ref(IdleSpan), "The oldest first."),
});

export const UsageSample = named("UsageSample", "What a service consumed at a moment.", {
  at: seconds("When"),
  service: text("The service."),
  slot: count("Number of the replica."),
  cpuSeconds: Type.Number({ description: "CPU seconds since the container's start." }),
  cpu: Type.Optional(Type.Number({ description: "CPUs used since the sample before: 1.5 is one and a half." })),
  memoryBytes: count("Memory in use."),
  memoryLimitBytes: count("Memory that it may use; 0: no limit."),
  receivedBytes: count("Received since its start."),
  sentBytes: count("Sent since its start."),
  pids: count("Processes."),
});
export const UsageList = named("UsageList", "Samples of consumption, the oldest first.", {
  items: list(ref(UsageSample), "They."),
});

export const PARTS = [LogLine, StackEvent, ServiceActivity, IdleSpan, UsageSample];

// Figures of services in the form of Prometheus, read from memory and records when somebody asks for them.

import { Counter, Gauge, type Registry } from "prom-client";
import type { House } from "./house.ts";

/** Adds the figures to a registry; the answer takes them away again. */
export function servicesMetrics(registry: Registry, { stacks, link, routes, linesLost }: House): () => void {
  const registers = [registry];
  const events = new Counter({
    name: "berth_stack_events_total",
    help: "Events of stacks by kind: deployed, woken, idle, crashed, …",
    labelNames: ["kind"],
    registers,
  });
  const unwatch = stacks.watch((event) => {
    if (event) events.inc({ kind: event.kind });
  });
  new Gauge({
    ...{ name: "berth_stacks", help: "Stacks by state", labelNames: ["state"], registers },
    async collect() {
      const counts = await statesOf(stacks).catch(() => undefined);
      this.reset();
      for (const [state, count] of counts?.stacks ?? []) this.set({ state }, count);
      services.reset();
      for (const [state, count] of counts?.services ?? []) services.set({ state }, count);
    },
  });
  const services = new Gauge({
    ...{ name: "berth_services", help: "Services by state; asleep: until somebody wants them", labelNames: ["state"] },
    registers,
  });
  new Gauge({
    ...{ name: "berth_engine_up", help: "1: the container engine answers and all containers are known", registers },
    collect() {
      this.set(link.live.fresh ? 1 : 0);
    },
  });
  new Gauge({
    ...{ name: "berth_service_containers", help: "Containers of services on the engine", registers },
    collect() {
      this.set(link.live.all().length);
    },
  });
  new Gauge({
    ...{ name: "berth_log_lines_lost", help: "Lines that could not be sent on since the server's start", registers },
    collect() {
      this.set(linesLost());
    },
  });
  new Gauge({
    ...{ name: "berth_proxies", help: "Proxy processes that are connected", registers },
    collect() {
      this.set(routes?.proxies().length ?? 0);
    },
  });
  new Gauge({
    ...{ name: "berth_routes", help: "Routes of the proxy by state", labelNames: ["state"], registers },
    collect() {
      this.reset();
      for (const { state } of routes?.table() ?? []) this.inc({ state });
    },
  });
  return unwatch;
}

const PAGE = 1000;

async function statesOf(stacks: House["stacks"]) {
  const counts = { stacks: new Map<string, number>(), services: new Map<string, number>() };
  const count = (map: Map<string, number>, state: string) => map.set(state, (map.get(state) ?? 0) + 1);
  for (let after: string | undefined; ; ) {
    const page = await stacks.list({}, { limit: PAGE, after });
    for (const { state, services } of page.items) {
      count(counts.stacks, state);
      for (const service of services) count(counts.services, service.state);
    }
    if (page.next === undefined) return counts;
    after = page.next;
  }
}

// What lists show of a service, kept beside the stack so that ten thousand of them need no specs parsed. Pure.

import type { RouteSpec, StackSpec } from "../../recipe/stack/types.ts";
import { configDigests } from "../driver/config-digest.ts";
import type { DesiredStack } from "../types.ts";

/** A service in short. */
export interface ServiceSummary {
  readonly name: string;
  readonly kind: "service" | "job";
  readonly image: string;
  readonly digest: string;
  /** Configuration of its containers (`berth.config`). */
  readonly config: string;
  readonly replicas: number;
  readonly ports: readonly { readonly host: number; readonly container: number; readonly protocol: string }[];
  /** URLs. */
  readonly routes: readonly string[];
}

/** Of what is to be brought about. */
export function summaryOf(desired: DesiredStack): readonly ServiceSummary[] {
  const configs = configDigests(desired);
  return desired.spec.services.map((service) => ({
    name: service.name,
    kind: service.kind,
    image: service.image,
    digest: desired.images.get(service.name)?.digest ?? "",
    config: configs.get(service.name) ?? "",
    replicas: service.replicas,
    ports: service.ports.map(({ container, protocol, host }) => ({
      host: host ?? desired.ports.get(`${service.name}/${container}/${protocol}`) ?? 0,
      container,
      protocol,
    })),
    routes: service.routes.map(urlOf),
  }));
}

/** Of a recipe whose images are not known yet. */
export function plainSummary(spec: StackSpec): readonly ServiceSummary[] {
  return summaryOf({ spec, deployment: "", images: new Map(), ports: new Map(), scale: new Map() });
}

/** Where people find a route. */
export function urlOf({ protocol, host, path, listen, tls }: RouteSpec): string {
  if (protocol === "tcp") return `tcp://${host}:${listen ?? 0}`;
  return `${tls === "none" ? "http" : "https"}://${host}${path}`;
}

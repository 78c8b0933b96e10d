// A container as spin-docker's interface knows it, as its clients see it, and as the database keeps it. Pure.

import type { SpinContainerRow } from "../../store/schema-idle.ts";

/** `deleting` is never shown: who deletes a container does not see it again. */
export type SpinStatus = "running" | "stopping" | "stopped" | "deleting";

/** A container that somebody started by an image's name. */
export interface SpinContainer {
  /** The engine's, 64 hex digits. */
  readonly id: string;
  readonly name: string;
  /** As it was asked for. */
  readonly image: string;
  readonly status: SpinStatus;
  readonly ports: SpinPorts;
  /** What was reported last; `0` in the beginning. Any other text means that it is used. */
  readonly active: string;
  /** Undefined: nothing was reported in this run. */
  readonly reportedAt: number | undefined;
  /** When the engine started it, seconds since 1970: with the id it names the run. */
  readonly run: number;
  readonly createdAt: number;
}

/** Host ports. */
export interface SpinPorts {
  readonly ssh: number | undefined;
  readonly app: number | undefined;
  /** Those that are neither, by the port in the container. */
  readonly others: Readonly<Record<string, number>>;
}

/** A container that does not run has none. */
export const NO_PORTS: SpinPorts = { ssh: undefined, app: undefined, others: {} };

/** The object of the interface: every value is a text (spec/services.md 1.4). */
export function shownContainer(container: SpinContainer): Readonly<Record<string, unknown>> {
  const { id, name, image, status, active, ports } = container;
  return {
    status,
    name: `/${name}`,
    active,
    ssh_port: portText(ports.ssh),
    image,
    container_id: id,
    uri: `/v1/containers/${id}`,
    app_port: portText(ports.app),
    // spin-docker shows one port of several; the field is there only for images that have more.
    ...(Object.keys(ports.others).length > 0 ? { other_ports: othersShown(ports) } : {}),
  };
}

function portText(port: number | undefined): string {
  return port === undefined ? "" : String(port);
}

function othersShown({ others }: SpinPorts): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(others).map(([inside, host]) => [inside, String(host)]));
}

/** The row of a container. */
export function rowOf(container: SpinContainer, site: string): SpinContainerRow {
  const { id, name, image, status, active, run, createdAt, reportedAt, ports } = container;
  return {
    ...{ id, site, name, image, status, active, run },
    ssh_port: portText(ports.ssh),
    app_port: portText(ports.app),
    ports: JSON.stringify(ports.others),
    reported_at: reportedAt ?? null,
    created_at: createdAt,
  };
}

/** The container of a row. */
export function containerOf(row: SpinContainerRow): SpinContainer {
  const { id, name, image, active, run } = row;
  return {
    ...{ id, name, image, active, run },
    status: row.status as SpinStatus,
    ports: {
      ssh: row.ssh_port === "" ? undefined : Number(row.ssh_port),
      app: row.app_port === "" ? undefined : Number(row.app_port),
      others: JSON.parse(row.ports) as SpinPorts["others"],
    },
    reportedAt: row.reported_at ?? undefined,
    createdAt: row.created_at,
  };
}

// Finds out which container checks in: by the address that the engine gave it, or by its token when address translation
// hides that. What is not believed changes nothing, and nobody is told the difference.

import type { LiveContainers } from "../engine/live.ts";
import type { CheckInTokens } from "./check-in-token.ts";

/** The containers of the site as they are known without asking the engine. */
export type ContainerView = Pick<LiveContainers, "byAddress" | "byStack">;

/** Takes what a container reports; false: not one of its containers. */
export type CheckInTaker = (container: string, value: string) => boolean;

/** Somebody says how much it is used. */
export interface CheckIn {
  /** Whose connection it is. */
  readonly peer: string | undefined;
  /** The sender's address; another than `peer` when a proxy that is believed says so. */
  readonly address: string | undefined;
  readonly token: string | undefined;
  readonly value: string;
}

export interface CheckInOptions {
  readonly containers: ContainerView;
  readonly tokens: CheckInTokens;
  /** What is believed. */
  readonly by: () => "either" | "address" | "token";
  readonly takers: readonly CheckInTaker[];
}

/** The desk where containers check in. */
export class CheckInDesk {
  readonly #options: CheckInOptions;

  constructor(options: CheckInOptions) {
    this.#options = options;
  }

  /** Takes it down; false: nobody knows the container. */
  take(checkIn: CheckIn): boolean {
    const id = this.#whose(checkIn);
    return id !== undefined && this.#options.takers.some((taker) => taker(id, checkIn.value));
  }

  #whose({ peer, address, token }: CheckIn): string | undefined {
    const by = this.#options.by();
    // A token that does not hold is an attempt: the address does not make it good.
    if (token !== undefined && by !== "address") return this.#named(token);
    if (by === "token") return undefined;
    // A container speaks for itself only, also where its network is one of proxies that are believed.
    return this.#at(peer) ?? this.#at(address);
  }

  #named(token: string): string | undefined {
    const reporter = this.#options.tokens.reporterOf(token);
    if (!reporter || "id" in reporter) return reporter?.id;
    return this.#options.containers.byStack(reporter.stack).find(({ name }) => name === reporter.name)?.id;
  }

  // Only of what runs: the engine gives the address of a stopped container to the next one.
  #at(address: string | undefined): string | undefined {
    if (address === undefined) return undefined;
    // Sockets of both families show IPv4 as ::ffff:192.0.2.1.
    const found = this.#options.containers.byAddress(address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, ""));
    return found?.status === "running" ? found.id : undefined;
  }
}

// spin-docker's interface, connected: its containers, its password, and the desk where containers check in, those of stacks
// among them. A site without spin-docker has the desk alone.

import type { FastifyPluginAsync } from "fastify";
import { openAttempts } from "../../accounts/attempts.ts";
import { type PasswordCheck, passwordCheck } from "../../services/containers/password.ts";
import { SpinContainers } from "../../services/containers/spin-containers.ts";
import { checkInRoutes, type SpinRoutesOptions, spinRoutes } from "../../services/containers/spin-routes.ts";
import type { CheckInTokens, CheckInWay } from "../../services/idle/check-in-token.ts";
import { CheckInDesk, type CheckInTaker } from "../../services/idle/check-ins.ts";
import type { IdleKeeper } from "../../services/idle/idle-keeper.ts";
import type { SpinDockerConfig } from "../../site/services/idle.ts";
import type { EngineLink } from "./engine-link.ts";
import type { HouseParts } from "./house.ts";

export interface Spin {
  readonly routes: FastifyPluginAsync;
  /** Takes over the configuration that counts from now on. */
  configured(): void;
  close(): Promise<void>;
}

/** What it is connected with. */
export interface SpinRooms {
  readonly link: EngineLink;
  readonly idle: Pick<IdleKeeper, "checkIn">;
  readonly tokens: CheckInTokens;
  readonly way: () => CheckInWay;
}

/** Opens it. @throws E_SPIN_PASSWORD_FILE */
export async function openSpin(parts: HouseParts, rooms: SpinRooms): Promise<Spin> {
  const { config, log } = parts;
  const { link, idle, tokens } = rooms;
  const { spinDocker } = config().idle;
  const takers: CheckInTaker[] = [(id, value) => idle.checkIn(id, value)];
  const desk = new CheckInDesk({ containers: link.live, tokens, by: () => config().idle.checkIn, takers });
  const checkIn: SpinRoutesOptions["checkIn"] = (one) => desk.take(one);
  if (!spinDocker) return { routes: checkInRoutes({ checkIn }), configured: () => {}, close: async () => {} };
  const password = slowed(await passwordCheck(spinDocker));
  const containers = await openContainers(parts, rooms, spinDocker);
  takers.unshift((id, value) => containers.checkIn(id, value));
  const routes = spinRoutes({ containers, password, checkIn, changed: noted(parts) });
  let current = spinDocker;
  return {
    routes,
    configured() {
      const before = current;
      current = config().idle.spinDocker ?? spinDocker;
      containers.configured(before).catch((error: unknown) => {
        log.error({ err: error }, "containers of /v1 keep their times until they are looked at next");
      });
    },
    close: () => containers.close(),
  };
}

function openContainers(
  { config, store, log }: HouseParts,
  { link, tokens, way }: SpinRooms,
  spinDocker: SpinDockerConfig,
): Promise<SpinContainers> {
  return SpinContainers.open({
    ...{ site: config().name, store, engine: link.engine, news: link.live, tokens, way, log },
    config: () => config().idle.spinDocker ?? spinDocker,
  });
}

/** Lets nobody guess on, by the address: everybody is the same user here, and a stranger's guesses must not lock out the rest. */
export function slowed(
  check: PasswordCheck,
  now: () => number = () => performance.now() / 1000,
): SpinRoutesOptions["password"] {
  const attempts = openAttempts(now);
  return (authorization, address) =>
    // Who asks without a password first, to be told to give one, guesses nothing.
    authorization !== undefined &&
    attempts.proven({ user: `admin ${address}`, address }, async () => check(authorization));
}

function noted({ accounts, log }: HouseParts): SpinRoutesOptions["changed"] {
  return ({ action, object, outcome, address }) => {
    const note = { who: { uid: 0, user: "admin" }, action: `container.${action}`, object, outcome, address };
    accounts()
      .audit.note(note)
      .catch((error: unknown) => log.error({ err: error }, "the audit log could not be written"));
  };
}

// spin-docker's interface, connected: its containers, its password, and the desk where containers check in, those of stacks
// among them.

import { createHmac } from "node:crypto";
import type { FastifyPluginAsync } from "fastify";
import { passwordCheck } from "../../services/containers/password.ts";
import { SpinContainers } from "../../services/containers/spin-containers.ts";
import { spinRoutes } from "../../services/containers/spin-routes.ts";
import { checkInTokens } from "../../services/idle/check-in-token.ts";
import { CheckInDesk } from "../../services/idle/check-ins.ts";
import type { IdleKeeper } from "../../services/idle/idle-keeper.ts";
import { openKeyring } from "../../services/secrets/keyring.ts";
import type { EngineLink } from "./engine-link.ts";
import type { HouseParts } from "./house.ts";

export interface Spin {
  readonly routes: FastifyPluginAsync;
  close(): Promise<void>;
}

/** Opens it; undefined: the site does not have it. @throws E_SPIN_PASSWORD_FILE, E_SECRET_KEY */
export async function openSpin(
  { config, store, log, port, accounts }: HouseParts,
  { link, idle }: { readonly link: EngineLink; readonly idle: IdleKeeper },
): Promise<Spin | undefined> {
  const { spinDocker } = config().idle;
  if (!spinDocker) return undefined;
  const settings = () => config().idle.spinDocker ?? spinDocker;
  const { key } = await (await openKeyring(config().secretKeyFile)).current();
  const tokens = checkInTokens(createHmac("sha256", key).update("check-in").digest());
  const containers = await SpinContainers.open({
    ...{ site: config().name, store, engine: link.engine, tokens, config: settings, log },
    news: link.live,
    way: () => ({ port, url: undefined }),
  });
  const desk = new CheckInDesk({
    containers: link.live,
    tokens,
    by: () => settings().checkIn,
    takers: [(id, value) => containers.checkIn(id, value), (id, value) => idle.checkIn(id, value)],
  });
  const routes = spinRoutes({
    containers,
    password: await passwordCheck(spinDocker),
    checkIn: (checkIn) => desk.take(checkIn),
    changed: ({ action, object, outcome, address }) => {
      const note = { who: { uid: 0, user: "admin" }, action: `container.${action}`, object, outcome, address };
      accounts()
        .audit.note(note)
        .catch((error: unknown) => log.error({ err: error }, "the audit log could not be written"));
    },
  });
  return { routes, close: () => containers.close() };
}

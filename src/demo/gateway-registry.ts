// The registry of the gateway's demo: the embedded one, behind a login, with a gate before its blobs, so that a pull can
// be looked at while it is under way.

import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { registryHandler } from "../oci/registry-server/server.ts";
import type { Request } from "./registry.ts";

/** Who may read the demo's private image at its registry. */
export const REGISTRY_LOGIN = { user: "alice", password: "wonder:land" } as const;

export interface GatedRegistry {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly repository: string;
  requests(): readonly Request[];
  /** From now on blobs wait; the answer lets them go. */
  hold(): () => void;
  close(): Promise<void>;
}

const REPOSITORY = "team/secret";

/** Serves the layout on loopback to whoever has the login. */
export async function openGatedRegistry(layout: string): Promise<GatedRegistry> {
  const requests: Request[] = [];
  const onRequest = (method: string, path: string) => void requests.push({ method, path });
  const handler = registryHandler({ repositories: { [REPOSITORY]: layout }, onRequest });
  let gate = Promise.resolve();
  const server = createServer(async (request, response) => {
    if (!isKnown(request)) {
      response.writeHead(401, { "www-authenticate": 'Basic realm="the demo"' }).end();
      return;
    }
    if (request.url?.includes("/blobs/")) await gate;
    await handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    repository: REPOSITORY,
    requests: () => requests,
    hold() {
      let open = (): void => {};
      gate = new Promise((resolve) => {
        open = resolve;
      });
      return () => open();
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await handler.close();
    },
  };
}

function isKnown({ headers }: IncomingMessage): boolean {
  const { user, password } = REGISTRY_LOGIN;
  return headers.authorization === `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

// The registry of the demo: the embedded registry over the image's layout, with every request written down, so that the
// demo can prove what a pull asked for.

import { serveRegistry } from "../oci/registry-server/server.ts";

/** One request that the registry was asked. */
export interface Request {
  readonly method: string;
  readonly path: string;
}

export interface DemoRegistry {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  readonly repository: string;
  /** What `berth pull` is given. */
  readonly reference: string;
  /** All requests so far, in the order of their coming. */
  requests(): readonly Request[];
  close(): Promise<void>;
}

const REPOSITORY = "demo/python";

/** Serves the layout on loopback, with the image's tag in the reference, until it is closed. */
export async function openRegistry(layout: string, tag: string, repository = REPOSITORY): Promise<DemoRegistry> {
  const requests: Request[] = [];
  const running = await serveRegistry({
    repositories: { [repository]: layout },
    onRequest: (method, path) => requests.push({ method, path }),
  });
  return {
    address: running.host,
    repository,
    reference: `docker://${running.host}/${repository}:${tag}`,
    requests: () => requests,
    close: () => running.close(),
  };
}

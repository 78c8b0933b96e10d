// undici's agent and its request, taken by themselves: the package's front door also loads fetch, WebSocket, caches and
// HTTP/2, which doubles the time of asking a registry whether a tag has moved. The version is pinned; a test makes a
// request through it on both runtimes.

import type { Dispatcher } from "undici";
import request from "undici/lib/api/api-request.js";
import Agent from "undici/lib/dispatcher/agent.js";

export { Agent };

/** One request through the agent. */
export function requestThrough(agent: Agent, options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData> {
  return request.call(agent, options);
}

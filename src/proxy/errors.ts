// The failures of a proxy process that its operator sees; what clients see are answers (client/answers.ts).

import { defineErrors } from "../base/errors.ts";

export const fail = defineErrors({
  E_PROXY_LISTEN: {
    text: "the proxy cannot listen on {address}: {why}",
    hint: "is another web server running there? ports below 1024 need root or the capability net_bind_service",
  },
  E_PROXY_ORDER: {
    text: "the server sent what the proxy does not understand: {why}",
    hint: "are both of one release?",
  },
  E_PROXY_LINE: { text: "a line on the control socket is longer than {limit} bytes" },
  E_PROXY_LOG: { text: "the access log {path} cannot be opened: {why}", hint: "check the folder and its rights" },
});

// System error names in a person's words.

/** Why a connection did not come about, or was lost. */
export const CONNECT_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connect: connection refused",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "the name server does not answer",
  EHOSTUNREACH: "no route to host",
  ENETUNREACH: "network is unreachable",
  ECONNRESET: "the connection was cut",
  EPIPE: "the connection was cut",
  UND_ERR_SOCKET: "the connection was cut",
};

/** What was waited for in vain. */
export const TIMEOUT_WORDS: Readonly<Record<string, string>> = {
  ETIMEDOUT: "no connection",
  UND_ERR_CONNECT_TIMEOUT: "no connection",
  UND_ERR_HEADERS_TIMEOUT: "no answer to the request",
  UND_ERR_BODY_TIMEOUT: "it fell silent in mid-answer",
};

// What can go wrong between berth and a container engine: each with a sentence and a cure.

import { defineErrors } from "../../base/errors.ts";

export const fail = defineErrors({
  E_ENGINE_ADDRESS: {
    text: "{address} is no address of a container engine: {reason}",
    hint: "write services.engine.address as unix:///run/docker.sock, tcp://host:2375 or https://host:2376",
  },
  E_ENGINE_ABSENT: {
    text: "no container engine answers at {address}: {reason}",
    hint: "start the engine (systemctl start docker, or systemctl start podman.socket), or set services.engine.address to its socket",
    http: 503,
  },
  E_ENGINE_PERMISSION: {
    text: "this user may not use the container engine at {address}",
    hint: "run the server as a user who may open this socket (for Docker: a member of its group)",
    http: 503,
  },
  E_ENGINE_TRUST: {
    text: "the container engine at {address} and berth do not trust each other: {reason}",
    hint: "services.engine.tls names the authority of its certificate, and the certificate and key that it wants to see",
    http: 503,
  },
  E_ENGINE_FILE: { text: "{path}, named by services.engine.tls, cannot be read: {why}" },
  E_ENGINE_GONE: {
    text: "the container engine at {address} went away while it was to {action}",
    hint: "what was asked may have happened or not: try again when the engine is back",
    http: 503,
  },
  E_ENGINE_TIMEOUT: {
    text: "the container engine at {address} did not answer within {seconds} s when it was to {action}",
    hint: "look at the engine's own log; services.engine.timeout sets how long to wait",
    http: 504,
  },
  E_ENGINE_ANSWER: {
    text: "the container engine's answer makes no sense when it was to {action}: {reason}",
    hint: "berth doctor services says whether this engine is one that berth can use",
    http: 502,
  },
  E_ENGINE_NAME_TAKEN: {
    text: "the name {name} is taken on the engine by something else",
    hint: "remove or rename what has that name, or choose another",
    http: 409,
  },
  E_ENGINE_PORT_TAKEN: {
    text: "{name} cannot have port {port}: something on this machine uses it already",
    hint: "choose another port, or end what listens there (ss -ltnup)",
    http: 409,
  },
  E_ENGINE_SUBNET: {
    text: "the network {name} cannot have its range of addresses: {reason}",
    hint: "choose a subnet that no other network of this machine uses, or widen the engine's address pools",
    http: 409,
  },
  E_ENGINE_NO_IMAGE: { text: "the engine has no image {name}", hint: "pull it first", http: 404 },
  E_ENGINE_NO_CONTAINER: { text: "the engine has no container {name}", http: 404 },
  E_ENGINE_NO_NETWORK: { text: "the engine has no network {name}", http: 404 },
  E_ENGINE_NO_PATH: { text: "there is no folder {path} in the container {name}", http: 404 },
  E_ENGINE_NOT_RUNNING: { text: "the container {name} does not run", hint: "start it first", http: 409 },
  E_ENGINE_PAUSED: { text: "the container {name} is paused", hint: "unpause it first", http: 409 },
  E_ENGINE_RUNNING: { text: "the container {name} runs", hint: "stop it first", http: 409 },
  E_ENGINE_IN_USE: { text: "{name} is in use: {reason}", hint: "remove what uses it first", http: 409 },
  E_ENGINE_START: { text: "{name} could not be started: {reason}", hint: "{cure}", http: 422 },
  E_ENGINE_PULL: { text: "{name} could not be pulled: {reason}", hint: "{cure}", http: 502 },
  E_ENGINE_LOAD: { text: "the archive could not be loaded: {reason}", http: 422 },
  E_ENGINE_REFUSED: {
    text: "the engine refused to {action}: {reason}",
    hint: "change what it complains about and try again",
    http: 422,
  },
});

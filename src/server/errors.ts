// Why a server does not start, and what it says when it cannot serve.

import { defineErrors } from "../base/errors.ts";

export const fail = defineErrors({
  E_SERVE_ADDRESS: {
    text: "the server cannot listen on {address}: {why}",
    hint: "is another berth or Shifter's gateway running there? choose another address with --listen",
  },
  E_SERVE_LISTEN_FORM: {
    text: "{text} is no address to listen on",
    hint: "write HOST:PORT, [IPV6]:PORT, :PORT or unix:/path",
  },
  E_SERVE_SHARED: {
    text: "{path}, the folder of the system {name}, is that of {other} too, by a link or a mount",
    hint: "give each system its own folder: each would clear away the other's images",
    exit: 1,
  },
  E_SERVE_FOLDER: {
    text: "{what} {path} cannot be used: {why}",
    hint: "make it, and give it to the user that the server runs as",
  },
  E_SERVE_TWICE: {
    text: "another berth server of this machine uses the state folder {path}",
    hint: "stop it, or give this one a folder of its own (stateDir)",
  },
  E_SERVE_PASSWORD: { text: "the database's password file {path} cannot be read: {why}" },
  E_SERVE_NO_ROUTE: {
    text: "there is nothing at {method} {path}",
    hint: "GET /v2/openapi.json says what there is",
    http: 404,
  },
  E_SERVE_ENGINE_KIND: {
    text: "the engine at {address} is {kind}, and services.engine.kind says {wanted}",
    hint: "name the other engine's socket, or change services.engine.kind",
  },
  E_SERVE_REGISTRY_LOGIN: {
    text: "the password for {registry} in {path}, named by services.registries, cannot be read: {why}",
    hint: "give the file to the user that the server runs as, and to nobody else (mode 0600)",
    exit: 1,
    http: 502,
  },
  E_SERVE_SECRET: {
    text: "{service} of {stack} may not use the secret {secret}: there is none of that name that belongs to {owner}",
    hint: "berth secret create {secret}, as the owner of the stack",
    exit: 1,
    http: 422,
  },
  E_SERVE_NOT_READY: { text: "the server is not ready: {what}", http: 503 },
});

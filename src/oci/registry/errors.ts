// The failures of talking to a registry. Texts name the registry and the thing asked for, never a whole URL: URLs
// of blobs carry signatures in their query, and those of proxies passwords.

import { defineErrors } from "../../base/errors.ts";

const LOGIN = "log in with: berth registry login --username NAME docker://{host}";
const OUTAGE = "try again later; if it lasts, tell the owner of {host}";

/** Failures on the way to a registry and back. */
export const fail = defineErrors({
  E_CONNECT: {
    text: "cannot reach {host}: {why}",
    hint: "check the name and the port, the network, and HTTPS_PROXY and NO_PROXY",
    http: 502,
  },
  E_TIMEOUT: { text: "{host} did not answer in time ({why})", hint: OUTAGE, http: 504 },
  E_TLS: {
    text: "the certificate of {host} cannot be trusted: {why}",
    hint: "put the authority's certificate into ~/.config/containers/certs.d/{host}/ca.crt, or mark the registry insecure in registries.conf",
    http: 502,
  },
  E_TLS_HANDSHAKE: {
    text: "no secure connection to {host}: {why}",
    hint: "the other side may not speak TLS, or may ask for a client certificate (certs.d/{host}/client.cert and client.key)",
    http: 502,
  },
  E_PLAIN_HTTP: {
    text: "{host} gave an HTTP response to an HTTPS client: it does not speak HTTPS",
    hint: "if you trust the network between, use --no-https or mark the registry insecure in registries.conf",
    http: 502,
  },
  E_PROXY: {
    text: "the proxy {proxy} did not open a way to {host}: {why}",
    hint: "check HTTPS_PROXY, ALL_PROXY and NO_PROXY",
    http: 502,
  },
  E_PROXY_URL: {
    text: "the proxy in {name} cannot be used: {why}",
    hint: "write http://host:port, https://host:port or socks5://host:port, with user:password@ before the host when needed",
    http: 400,
  },
  E_CERTS_FILE: {
    text: "cannot read {path}: {why}",
    hint: "registry certificates are PEM files: *.crt authorities, *.cert with *.key of the same name for the client",
  },
  E_REDIRECT: {
    text: "{host} redirects in a way berth does not follow: {why}",
    hint: "tell the owner of {host}",
    http: 502,
  },
  E_REDIRECTED_STATUS: {
    text: "{what}: {storage}, to which {host} redirects, answered with status {status}",
    hint: OUTAGE,
    http: 502,
  },
  E_AUTH_REQUIRED: {
    text: "{what}: authentication required by {host}, or the name does not exist",
    hint: LOGIN,
    http: 401,
  },
  E_AUTH_REFUSED: {
    text: "{what}: {host} refused the credential from {source}: authentication required",
    hint: "check the password or token and log in again: berth registry login --username NAME docker://{host}",
    http: 401,
  },
  E_AUTH_SCHEME: {
    text: "{host} asks for a login in a way berth does not know ({schemes})",
    hint: "berth speaks Basic and Bearer; tell the owner of {host}",
    http: 502,
  },
  E_AUTH_REALM: {
    text: "{host} sends logins to {realm}, which is not protected: {why}",
    hint: "the token server must use HTTPS; nothing was sent to it",
    http: 502,
  },
  E_TOKEN: {
    text: "the token server {realm} of {host} gave no usable token: {why}",
    hint: OUTAGE,
    http: 502,
  },
  E_DENIED: {
    text: "{what}: {host} denies access to {who}{message}",
    hint: "ask the repository's owner for access, or use another login",
    http: 403,
  },
  E_MANIFEST_UNKNOWN: {
    text: "reading manifest {what}: manifest unknown{message}",
    hint: "check the spelling; the registry {host} has no such tag or digest",
    http: 404,
  },
  E_NAME_UNKNOWN: {
    text: "reading manifest {what}: manifest unknown: {host} has no repository of this name{message}",
    hint: "check the spelling",
    http: 404,
  },
  E_BLOB_UNKNOWN: {
    text: "{what}: {host} has lost a part of this image{message}",
    hint: "push the image again, or tell the owner of {host}",
    http: 404,
  },
  E_RATE_LIMITED: {
    text: "{what}: {host} allows no more requests for now ({limit}){message}",
    hint: "{next}",
    http: 429,
  },
  E_REGISTRY_STATUS: { text: "{what}: {host} answered with status {status}{message}", hint: OUTAGE, http: 502 },
  E_REGISTRY_ANSWER: {
    text: "{what}: the answer of {host} makes no sense: {why}",
    hint: "check that {host} is a container registry; behind some networks a login page answers instead",
    http: 502,
  },
  E_REGISTRIES_CONF: {
    text: "the registries configuration {path} cannot be used: {why}",
    hint: "see containers-registries.conf(5); berth reads version 2 of the format",
  },
  E_BLOCKED: {
    text: "{what}: the registry {prefix} is blocked by {file}",
    hint: "ask those who run this machine",
    http: 403,
  },
});

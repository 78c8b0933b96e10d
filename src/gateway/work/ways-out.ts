// The part of the environment that says how to reach registries: proxies, and whose certificates count.

/** Of an environment what says how to get out to registries. */
export function waysOut(env: NodeJS.ProcessEnv): Readonly<Record<string, string | undefined>> {
  const names = /^(?:(?:https?|all|no)_proxy|SSL_CERT_FILE)$/i;
  return Object.fromEntries(Object.entries(env).filter(([name]) => names.test(name)));
}

// The command line of a proxy process from the site's configuration. Pure: the same configuration gives the same words, by
// which a server knows whether proxies that run were started with other ones.

import type { ProxyConfig } from "../../site/services/proxy.ts";

/** What follows `berth proxy`. */
export function proxyFlags(config: ProxyConfig, control: string): readonly string[] {
  const { http, https, accessLog, trustedProxies, processes, publicHttpsPort, stopMs } = config;
  return [
    ...["--control", control],
    ...(http ? ["--http", textOf(http)] : []),
    ...(https ? ["--https", textOf(https)] : []),
    ...["--tcp-host", config.tcpHost, "--https-port", String(publicHttpsPort), "--stop-timeout", String(stopMs)],
    ...["--share", String(1 / processes)],
    ...(accessLog === undefined ? [] : ["--access-log", accessLog]),
    ...trustedProxies.flatMap((network) => ["--trust", network]),
  ];
}

function textOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

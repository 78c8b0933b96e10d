// Where the files of a site are on a machine.

import { resolve } from "node:path";
import { type Environment, firstOf } from "../platform/user.ts";

/** The site's own file of a machine. */
export const SITE_FILE = "/etc/berth/site.yaml";
const UDI_ROOT_FILE = "/etc/shifter/udiRoot.conf";

/** The files of this machine, or those that the environment names. */
export function configPlaces(env: Environment): { readonly site: string; readonly udiRoot: string } {
  return {
    site: resolve(firstOf(env, "BERTH_SITE_CONFIG") ?? SITE_FILE),
    udiRoot: resolve(firstOf(env, "BERTH_UDIROOT") ?? UDI_ROOT_FILE),
  };
}

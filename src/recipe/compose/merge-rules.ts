// How two files (or a service and the one it extends) become one, key by key, where it is not Compose's common rule: maps are merged,
// lists appended, everything else replaced. Data.

/**
 * `replace`: the later one counts; `pairs`: lists of NAME=VALUE and maps become one map; `names`: a list of names is a map without
 * values; `list`: a single word is a list of one; `hosts`: as a list, without repetition; `logging`: merged only for the same driver;
 * `subnets`: by their `subnet`.
 */
export type MergeRule = "replace" | "pairs" | "names" | "depends" | "list" | "hosts" | "logging" | "subnets";

/** By path; `*` is any name. */
export const MERGE_RULES: ReadonlyMap<string, MergeRule> = new Map<string, MergeRule>([
  ["networks.*.ipam.config", "subnets"],
  ["networks.*.labels", "pairs"],
  ["volumes.*.labels", "pairs"],
  ["services.*.annotations", "pairs"],
  ["services.*.command", "replace"],
  ["services.*.depends_on", "depends"],
  ["services.*.deploy.labels", "pairs"],
  ["services.*.dns", "list"],
  ["services.*.dns_opt", "list"],
  ["services.*.dns_search", "list"],
  ["services.*.entrypoint", "replace"],
  ["services.*.env_file", "list"],
  ["services.*.label_file", "list"],
  ["services.*.environment", "pairs"],
  ["services.*.extra_hosts", "hosts"],
  ["services.*.healthcheck.test", "replace"],
  ["services.*.labels", "pairs"],
  ["services.*.logging", "logging"],
  ["services.*.networks", "names"],
  ["services.*.sysctls", "pairs"],
  ["services.*.tmpfs", "list"],
  ["services.*.ulimits.*", "replace"],
  // Ours: what is said of an idle service or a route in a later file is the whole of it.
  ["services.*.x-berth.routes", "replace"],
]);

/** What makes two items of a list the same: the whole word, a name before `=` or `:`, a path, a source, a target, a device, a port. */
export type Sameness = "word" | "name" | "path" | "source" | "target" | "device" | "port";

/** Lists in which an item takes the place of an earlier one that is the same. */
export const UNIQUE_LISTS: ReadonlyMap<string, Sameness> = new Map<string, Sameness>([
  ["annotations", "name"],
  ["cap_add", "word"],
  ["cap_drop", "word"],
  ["configs", "source"],
  ["devices", "device"],
  ["dns", "word"],
  ["dns_opt", "word"],
  ["dns_search", "word"],
  ["env_file", "path"],
  ["expose", "word"],
  ["links", "word"],
  ["ports", "port"],
  ["profiles", "word"],
  ["secrets", "source"],
  ["tmpfs", "name"],
  ["volumes", "target"],
]);

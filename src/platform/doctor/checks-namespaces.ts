// Checks of what lets an ordinary user make a container: namespaces, subordinate ids, an overlay. Pure.

import type { Facts, Program } from "./facts.ts";
import { install, ok, type Verdict } from "./finding.ts";

const INSTALLED = "/libexec/berth/berth-launch";

// The profile is for the path of the launcher, which nobody but root may be able to replace: one in a checkout cannot have it.
function apparmorCure({ launcher }: Facts): string {
  const prefix = launcher?.endsWith(INSTALLED) ? launcher.slice(0, -INSTALLED.length) : undefined;
  const profile = `sudo ${prefix ?? "/usr/local"}/share/berth/apparmor/install.sh ${prefix ?? "/usr/local"}/libexec/berth`;
  const alone = "   (lets berth's own helpers, and nothing else, make user namespaces)";
  const everyone = "or, for every program: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0";
  return `${prefix ? "" : "sudo packaging/install.sh /usr/local && "}${profile}${alone}\n${everyone}`;
}

export function userNamespaces(facts: Facts): Verdict {
  const { max, trial } = facts.namespaces;
  if (trial.works) return ok(`made one with ${trial.by}${max === undefined ? "" : ` (at most ${max} at once)`}`);
  const consequence =
    facts.user.uid === 0 ? "programs run in images with root's own rights only" : "no program can be run in an image";
  const found = trial.works === undefined ? `not tried: ${trial.reason ?? trial.by}` : whyNot(facts);
  const state = trial.works === undefined ? "unknown" : facts.user.uid === 0 ? "warn" : "gap";
  return { state, found, consequence, cure: namespaceCure(facts) };
}

function whyNot({ namespaces: { max, cloneAllowed, apparmorRestricts, trial } }: Facts): string {
  if (max === 0) return "forbidden by user.max_user_namespaces = 0";
  if (cloneAllowed === 0) return "forbidden by kernel.unprivileged_userns_clone = 0";
  if (apparmorRestricts) return "forbidden by kernel.apparmor_restrict_unprivileged_userns = 1 (AppArmor)";
  return `${trial.by} failed: ${trial.reason ?? "no reason given"}`;
}

function namespaceCure(facts: Facts): string {
  const { namespaces, kernel } = facts;
  if (namespaces.max === 0) return persistently("user.max_user_namespaces", "15000");
  if (namespaces.cloneAllowed === 0) return persistently("kernel.unprivileged_userns_clone", "1");
  if (namespaces.apparmorRestricts) return apparmorCure(facts);
  if (kernel.config && kernel.config["USER_NS"] !== "y") return "a kernel with CONFIG_USER_NS=y";
  if (namespaces.insideContainer) {
    return "this is the inside of a container: start it with --privileged, or with --security-opt seccomp=unconfined";
  }
  return "ask the administrator which security module or seccomp filter forbids unshare(CLONE_NEWUSER)";
}

/** The command that sets a sysctl now and at every start. */
function persistently(key: string, value: string): string {
  return `echo ${key}=${value} | sudo tee /etc/sysctl.d/90-berth.conf && sudo sysctl --system`;
}

export function subordinateIds(facts: Facts): Verdict {
  const { uids, gids, newuidmap, newgidmap } = facts.subIds;
  const name = facts.user.name;
  const consequence =
    "--fakeroot and builds know one user only (root): image files keep no other owner, and packages that want one may fail";
  if (facts.user.uid === 0 && uids.length === 0) return ok("not needed by root");
  if (uids.length === 0 || gids.length === 0) {
    const missing = [uids.length === 0 && "/etc/subuid", gids.length === 0 && "/etc/subgid"].filter(Boolean);
    const cure = `sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${name}   (a range nobody else has)`;
    return { state: "warn", found: `no range for ${name} in ${missing.join(" and ")}`, consequence, cure };
  }
  const cure = install(facts, { apt: "uidmap", dnf: "shadow-utils" });
  if (!newuidmap || !newgidmap)
    return { state: "warn", found: "newuidmap or newgidmap is not installed", consequence, cure };
  for (const program of [newuidmap, newgidmap]) {
    const power = mayMap(program);
    if (power !== true) return { ...unprivileged(program, power), consequence };
  }
  const total = (ranges: readonly { readonly count: number }[]): number => ranges.reduce((sum, r) => sum + r.count, 0);
  return ok(`${total(uids)} users, ${total(gids)} groups, mapped by ${newuidmap.path}`);
}

function mayMap(program: Program): boolean | undefined {
  if (program.setuid) return true;
  return program.capabilities === undefined ? undefined : /cap_set[ug]id/.test(program.capabilities);
}

function unprivileged({ path }: Program, power: false | undefined): Pick<Verdict, "state" | "found" | "cure"> {
  const capability = path.endsWith("newgidmap") ? "cap_setgid" : "cap_setuid";
  return {
    state: power === false ? "warn" : "unknown",
    found: `${path} is not setuid${power === false ? " and has no file capability" : "; its capabilities are unknown"}`,
    cure: `sudo setcap ${capability}=ep ${path}   (or: sudo chmod u+s ${path})`,
  };
}

export function overlay(facts: Facts): Verdict {
  const { overlay: trial } = facts.namespaces;
  if (trial.works) return ok(`mounted one in a user namespace with ${trial.by}`);
  const consequence = "no --writable-tmpfs and --overlay; binds only onto paths that exist in the image";
  if (trial.works === undefined) return { state: "unknown", found: trial.reason ?? "not tried", consequence };
  return {
    state: "warn",
    found: `${trial.by} failed: ${trial.reason ?? "no reason given"}`,
    consequence,
    cure: facts.kernel.filesystems.includes("overlay")
      ? "a kernel of 5.11 or later, which lets users mount overlays"
      : "sudo modprobe overlay, and a kernel of 5.11 or later",
  };
}

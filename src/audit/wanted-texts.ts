// Which small files of an image are kept as text: those by which accounts, package managers, logins and starts are judged.
// One table, so that a practice that needs another file adds a line. Bump RECORD_VERSION with it.

/** Larger files of the table are not kept. Bytes. */
export const MAX_TEXT = 64 * 1024;
/** passwd and its kin of a site with many people. Bytes. */
const MAX_ACCOUNTS = 1024 * 1024;

const ACCOUNTS: ReadonlySet<string> = new Set(["etc/passwd", "etc/group", "etc/shadow", "etc/gshadow"]);

const EXACT: ReadonlySet<string> = new Set([
  ...["etc/os-release", "usr/lib/os-release", "etc/debian_version", "etc/redhat-release", "etc/alpine-release"],
  ...["etc/sudoers", "etc/doas.conf", "etc/login.defs", "etc/securetty", "etc/subuid", "etc/subgid"],
  ...["etc/environment", "etc/profile", "etc/bash.bashrc", "etc/bashrc", "etc/ld.so.preload", "etc/resolv.conf"],
  ...["etc/ssh/sshd_config", "etc/ssh/ssh_config", "etc/pip.conf", "etc/npmrc", "etc/yum.conf", "etc/dnf/dnf.conf"],
  ...["etc/apt/apt.conf", "etc/apt/sources.list", "etc/apk/repositories", "etc/zypp/zypp.conf", "etc/crontab"],
  ...["etc/supervisord.conf", "etc/supervisor/supervisord.conf", "etc/nginx/nginx.conf", "etc/inittab"],
  ...["root/.bashrc", "root/.profile", "root/.condarc", "root/.npmrc", "root/.config/pip/pip.conf", ".condarc"],
  ...[".singularity.d/runscript", ".singularity.d/startscript", ".singularity.d/test", ".singularity.d/labels.json"],
  ...[".singularity.d/Singularity", ".singularity.d/runscript.help"],
]);

/** Folders all of whose small files are kept. */
const FOLDERS: ReadonlySet<string> = new Set([
  ...["etc/sudoers.d", "etc/profile.d", "etc/apt/apt.conf.d", "etc/apt/sources.list.d", "etc/yum.repos.d"],
  ...["etc/cron.d", "etc/supervisor/conf.d", "etc/supervisord.d", "etc/ssh/sshd_config.d", ".singularity.d/env"],
]);

/** Where images usually have the script that starts them. */
const SCRIPT_PLACES: ReadonlySet<string> = new Set(["", "usr/local/bin", "usr/bin", "bin", "app", "opt", "srv"]);
const SCRIPT_NAME = /entry-?point|^(?:start|run|init|boot|launch)[^/]*$|\.(?:sh|bash)$/;

/** True for files of accounts, which have passwords in their second field. */
export function isAccounts(path: string): boolean {
  return ACCOUNTS.has(path);
}

/** The most bytes that such a file may have to be kept; undefined: it is none of them. `path` is from the root, without a slash. */
export function wantedText(path: string): number | undefined {
  if (ACCOUNTS.has(path)) return MAX_ACCOUNTS;
  if (EXACT.has(path)) return MAX_TEXT;
  const slash = path.lastIndexOf("/");
  const folder = slash < 0 ? "" : path.slice(0, slash);
  if (FOLDERS.has(folder)) return MAX_TEXT;
  return SCRIPT_PLACES.has(folder) && SCRIPT_NAME.test(path.slice(slash + 1)) ? MAX_TEXT : undefined;
}

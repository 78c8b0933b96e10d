// Who the payload is. A user namespace gives the launcher the right to mount inside it and nothing else; whatever it gave is
// taken back before the payload starts, unless the plan says `caps namespace` (fakeroot).
#include "identity.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "say.h"
#include "sys.h"

#define NEXT_STEP "; `berth doctor` says what this machine allows"

static int proc_self = AT_FDCWD; // after the root has changed there may be no /proc

static void write_map(const char *name, const char *text) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/%s", name);
  int file = openat(proc_self, proc_self == AT_FDCWD ? path : name, O_WRONLY | O_CLOEXEC);
  if (file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text)) {
    close(file);
    return;
  }
  die("cannot write %s: %s (on Ubuntu 24.04 see sysctl kernel.apparmor_restrict_unprivileged_userns)" NEXT_STEP, path, strerror(errno));
}

static void map_one(uid_t inside_uid, uid_t uid, gid_t inside_gid, gid_t gid) {
  char line[64];
  write_map("setgroups", "deny"); // the kernel's condition for a gid_map without privilege
  snprintf(line, sizeof line, "%u %u 1\n", inside_uid, uid);
  write_map("uid_map", line);
  snprintf(line, sizeof line, "%u %u 1\n", inside_gid, gid);
  write_map("gid_map", line);
}

static const char *find_helper(const char *name, char *path, size_t size) {
  static const char *const FOLDERS[] = {"/usr/bin", "/usr/sbin", "/bin"}; // never PATH: these programs are setuid
  for (size_t i = 0; i < sizeof FOLDERS / sizeof *FOLDERS; i++) {
    snprintf(path, size, "%s/%s", FOLDERS[i], name);
    if (access(path, X_OK) == 0) return path;
  }
  die("cannot find %s in /usr/bin, /usr/sbin or /bin: install the package uidmap, or run without subordinate ids", name);
}

static void exec_helper(const struct plan *plan, const char *kind, pid_t process) {
  char path[64], number[16];
  char *argv[2 + 3 * PLAN_MAX_IDMAPS + 1];
  size_t used = 0;
  argv[used++] = (char *)(uintptr_t)find_helper(*kind == 'u' ? "newuidmap" : "newgidmap", path, sizeof path);
  snprintf(number, sizeof number, "%d", (int)process);
  argv[used++] = number;
  for (size_t i = 0; i < plan->count; i++) {
    const struct record *record = &plan->records[i];
    if (record->op != OP_IDMAP || *record->text[0] != *kind) continue;
    for (size_t j = 1; j < 4; j++) argv[used++] = (char *)(uintptr_t)record->text[j];
  }
  argv[used] = NULL;
  execve(path, argv, (char *[]){NULL});
  die("cannot run %s: %s", path, strerror(errno));
}

static bool succeeded(pid_t child) {
  int status;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return false;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// Real root has no line in /etc/subuid and needs none. False where the kernel refuses: the helpers may still be allowed to.
static bool map_directly(const struct plan *plan, const char *kind, pid_t process) {
  char path[64], text[4096]; // a map is written at once and no longer than a page
  size_t used = 0;
  for (size_t i = 0; i < plan->count; i++) {
    const struct record *record = &plan->records[i];
    if (record->op != OP_IDMAP || *record->text[0] != *kind) continue;
    int wrote = snprintf(text + used, sizeof text - used, "%s %s %s\n", record->text[1], record->text[2], record->text[3]);
    if (wrote < 0 || (size_t)wrote >= sizeof text - used) return false;
    used += (size_t)wrote;
  }
  snprintf(path, sizeof path, "/proc/%d/%cid_map", (int)process, *kind);
  int file = open(path, O_WRONLY | O_CLOEXEC);
  bool done = file >= 0 && write(file, text, used) == (ssize_t)used;
  if (file >= 0) close(file);
  return done;
}

// The maps are written by a process outside the new namespace, so it is forked first and waits for the signal.
static pid_t fork_mapper(const struct plan *plan, int *start) {
  int ends[2];
  pid_t launcher = getpid();
  if (pipe2(ends, O_CLOEXEC) < 0) die("cannot make a pipe: %s", strerror(errno));
  pid_t child = fork();
  if (child < 0) die("cannot start a process: %s", strerror(errno));
  if (child > 0) {
    close(ends[0]);
    *start = ends[1];
    return child;
  }
  char go;
  close(ends[1]);
  if (read(ends[0], &go, 1) != 1) _exit(1); // the launcher died or could not make its namespace
  bool privileged = geteuid() == 0;
  if (!privileged || !map_directly(plan, "u", launcher)) {
    pid_t users = fork();
    if (users == 0) exec_helper(plan, "u", launcher);
    if (users < 0 || !succeeded(users)) _exit(1);
  }
  if (privileged && map_directly(plan, "g", launcher)) _exit(0);
  exec_helper(plan, "g", launcher);
  _exit(1);
}

static int clone_flags(const struct plan *plan) {
  static const struct { unsigned ns; int flag; } FLAGS[] = {
      {NS_IPC, CLONE_NEWIPC}, {NS_UTS, CLONE_NEWUTS}, {NS_NET, CLONE_NEWNET}, {NS_CGROUP, CLONE_NEWCGROUP}};
  int flags = CLONE_NEWNS;
  for (size_t i = 0; i < sizeof FLAGS / sizeof *FLAGS; i++)
    if (plan->namespaces & 1u << FLAGS[i].ns) flags |= FLAGS[i].flag;
  return flags;
}

__attribute__((noreturn)) static void explain_unshare(bool user, int reason) {
  if (!user) die("cannot make a mount namespace: %s (`userns none` needs real root)", strerror(reason));
  if (reason == ENOSPC || reason == EUSERS)
    die("cannot make a user namespace: the limit is reached or zero (sysctl user.max_user_namespaces)" NEXT_STEP);
  if (reason == EINVAL || reason == ENOSYS) die("cannot make a user namespace: this kernel was built without them" NEXT_STEP);
  die("cannot make a user namespace: %s (see sysctl kernel.unprivileged_userns_clone, user.max_user_namespaces, "
      "kernel.apparmor_restrict_unprivileged_userns; or the caller is in a chroot or a container that forbids it)" NEXT_STEP, strerror(reason));
}

static void loopback_up(void) {
  struct ifreq request = {.ifr_name = "lo"};
  int handle = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (handle < 0) return; // no IPv4 in this kernel: nothing to bring up
  if (ioctl(handle, SIOCGIFFLAGS, &request) == 0) {
    request.ifr_flags = (short)(request.ifr_flags | IFF_UP | IFF_RUNNING);
    ioctl(handle, SIOCSIFFLAGS, &request);
  }
  close(handle);
}

static uid_t caller_uid;
static gid_t caller_gid;

// A FUSE mount of this namespace gives an image's files, which belong to 0, to whoever is 0 here. So for `userns self` the
// mount is made as 0, and the caller gets its own number back in a second namespace: the image is then the caller's own.
// Not where files are written into an image: there they get the number that their creator has in this namespace, and that
// shall be the caller's own, as on every machine. fuse-overlayfs then says whose the image's files are.
bool identity_nests(const struct plan *plan) {
  uint64_t root = plan_choice(plan, OP_ROOT, ROOT_DIR);
  return !plan_writes_image(plan) && plan_choice(plan, OP_USERNS, USERNS_NONE) == USERNS_SELF && (root == ROOT_FUSE || root == ROOT_ENCRYPTED);
}

void identity_before_root_change(const struct plan *plan) {
  if (!identity_nests(plan)) return;
  proc_self = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (proc_self < 0) die("cannot open /proc/self: %s", strerror(errno));
}

// Only among processes of one user namespace does the kernel allow what ranks of an MPI job on one node do with each other.
// It was made for one group: who has changed his since then gets a namespace of his own.
static bool enter_shared(const struct plan *plan, uid_t uid, gid_t gid) {
  const struct record *shared = plan->first[OP_USER_NAMESPACE];
  if (shared == NULL || shared->value[1] != gid) return false;
  const char *path = shared->text[0];
  int space = open(path, O_RDONLY | O_CLOEXEC);
  if (space < 0) die("cannot open the user namespace %s: %s", path, strerror(errno));
  if (setns(space, CLONE_NEWUSER) < 0) die("cannot enter the user namespace %s: %s", path, strerror(errno));
  close(space);
  if (geteuid() != uid || getegid() != gid) die("the user namespace %s is not this user's", path);
  return true;
}

void identity_enter(const struct plan *plan) {
  uint64_t userns = plan_choice(plan, OP_USERNS, USERNS_SELF);
  uid_t uid = geteuid();
  gid_t gid = getegid();
  int start = -1;
  bool shared = enter_shared(plan, uid, gid), fresh = userns != USERNS_NONE && !shared;
  pid_t mapper = userns == USERNS_RANGES ? fork_mapper(plan, &start) : -1;
  if (unshare(clone_flags(plan) | (fresh ? CLONE_NEWUSER : 0)) < 0) explain_unshare(fresh, errno);
  caller_uid = uid;
  caller_gid = gid;
  if (userns == USERNS_SELF && fresh) map_one(identity_nests(plan) ? 0 : uid, uid, identity_nests(plan) ? 0 : gid, gid);
  if (userns == USERNS_ROOT) map_one(0, uid, 0, gid);
  if (userns == USERNS_RANGES) {
    if (write(start, "", 1) != 1 || !succeeded(mapper))
      die("newuidmap or newgidmap refused the id ranges of this plan; compare /etc/subuid and /etc/subgid" NEXT_STEP);
    close(start);
  }
  const struct record *name = plan->first[OP_HOSTNAME];
  if (name != NULL && sethostname(name->text[0], strlen(name->text[0])) < 0) die("cannot set the host name %s: %s", name->text[0], strerror(errno));
  if (plan->namespaces & 1u << NS_NET) loopback_up();
}

static void capabilities_set(struct __user_cap_data_struct data[2]) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  if (syscall(SYS_capset, &header, data) < 0) die("cannot set the capabilities: %s", strerror(errno));
}

// Dropped without a look: what is not held can be dropped, too. Only a caller without the right to drop must know.
static void bounding_drop(void) {
  for (unsigned long cap = 0;; cap++) {
    if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0) continue;
    int reason = errno, held = prctl(PR_CAPBSET_READ, cap, 0, 0, 0);
    if (held < 0) return; // the kernel knows no more of them
    if (held > 0) die("cannot drop capability %lu: %s", cap, strerror(reason));
  }
}

static void sets_empty(void) {
  struct __user_cap_data_struct none[2] = {{0}, {0}};
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  capabilities_set(none);
}

// A caller mapped to itself is not root in its namespace: only ambient capabilities outlive its exec.
void identity_pass_on(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2];
  if (syscall(SYS_capget, &header, data) < 0) die("cannot read the capabilities: %s", strerror(errno));
  for (int i = 0; i < 2; i++) data[i].inheritable = data[i].permitted;
  capabilities_set(data);
  for (unsigned cap = 0; cap < 64; cap++)
    if (data[cap / 32].permitted & 1u << cap % 32) prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0);
}

static void become(const struct plan *plan, const struct record *who) {
  gid_t groups[PLAN_MAX_GROUPS];
  size_t count = 0;
  for (size_t i = 0; i < plan->count; i++)
    if (plan->records[i].op == OP_GROUP) groups[count++] = (gid_t)plan->records[i].value[0];
  uid_t uid = (uid_t)who->value[0];
  gid_t gid = (gid_t)who->value[1];
  if (setgroups(count, groups) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
    die("cannot become user %u, group %u in the container: %s (are they inside the mapped ranges?)", uid, gid, strerror(errno));
}

void identity_drop(const struct plan *plan) {
  const struct record *who = plan->first[OP_SETID];
  bool namespace_caps = plan_choice(plan, OP_CAPS, CAPS_NONE) == CAPS_NAMESPACE;
  if (identity_nests(plan)) {
    if (unshare(CLONE_NEWUSER) < 0) explain_unshare(true, errno);
    map_one(caller_uid, 0, caller_gid, 0);
  }
  bool drop = (!namespace_caps && plan->times[OP_KEEP_CAPS] == 0) || (who != NULL && who->value[0] != 0);
  if (drop) bounding_drop(); // first: it needs CAP_SETPCAP, which ends with the next line
  if (who != NULL) become(plan, who);
  if (drop) sets_empty();
  else if (namespace_caps) identity_pass_on();
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) die("cannot set no_new_privs: %s", strerror(errno));
}

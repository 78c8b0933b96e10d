// The namespace belongs to whoever makes it, who is also master of every process in it: he may stop or kill the one below at any
// moment. So nothing is asked of that process but to have been started, and it holds nothing that he could reach.
#include "namespace.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "say.h"
#include "stand.h"
#include "sys.h"

__attribute__((noreturn)) static void linger(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  while (getppid() == parent) pause();
  _exit(0);
}

// In effect only: who is the user in effect and root otherwise takes no signal of the user's, and lets nobody look into him.
static void be_in_effect(uid_t uid, gid_t gid) {
  // Only root changes his group.
  if (setresuid((uid_t)-1, 0, (uid_t)-1) < 0 || setresgid((gid_t)-1, gid, (gid_t)-1) < 0 || setresuid((uid_t)-1, uid, (uid_t)-1) < 0)
    die("cannot act as user %u, group %u: %s", uid, gid, strerror(errno));
}

static pid_t start_in_it(uid_t uid, gid_t gid) {
  struct clone_args how = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
  pid_t self = getpid(), parent = getppid();
  be_in_effect(uid, gid);
  pid_t child = (pid_t)syscall(SYS_clone3, &how, sizeof how);
  int reason = errno;
  if (child == 0) linger(self);
  be_in_effect(0, 0);
  // Whoever changes his user has asked for this in vain.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  if (child < 0)
    die("cannot make a user namespace: %s (see sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone)", strerror(reason));
  return child;
}

static void write_map(pid_t of, const char *name, const char *text) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", (int)of, name);
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0 || write(file, text, strlen(text)) != (ssize_t)strlen(text)) die("cannot write %s: %s", path, strerror(errno));
  close(file);
}

static void map_itself(pid_t of, uid_t uid, gid_t gid) {
  char map[64];
  write_map(of, "setgroups", "deny");
  snprintf(map, sizeof map, "%u %u 1\n", uid, uid);
  write_map(of, "uid_map", map);
  snprintf(map, sizeof map, "%u %u 1\n", gid, gid);
  write_map(of, "gid_map", map);
}

static void put_into(int stand, const char *name, pid_t of) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/ns/user", (int)of);
  stand_write(name, "", 0);
  int space = sys_open_tree(AT_FDCWD, path, OPEN_TREE_CLONE);
  if (space < 0 || sys_move_mount(space, stand, name, 0) < 0) die("cannot keep the user namespace: %s", strerror(errno));
  close(space);
}

void namespace_keep(int stand, const struct step *step, uid_t uid) {
  pid_t child = start_in_it(uid, step->gid);
  // Until it is waited for, all of this is there, whether it lives or not.
  map_itself(child, uid, step->gid);
  put_into(stand, step->name, child);
  kill(child, SIGKILL);
  while (waitpid(child, NULL, 0) < 0)
    if (errno != EINTR) die("cannot wait for the process of the user namespace: %s", strerror(errno));
}

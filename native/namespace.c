// The namespace is made by a process that is nobody but the user: whoever makes it owns it, and he could make the same himself.
#include "namespace.h"

#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "child.h"
#include "say.h"
#include "sys.h"

static void write_map(const char *path, const char *text) {
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0 || write(file, text, strlen(text)) != (ssize_t)strlen(text)) die("cannot write %s: %s", path, strerror(errno));
  close(file);
}

static void become_user(uid_t uid, gid_t gid) {
  if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
    die("cannot become user %u, group %u: %s", uid, gid, strerror(errno));
  // A process that has changed its user is not master of its own /proc files.
  prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

// Stays until `end` is closed by the one that waits for the news, if only by dying.
__attribute__((noreturn)) static void live_in_it(const struct step *step, uid_t uid, int news, int end) {
  char map[64], byte;
  become_user(uid, step->gid);
  if (unshare(CLONE_NEWUSER) < 0)
    die("cannot make a user namespace: %s (see sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone)", strerror(errno));
  write_map("/proc/self/setgroups", "deny");
  snprintf(map, sizeof map, "%u %u 1\n", uid, uid);
  write_map("/proc/self/uid_map", map);
  snprintf(map, sizeof map, "%u %u 1\n", step->gid, step->gid);
  write_map("/proc/self/gid_map", map);
  _exit(write(news, "", 1) == 1 && read(end, &byte, 1) == 0 ? 0 : 1);
}

static void put_into(int stand, const char *name, pid_t of) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/ns/user", (int)of);
  int file = openat(stand, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0444);
  int space = sys_open_tree(AT_FDCWD, path, OPEN_TREE_CLONE);
  if (file < 0 || space < 0 || sys_move_mount(space, stand, name, 0) < 0) die("cannot keep the user namespace: %s", strerror(errno));
  close(file);
  close(space);
}

void namespace_keep(int stand, const struct step *step, uid_t uid) {
  int news[2], end[2];
  char byte;
  if (pipe2(news, O_CLOEXEC) < 0 || pipe2(end, O_CLOEXEC) < 0) die("cannot make a pipe: %s", strerror(errno));
  pid_t child = fork();
  if (child < 0) die("cannot start a process: %s", strerror(errno));
  if (child == 0) {
    close(news[0]);
    close(end[1]);
    live_in_it(step, uid, news[1], end[0]);
  }
  close(news[1]);
  close(end[0]);
  if (read(news[0], &byte, 1) != 1) _exit(1); // it has said why
  put_into(stand, step->name, child);
  close(news[0]);
  close(end[1]);
  if (child_wait(child) != 0) die("the process of the user namespace did not end well");
}

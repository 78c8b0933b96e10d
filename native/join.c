// Finds a process beyond doubt and goes where its children are. Everything is opened first, the process is seen to live after
// that, and only then is anything entered: what was opened belonged to it.
#include "join.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "say.h"

enum { USER, PID, COUNT = 7 };

// In the order in which they are entered; the user namespace is a matter of its own.
static const struct { const char *name; int flag; } KINDS[COUNT] = {
    [USER] = {"user", CLONE_NEWUSER}, [PID] = {"pid_for_children", CLONE_NEWPID}, {"ipc", CLONE_NEWIPC}, {"uts", CLONE_NEWUTS},
    {"net", CLONE_NEWNET}, {"cgroup", CLONE_NEWCGROUP}, {"mnt", CLONE_NEWNS}};

static bool start_time(pid_t number, uint64_t *start) {
  char path[64], text[1024];
  snprintf(path, sizeof path, "/proc/%d/stat", (int)number);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = file < 0 ? -1 : read(file, text, sizeof text - 1);
  if (file >= 0) close(file);
  if (length <= 0) return false;
  text[length] = 0;
  // The name, in brackets, may hold anything; what follows the last bracket begins with field 3.
  const char *at = strrchr(text, ')');
  for (int field = 2; at != NULL && field < 22; field++) at = strchr(at + 1, ' ');
  if (at == NULL) return false;
  *start = strtoull(at + 1, NULL, 10);
  return true;
}

static bool lives(int process) { return poll(&(struct pollfd){.fd = process, .events = POLLIN}, 1, 0) == 0; }

int process_open(pid_t number, uint64_t start) {
  uint64_t found;
  int process = (int)syscall(SYS_pidfd_open, number, 0);
  if (process < 0) return -1;
  if (start_time(number, &found) && found == start && lives(process)) return process;
  close(process);
  return -1;
}

static int open_namespace(pid_t number, const char *name) {
  char path[64];
  if (number == 0) snprintf(path, sizeof path, "/proc/self/ns/%s", name);
  else snprintf(path, sizeof path, "/proc/%d/ns/%s", (int)number, name);
  return open(path, O_RDONLY | O_CLOEXEC);
}

static bool same(int one, int other) {
  struct stat a, b;
  return fstat(one, &a) == 0 && fstat(other, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static void enter(int handle, int flag, const char *name) {
  if (setns(handle, flag) < 0) die("cannot enter the instance's %s namespace: %s", name, strerror(errno));
}

void namespaces_join(pid_t number, int process) {
  int theirs[COUNT], own[COUNT];
  for (int i = 0; i < COUNT; i++) {
    theirs[i] = open_namespace(number, KINDS[i].name);
    if (theirs[i] < 0) die("cannot open the instance's %s namespace: %s (is it your own instance?)", KINDS[i].name, strerror(errno));
    own[i] = open_namespace(0, KINDS[i].name);
  }
  if (!lives(process)) die("the instance has just ended");
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); // those inside must not open this program through /proc (CVE-2019-5736)
  // The mounts may belong to the parent of the program's user namespace (identity.c, nests): its capabilities come first.
  int owner = ioctl(theirs[PID], NS_GET_USERNS);
  if (owner >= 0 && !same(owner, own[USER])) enter(owner, CLONE_NEWUSER, "user");
  for (int i = PID; i < COUNT; i++)
    if (!same(theirs[i], own[i])) enter(theirs[i], KINDS[i].flag, KINDS[i].name);
  if (!same(theirs[USER], own[USER]) && (owner < 0 || !same(theirs[USER], owner))) enter(theirs[USER], CLONE_NEWUSER, "user");
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); // a change of credentials may have undone it
  for (int i = 0; i < COUNT; i++) {
    close(theirs[i]);
    close(own[i]);
  }
  if (owner >= 0) close(owner);
}

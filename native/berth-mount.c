// berth-mount IMAGE OFFSET DIR [--idle SECONDS] [--grace SECONDS] [--squashfuse PATH] [--uid N --gid N]
//
// Keeps one FUSE mount of an image for all launches of a user on a node. Exit 0 means: DIR leads to a mount that answers.
//
//   DIR            a link to the incarnation in use; its folder belongs to the user and is 0700
//   DIR.<16 hex>   an incarnation: the mount point of one squashfuse_ll
//   DIR.used       every launch sets its time (the plan's `touch`)
//   DIR.lock       held while mounting and while withdrawing the link, never by a launch
//
// A launch takes no lock: it touches DIR.used, follows the link and clones the mount into its own namespace. So retiring a
// mount is done as RCU does it: when DIR.used has been left alone for the idle time, the link goes first; then a grace period
// in which every launch that read the link has cloned its mount; then the mount leaves this namespace (lazily). The clones
// go on working, and squashfuse_ll ends by itself when the kernel drops the last of them.
//
// SIGTERM retires at once, a second one without grace. Killed by SIGKILL, it leaves a mount that works and is never retired;
// a dead squashfuse_ll or a link to nothing is swept up by the next berth-mount for the same DIR.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "incarnation.h"
#include "inherit.h"
#include "say.h"

struct call {
  struct shared shared;
  long idle, grace; // seconds
};

static const char USAGE[] =
    "usage: berth-mount IMAGE OFFSET DIR [--idle SECONDS] [--grace SECONDS] [--squashfuse PATH] [--uid N --gid N]";

static long number(const char *text, long most) {
  char *end;
  errno = 0;
  long value = strtol(text, &end, 10);
  if (*text < '0' || *text > '9' || *end != 0 || errno != 0 || value > most) die("\"%s\" is not a number of at most %ld", text, most);
  return value;
}

static const char *absolute(const char *path) {
  char *whole = realpath(path, NULL);
  if (whole == NULL) die("cannot open the image %s: %s", path, strerror(errno));
  return whole;
}

static struct call parse_call(int argc, char **argv) {
  struct call call = {.shared = {.squashfuse = "/usr/bin/squashfuse_ll", .uid = -1, .gid = -1, .parent_dir = -1}, .idle = 300, .grace = 10};
  if (argc < 4) die("%s", USAGE);
  call.shared.image = absolute(argv[1]);
  call.shared.offset = (uint64_t)number(argv[2], LONG_MAX);
  for (int i = 4; i < argc; i += 2) {
    if (i + 1 >= argc) die("%s", USAGE);
    if (strcmp(argv[i], "--idle") == 0) call.idle = number(argv[i + 1], 1 << 30);
    else if (strcmp(argv[i], "--grace") == 0) call.grace = number(argv[i + 1], 3600);
    else if (strcmp(argv[i], "--squashfuse") == 0) call.shared.squashfuse = argv[i + 1];
    else if (strcmp(argv[i], "--uid") == 0) call.shared.uid = number(argv[i + 1], UINT32_MAX - 1L);
    else if (strcmp(argv[i], "--gid") == 0) call.shared.gid = number(argv[i + 1], UINT32_MAX - 1L);
    else die("%s", USAGE);
  }
  if (*call.shared.squashfuse != '/') die("--squashfuse wants an absolute path");
  return call;
}

// Whoever could write to the folder could swap images under the user's programs.
static void open_parent(struct shared *shared, const char *dir) {
  struct stat about;
  const char *slash = strrchr(dir, '/');
  if (*dir != '/' || slash == dir || slash[1] == 0 || strlen(dir) >= sizeof shared->parent || strlen(slash) > 200)
    die("%s is not a usable absolute path", dir);
  snprintf(shared->parent, sizeof shared->parent, "%.*s", (int)(slash - dir), dir);
  shared->key = slash + 1;
  shared->parent_dir = open(shared->parent, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (shared->parent_dir < 0 || fstat(shared->parent_dir, &about) < 0) die("cannot open the directory %s: %s", shared->parent, strerror(errno));
  if (about.st_uid != geteuid() || (about.st_mode & 077) != 0) die("%s must belong to you and be closed to others (mode 0700)", shared->parent);
}

static int open_beside(const struct shared *shared, const char *suffix) {
  char name[NAME_MAX + 1];
  snprintf(name, sizeof name, "%s.%s", shared->key, suffix);
  return openat(shared->parent_dir, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
}

static int lock(const struct shared *shared) {
  int file = open_beside(shared, "lock");
  if (file < 0) die("cannot open %s/%s.lock: %s", shared->parent, shared->key, strerror(errno));
  while (flock(file, LOCK_EX) < 0)
    if (errno != EINTR) die("cannot lock %s/%s.lock: %s", shared->parent, shared->key, strerror(errno));
  return file;
}

// False: another berth-mount has done it meanwhile.
static bool mount_once(const struct shared *shared, struct incarnation *mounted) {
  char why[512];
  int locked = lock(shared);
  if (incarnation_published(shared)) return false;
  incarnation_sweep(shared);
  if (!incarnation_mount(shared, mounted, why)) die("cannot mount %s with %s: %s", shared->image, shared->squashfuse, why);
  int used = open_beside(shared, "used");
  if (used < 0 || futimens(used, NULL) < 0 || !incarnation_publish(shared, mounted)) {
    int reason = errno;
    incarnation_detach(shared, mounted);
    die("cannot publish the mount of %s at %s/%s: %s", shared->image, shared->parent, shared->key, strerror(reason));
  }
  close(used);
  close(locked);
  return true;
}

// Seconds until the mount has been idle for long enough.
static long idle_left(const struct call *call) {
  struct stat about;
  char name[NAME_MAX + 1];
  snprintf(name, sizeof name, "%s.used", call->shared.key);
  if (fstatat(call->shared.parent_dir, name, &about, AT_SYMLINK_NOFOLLOW) < 0) return 0;
  time_t now = time(NULL);
  if (about.st_mtim.tv_sec <= now) return (long)(about.st_mtim.tv_sec + call->idle - now) + 1;
  // The clock was set back: the last use counts from its new time, or the mount would stay until the old one comes again.
  utimensat(call->shared.parent_dir, name, NULL, AT_SYMLINK_NOFOLLOW);
  return call->idle + 1;
}

static bool server_ended(const struct incarnation *mounted) { return waitpid(mounted->server, NULL, WNOHANG) != 0; }

// Returns when the mount shall be retired: idle, told to, or dead.
static void wait_idle(const struct call *call, const struct incarnation *mounted, const sigset_t *signals) {
  for (long left; (left = idle_left(call)) > 0;) {
    int number_of = sigtimedwait(signals, NULL, &(struct timespec){.tv_sec = left});
    if (number_of == SIGTERM || (number_of == SIGCHLD && server_ended(mounted))) return;
  }
}

static void wait_grace(const struct call *call, const struct incarnation *mounted, const sigset_t *signals) {
  struct timespec now, end;
  clock_gettime(CLOCK_MONOTONIC, &end);
  end.tv_sec += call->grace;
  while (clock_gettime(CLOCK_MONOTONIC, &now) == 0 && now.tv_sec < end.tv_sec) {
    int number_of = sigtimedwait(signals, NULL, &(struct timespec){.tv_sec = end.tv_sec - now.tv_sec});
    if (number_of == SIGTERM || (number_of == SIGCHLD && server_ended(mounted))) return;
  }
}

static void retire(const struct call *call, const struct incarnation *mounted, const sigset_t *signals) {
  int locked = lock(&call->shared); // so that no berth-mount decides by a link that is about to go
  incarnation_withdraw(&call->shared, mounted);
  close(locked);
  wait_grace(call, mounted, signals);
  incarnation_detach(&call->shared, mounted);
}

static void leave_caller(void) {
  int null = open("/dev/null", O_RDWR);
  for (int i = 0; null >= 0 && i < 3; i++) dup2(null, i);
  if (null > 2) close(null);
}

__attribute__((noreturn)) static void keep(struct call *call, int report) {
  struct incarnation mounted;
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGCHLD);
  sigprocmask(SIG_BLOCK, &signals, NULL);
  setsid();
  if (chdir("/") < 0) die("cannot leave the directory: %s", strerror(errno));
  bool mine = mount_once(&call->shared, &mounted);
  leave_caller();
  if (write(report, "", 1) != 1) errno = 0; // the caller is gone; the mount serves the next one
  close(report);
  if (!mine) _exit(0);
  wait_idle(call, &mounted, &signals);
  retire(call, &mounted, &signals);
  _exit(0);
}

int main(int argc, char **argv) {
  int report[2];
  char done;
  say_program = "berth-mount";
  stdio_fill();
  syscall(SYS_close_range, 3u, ~0u, 0u); // what the caller left open must not stay open as long as the mount
  struct call call = parse_call(argc, argv);
  open_parent(&call.shared, argv[3]);
  signals_reset();
  signal(SIGPIPE, SIG_IGN);
  umask(077);
  if (pipe2(report, O_CLOEXEC) < 0) die("cannot make a pipe: %s", strerror(errno));
  pid_t keeper = fork();
  if (keeper < 0) die("cannot start a process: %s", strerror(errno));
  if (keeper == 0) {
    close(report[0]);
    keep(&call, report[1]);
  }
  close(report[1]);
  return read(report[0], &done, 1) == 1 ? 0 : EXIT_LAUNCH; // the keeper has said why
}

// berth-node: root's hands at the set-up of a container for a job (docs/nodes.md). What shall be done is decided before and
// stands in an order (order.h); this carries it out so that it is done wholly or not at all, whoever kills it when.
//
//   berth-node setup < ORDER            status 0: done; 3: it was done before; 4: another set-up is there;
//                                       5: the image is such that it cannot be set up
//   berth-node release DIR MILLISECONDS detaches and removes; prints `pinned N`, a line for each loop device that something
//                                       still holds after so long; status 0: removed; 3: nothing was there
//
// One set-up or release of a DIR at a time: both hold the lock of DIR.lock, which is gone when they are.
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "cache.h"
#include "child.h"
#include "inherit.h"
#include "loops.h"
#include "namespace.h"
#include "order.h"
#include "say.h"
#include "stand.h"
#include "sys.h"

enum { EXIT_FAILED = 1, EXIT_SAME = 3, EXIT_OTHER = 4, EXIT_UNFIT = 5, EXIT_NOTHING = 3, LOCK_SECONDS = 60 };

// ---- the lock

struct lock {
  char path[PATH_MAX];
  int handle;
};

static void ignore_alarm(int number) { (void)number; }

// True when the open file is still the one of that name: who held the lock before may have removed it.
static bool is_current(const struct lock *lock) {
  struct stat mine, there;
  return fstat(lock->handle, &mine) == 0 && stat(lock->path, &there) == 0 && mine.st_ino == there.st_ino && mine.st_dev == there.st_dev;
}

static void take_lock(const char *dir, struct lock *lock) {
  struct sigaction action = {.sa_handler = ignore_alarm}; // without SA_RESTART: the alarm ends the wait
  sigaction(SIGALRM, &action, NULL);
  alarm(LOCK_SECONDS);
  if (snprintf(lock->path, sizeof lock->path, "%s.lock", dir) >= (int)sizeof lock->path) die("%s is too long", dir);
  for (;;) {
    // Programs that are started inherit it: it is free when the last of them has ended, also when this process was killed.
    lock->handle = open(lock->path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
    if (lock->handle < 0) die("cannot open %s: %s", lock->path, strerror(errno));
    bool mine = flock(lock->handle, LOCK_EX) == 0;
    if (!mine && errno == EINTR)
      die("another set-up or teardown of %s has not ended for %d seconds (fuser %s shows it)", dir, LOCK_SECONDS, lock->path);
    if (!mine) die("cannot lock %s: %s", lock->path, strerror(errno));
    if (is_current(lock)) break;
    close(lock->handle);
  }
  alarm(0);
}

static void leave_lock(const struct lock *lock) {
  unlink(lock->path);
  close(lock->handle);
}

// ---- set-up

static void launch(const char *launcher, const struct step *step) {
  int plan = memfd_create("berth-plan", MFD_CLOEXEC);
  for (size_t at = 0; at < step->length;) {
    ssize_t done = plan < 0 ? -1 : write(plan, step->bytes + at, step->length - at);
    if (done < 0) die("cannot hand the launch plan over: %s", strerror(errno));
    at += (size_t)done;
  }
  char number[12];
  snprintf(number, sizeof number, "%d", plan);
  const char *argv[] = {"berth-launch", "--fd", number, NULL};
  if (plan < 0 || lseek(plan, 0, SEEK_SET) < 0) die("cannot hand the launch plan over: %s", strerror(errno));
  int status = child_run(launcher, argv, plan); // it has said why it failed
  if (status != 0) _exit(status == EXIT_IMAGE ? EXIT_UNFIT : EXIT_FAILED);
  close(plan);
}

__attribute__((noreturn)) static void build(const struct order *order) {
  int stand = stand_raise(order->dir);
  for (size_t i = 0; i < order->count; i++) {
    const struct step *step = &order->steps[i];
    if (step->kind == STEP_CACHE) cache_raise(stand, step, order->uid);
    else if (step->kind == STEP_NAMESPACE) namespace_keep(stand, step, order->uid);
    else if (step->kind == STEP_LAUNCH) launch(order->launcher, step);
    else stand_write(step->name, step->bytes, step->length);
  }
  stand_seal(order->dir, order->uid);
  _exit(0);
}

// In a process of its own: however it fails, what it has made is removed by the one that waits for it.
static int build_in_child(const struct order *order) {
  pid_t parent = getpid(), pid = fork();
  if (pid < 0) die("cannot start a process: %s", strerror(errno));
  if (pid > 0) return child_wait(pid);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(EXIT_FAILED);
  build(order);
}

static int set_up(void) {
  static struct order order;
  struct lock lock;
  uid_t owner = 0;
  order_read(STDIN_FILENO, &order);
  stand_expect_safe(order.dir);
  take_lock(order.dir, &lock);
  int status;
  if (stand_mounted(order.dir, &owner) && owner != 0) {
    status = owner == order.uid && stand_is(order.dir, order.same->name, order.same->bytes, order.same->length) ? EXIT_SAME : EXIT_OTHER;
  } else {
    stand_fell(order.dir); // what a set-up that was killed has left
    status = build_in_child(&order);
    if (status != 0) stand_fell(order.dir);
  }
  leave_lock(&lock);
  return status;
}

// ---- release

static int release(const char *dir, int milliseconds) {
  struct stat about;
  struct lock lock;
  struct loop_uses uses;
  stand_expect_safe(dir);
  take_lock(dir, &lock);
  bool there = lstat(dir, &about) == 0;
  int news = loops_news();
  loops_below(dir, &uses);
  stand_fell(dir);
  leave_lock(&lock);
  loops_wait(&uses, news, milliseconds);
  for (size_t i = 0; i < uses.count; i++) printf("pinned %u\n", uses.use[i].number);
  return there ? 0 : EXIT_NOTHING;
}

int main(int argc, char **argv) {
  say_program = "berth-node";
  signals_reset();
  stdio_fill();
  umask(0);
  if (argc == 2 && strcmp(argv[1], "setup") == 0) return set_up();
  if (argc == 4 && strcmp(argv[1], "release") == 0 && *argv[2] == '/') return release(argv[2], atoi(argv[3]));
  die("usage: berth-node setup < ORDER, or berth-node release DIR MILLISECONDS");
}

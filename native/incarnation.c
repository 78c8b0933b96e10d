// One mounting of a shared image. Uses only names below the private directory's descriptor, except where squashfuse and
// fusermount need a path.
#include "incarnation.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "statx.h"
#include "sys.h"

enum { PATIENCE_SECONDS = 30 };

static time_t monotonic_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec;
}

enum state { GONE, PLAIN, DEAD, ALIVE };

// What a directory below the private one is. Reading it waits until its server answers.
static enum state state_of(int parent, const char *name) {
  struct sys_statx about;
  if (sys_statx(parent, name, AT_SYMLINK_NOFOLLOW, SYS_STATX_TYPE, &about) < 0) return errno == ENOENT ? GONE : DEAD; // ENOTCONN
  if (!S_ISDIR(about.mode)) return GONE;
  if (!(about.attributes & SYS_STATX_ATTR_MOUNT_ROOT)) return PLAIN;
  int dir = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (dir < 0) return DEAD;
  close(dir);
  return ALIVE;
}

static bool link_name(const struct shared *shared, char *name, size_t size) {
  ssize_t length = readlinkat(shared->parent_dir, shared->key, name, size - 1);
  if (length <= 0) return false;
  name[length] = 0;
  return strchr(name, '/') == NULL; // anything else was not made here
}

bool incarnation_published(const struct shared *shared) {
  char name[NAME_MAX + 1];
  return link_name(shared, name, sizeof name) && state_of(shared->parent_dir, name) == ALIVE;
}

static pid_t start(const char *program, char *const argv[], int errors) {
  pid_t child = fork();
  if (child != 0) return child;
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  signal(SIGPIPE, SIG_IGN); // nobody reads its complaints for ever
  if (null >= 0 && dup2(null, 0) >= 0 && dup2(null, 1) >= 0 && dup2(errors >= 0 ? errors : null, 2) >= 0) {
    syscall(SYS_close_range, 3u, ~0u, 0u);
    execve(program, argv, (char *[]){NULL});
  }
  static const char text[] = "it cannot be started\n";
  if (write(2, text, sizeof text - 1) < 0) _exit(126);
  _exit(127);
}

static void unmount(const char *path) {
  static const char *const PROGRAMS[] = {"/usr/bin/fusermount3", "/bin/fusermount3", "/usr/bin/fusermount"};
  if (sys_umount(path, BERTH_MNT_DETACH) == 0) return; // root needs no help
  for (size_t i = 0; i < sizeof PROGRAMS / sizeof *PROGRAMS; i++) {
    if (access(PROGRAMS[i], X_OK) < 0) continue;
    char *argv[] = {(char[]){"fusermount"}, (char[]){"-u"}, (char[]){"-z"}, (char[]){"-q"}, (char[]){"--"}, (char *)(uintptr_t)path, NULL};
    pid_t child = start(PROGRAMS[i], argv, -1);
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR) continue;
    return;
  }
}

static void remove_dead(const struct shared *shared, const char *name) {
  char path[PATH_MAX];
  enum state state = state_of(shared->parent_dir, name);
  if (state == DEAD && (size_t)snprintf(path, sizeof path, "%s/%s", shared->parent, name) < sizeof path) unmount(path);
  if (state == DEAD || state == PLAIN) unlinkat(shared->parent_dir, name, AT_REMOVEDIR);
}

void incarnation_sweep(const struct shared *shared) {
  int list = openat(shared->parent_dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *entries = list < 0 ? NULL : fdopendir(list);
  size_t length = strlen(shared->key);
  unlinkat(shared->parent_dir, shared->key, 0);
  if (entries == NULL) return;
  for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
    const char *tail = entry->d_name + length;
    if (strncmp(entry->d_name, shared->key, length) != 0 || *tail != '.' || strspn(tail + 1, "0123456789abcdef") != 16 || tail[17] != 0) continue;
    remove_dead(shared, entry->d_name);
  }
  closedir(entries);
}

static bool make_directory(const struct shared *shared, struct incarnation *made) {
  uint64_t number;
  if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number) return false;
  size_t name = (size_t)snprintf(made->name, sizeof made->name, "%s.%016llx", shared->key, (unsigned long long)number);
  size_t path = (size_t)snprintf(made->path, sizeof made->path, "%s/%s", shared->parent, made->name);
  if (name >= sizeof made->name || path >= sizeof made->path) return errno = ENAMETOOLONG, false;
  return mkdirat(shared->parent_dir, made->name, 0700) == 0;
}

static pid_t start_server(const struct shared *shared, const struct incarnation *mounted, bool owners, int errors) {
  char options[128];
  int used = snprintf(options, sizeof options, "ro,nosuid,nodev,offset=%llu", (unsigned long long)shared->offset);
  if (owners) snprintf(options + used, sizeof options - (size_t)used, ",uid=%ld,gid=%ld", shared->uid, shared->gid);
  char *argv[] = {(char[]){"squashfuse_ll"}, (char[]){"-f"}, (char[]){"-o"}, options,
                  (char *)(uintptr_t)shared->image, (char *)(uintptr_t)mounted->path, NULL};
  return start(shared->squashfuse, argv, errors);
}

// Waits for the mount by the kernel's own notices (of the mount table, of the server's end); false when the server ends or
// patience does.
static bool wait_mounted(const struct shared *shared, const struct incarnation *mounted) {
  struct pollfd notices[] = {{.fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC), .events = POLLPRI},
                             {.fd = (int)syscall(SYS_pidfd_open, mounted->server, 0), .events = POLLIN}};
  enum state state;
  time_t end = monotonic_seconds() + PATIENCE_SECONDS;
  while ((state = state_of(shared->parent_dir, mounted->name)) == PLAIN && monotonic_seconds() < end) {
    poll(notices, 2, 1000);
    if (notices[1].revents != 0) break;
  }
  close(notices[0].fd);
  close(notices[1].fd);
  return state == ALIVE;
}

static bool try_mount(const struct shared *shared, struct incarnation *mounted, bool owners, char *why) {
  int errors[2];
  if (pipe2(errors, O_CLOEXEC | O_NONBLOCK) < 0) return false;
  mounted->server = start_server(shared, mounted, owners, errors[1]);
  close(errors[1]);
  bool good = mounted->server > 0 && wait_mounted(shared, mounted);
  if (!good) {
    if (mounted->server > 0 && kill(mounted->server, SIGKILL) == 0) waitpid(mounted->server, NULL, 0);
    ssize_t length = read(errors[0], why, 511);
    why[length > 0 ? length : 0] = 0;
    why[strcspn(why, "\n")] = 0;
  }
  close(errors[0]);
  return good;
}

bool incarnation_mount(const struct shared *shared, struct incarnation *mounted, char *why) {
  bool owners = shared->uid >= 0 && shared->gid >= 0;
  *why = 0;
  if (!make_directory(shared, mounted)) return snprintf(why, 512, "no directory below %.300s: %s", shared->parent, strerror(errno)), false;
  if (try_mount(shared, mounted, owners, why)) return true;
  // squashfuse learned uid= and gid= late; without them the owners are the image's, which only writable layers notice.
  if (owners && strstr(why, "unknown option") != NULL && try_mount(shared, mounted, false, why)) return true;
  remove_dead(shared, mounted->name);
  if (*why == 0) snprintf(why, 512, "it did not answer");
  return false;
}

bool incarnation_publish(const struct shared *shared, const struct incarnation *mounted) {
  char temporary[NAME_MAX + 16];
  snprintf(temporary, sizeof temporary, ".%s.link", mounted->name);
  if (symlinkat(mounted->name, shared->parent_dir, temporary) < 0) return false;
  if (renameat(shared->parent_dir, temporary, shared->parent_dir, shared->key) == 0) return true;
  unlinkat(shared->parent_dir, temporary, 0);
  return false;
}

bool incarnation_withdraw(const struct shared *shared, const struct incarnation *mounted) {
  char name[NAME_MAX + 1];
  return link_name(shared, name, sizeof name) && strcmp(name, mounted->name) == 0 && unlinkat(shared->parent_dir, shared->key, 0) == 0;
}

void incarnation_detach(const struct shared *shared, const struct incarnation *mounted) {
  unmount(mounted->path);
  unlinkat(shared->parent_dir, mounted->name, AT_REMOVEDIR);
}

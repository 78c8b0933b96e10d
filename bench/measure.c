/* Runs a command and tells what it and everything it left behind cost: CPU time of all descendants (those that
 * daemonised too: this process adopts them), wall time, and the peak of their memory taken together. Needs no
 * privilege and no control group. It knows nothing of containers.
 *
 * usage: measure OUT RUNS PARALLEL SAMPLE_MS COMMAND [ARG]...
 *
 * OUT receives one line of JSON:
 *   {"failed":N,"elapsedNs":N,"peakBytes":N,"wallNs":[...],"cpuNs":[...]}
 * wallNs and cpuNs have one entry per run when PARALLEL is 1; cpuNs is one entry with the total otherwise.
 * SAMPLE_MS is the least time between two looks at the memory; 0 leaves the memory alone.
 * Descendants that outlive the command (a FUSE server with an idle time-out) are charged for what they used so far.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_RUNS = 100000, MAX_FAMILY = 4096 };

struct family {
  pid_t pid[MAX_FAMILY];
  int count;
};

static void die(const char *what) {
  perror(what);
  exit(255);
}

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t reaped_ns(void) {
  struct rusage use;
  getrusage(RUSAGE_CHILDREN, &use);
  return ((int64_t)use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000000 +
         ((int64_t)use.ru_utime.tv_usec + use.ru_stime.tv_usec) * 1000;
}

/* Children of every thread of the process; the file needs CONFIG_PROC_CHILDREN, which distributions set. */
static void add_children(struct family *all, pid_t parent) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", (int)parent);
  DIR *tasks = opendir(path);
  if (!tasks) return;
  struct dirent *task;
  while ((task = readdir(tasks))) {
    if (task->d_name[0] == '.') continue;
    char list[300];
    snprintf(list, sizeof list, "/proc/%d/task/%s/children", (int)parent, task->d_name);
    FILE *f = fopen(list, "re");
    int pid;
    while (f && all->count < MAX_FAMILY && fscanf(f, "%d", &pid) == 1) all->pid[all->count++] = pid;
    if (f) fclose(f);
  }
  closedir(tasks);
}

static void find_family(struct family *all) {
  all->count = 0;
  add_children(all, getpid());
  for (int i = 0; i < all->count; i++) add_children(all, all->pid[i]);
}

/* CPU time of living descendants, and of those they reaped themselves. */
static int64_t living_ns(void) {
  static struct family all;
  find_family(&all);
  int64_t ticks = 0;
  for (int i = 0; i < all.count; i++) {
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)all.pid[i]);
    FILE *f = fopen(path, "re");
    if (!f) continue;
    const char *rest = fgets(line, sizeof line, f) ? strrchr(line, ')') : NULL;
    long long user, system, child_user, child_system;
    if (rest && sscanf(rest, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lld %lld %lld %lld", &user, &system,
                       &child_user, &child_system) == 4)
      ticks += user + system + child_user + child_system;
    fclose(f);
  }
  return ticks * (1000000000 / sysconf(_SC_CLK_TCK));
}

/* Proportional set size: memory shared by several of them counts once. Resident size where that is not to be had. */
static int64_t memory_of(pid_t pid) {
  char path[64], line[256];
  long long kib = -1;
  snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
  FILE *f = fopen(path, "re");
  while (f && kib < 0 && fgets(line, sizeof line, f))
    if (sscanf(line, "Pss: %lld", &kib) != 1) kib = -1;
  if (f) fclose(f);
  if (kib >= 0) return kib * 1024;
  long long pages = 0;
  snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
  f = fopen(path, "re");
  if (f && fscanf(f, "%*d %lld", &pages) != 1) pages = 0;
  if (f) fclose(f);
  return pages * sysconf(_SC_PAGESIZE);
}

static int64_t family_memory(void) {
  static struct family all;
  find_family(&all);
  int64_t sum = 0;
  for (int i = 0; i < all.count; i++) sum += memory_of(all.pid[i]);
  return sum;
}

static pid_t start(char **command) {
  pid_t pid = fork();
  if (pid < 0) die("fork");
  if (pid > 0) return pid;
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execvp(command[0], command);
  perror(command[0]);
  _exit(127);
}

/* Waits until `want` has ended, sampling the memory of all meanwhile. */
static int wait_for(pid_t want, int sample_ms, int64_t *peak) {
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  for (;;) {
    int status;
    pid_t pid = waitpid(-1, &status, sample_ms ? WNOHANG : 0);
    if (pid == want) return status;
    if (pid > 0) continue; /* a descendant that was adopted */
    if (pid < 0 && errno != EINTR) die("waitpid");
    if (pid == 0) {
      int64_t from = now_ns(), memory = family_memory();
      if (memory > *peak) *peak = memory;
      /* Summing up a gigabyte takes long: looking must not take more than a twentieth of the time. */
      int64_t rest = 20 * (now_ns() - from), least = (int64_t)sample_ms * 1000000;
      if (rest < least) rest = least;
      struct timespec pause = {rest / 1000000000, rest % 1000000000};
      sigtimedwait(&child, NULL, &pause);
    }
  }
}

static void reap_adopted(void) {
  while (waitpid(-1, NULL, WNOHANG) > 0) {}
}

int main(int argc, char **argv) {
  if (argc < 6) {
    fprintf(stderr, "usage: measure OUT RUNS PARALLEL SAMPLE_MS COMMAND [ARG]...\n");
    return 1;
  }
  int runs = atoi(argv[2]), parallel = atoi(argv[3]), sample_ms = atoi(argv[4]);
  if (runs < 1 || runs > MAX_RUNS || parallel < 1 || sample_ms < 0) return 1;
  char **command = argv + 5;
  static int64_t wall[MAX_RUNS], cpu[MAX_RUNS];
  int64_t peak = 0;
  int failed = 0, cpus = 0, walls = 0;

  prctl(PR_SET_CHILD_SUBREAPER, 1);
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, NULL);

  int64_t began = now_ns();
  if (parallel == 1) {
    int64_t before = 0;
    for (int run = 0; run < runs; run++) {
      int64_t from = now_ns();
      int status = wait_for(start(command), sample_ms, &peak);
      wall[walls++] = now_ns() - from;
      if (status != 0) failed++;
      reap_adopted();
      int64_t used = reaped_ns() + living_ns();
      cpu[cpus++] = used - before;
      before = used;
    }
  } else {
    /* Every process that ends is either a command or its adopted remains; only the commands are counted. */
    pid_t *mine = calloc((size_t)parallel, sizeof *mine);
    if (!mine) die("calloc");
    int started = 0, ended = 0;
    for (; started < parallel && started < runs; started++) mine[started] = start(command);
    while (ended < runs) {
      int status;
      pid_t pid = waitpid(-1, &status, 0);
      if (pid < 0 && errno != EINTR) die("waitpid");
      for (int i = 0; i < parallel; i++) {
        if (pid <= 0 || mine[i] != pid) continue;
        ended++;
        if (status != 0) failed++;
        mine[i] = started < runs ? start(command) : 0;
        if (mine[i]) started++;
      }
    }
    cpu[cpus++] = reaped_ns() + living_ns();
    free(mine);
  }
  int64_t elapsed = now_ns() - began;

  FILE *out = fopen(argv[1], "we");
  if (!out) die(argv[1]);
  fprintf(out, "{\"failed\":%d,\"elapsedNs\":%lld,\"peakBytes\":%lld,\"wallNs\":[", failed, (long long)elapsed, (long long)peak);
  for (int i = 0; i < walls; i++) fprintf(out, "%s%lld", i ? "," : "", (long long)wall[i]);
  fprintf(out, "],\"cpuNs\":[");
  for (int i = 0; i < cpus; i++) fprintf(out, "%s%lld", i ? "," : "", (long long)cpu[i]);
  fprintf(out, "]}\n");
  return fclose(out) == 0 ? 0 : 255;
}

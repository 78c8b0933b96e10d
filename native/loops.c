// Loop devices. The kernel detaches one some moments after its last mount went, and says so to whoever listens for the news
// of devices; which use of a device it was is known by the sequence number that it has since Linux 5.15.
#include "loops.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/loop.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "say.h"

enum { LOOP_MAJOR = 7 };

int loop_attach(int file, const char *name, char *device, size_t size) {
  int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
  if (control < 0) die("cannot open /dev/loop-control: %s", strerror(errno));
  struct loop_config config = {.fd = (uint32_t)file, .info = {.lo_flags = LO_FLAGS_AUTOCLEAR}};
  snprintf((char *)config.info.lo_file_name, LO_NAME_SIZE, "%s", name);
  for (int tries = 0; tries < 64; tries++) {
    int number = ioctl(control, LOOP_CTL_GET_FREE);
    if (number < 0) die("cannot get a free loop device: %s", strerror(errno));
    snprintf(device, size, "/dev/loop%d", number);
    int loop = open(device, O_RDWR | O_CLOEXEC);
    if (loop < 0) die("cannot open %s: %s", device, strerror(errno));
    bool done = ioctl(loop, LOOP_CONFIGURE, &config) == 0;
    int reason = errno;
    close(done ? control : loop);
    if (done) return loop;
    if (reason != EBUSY) die("cannot attach %s to %s: %s", name, device, strerror(reason)); // busy: somebody was faster
  }
  die("no loop device stays free long enough");
}

static uint64_t sequence_of(unsigned number, bool *attached) {
  char path[64];
  uint64_t sequence = 0;
  snprintf(path, sizeof path, "/sys/block/loop%u/loop/backing_file", number);
  *attached = access(path, F_OK) == 0;
  snprintf(path, sizeof path, "/sys/block/loop%u/diskseq", number);
  FILE *file = fopen(path, "re");
  if (file == NULL) return 0;
  if (fscanf(file, "%" SCNu64, &sequence) != 1) sequence = 0;
  fclose(file);
  return sequence;
}

static void add(struct loop_uses *uses, unsigned number) {
  bool attached, known = false;
  struct loop_use use = {.number = number, .sequence = sequence_of(number, &attached)};
  for (size_t i = 0; i < uses->count; i++) known = known || uses->use[i].number == number;
  if (attached && !known && uses->count < LOOPS_MAX) uses->use[uses->count++] = use;
}

// In mountinfo, characters that would end a word stand as three octal digits.
static void unescape(char *text) {
  char *to = text;
  for (const char *from = text; *from != 0; to++) {
    bool octal = *from == '\\' && from[1] != 0 && from[2] != 0 && from[3] != 0;
    *to = octal ? (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + from[3] - '0') : *from;
    from += octal ? 4 : 1;
  }
  *to = 0;
}

void loops_below(const char *dir, struct loop_uses *uses) {
  uses->count = 0;
  FILE *mounts = fopen("/proc/self/mountinfo", "re");
  if (mounts == NULL) die("cannot read /proc/self/mountinfo: %s", strerror(errno));
  char *line = NULL;
  size_t room = 0, length = strlen(dir);
  while (getline(&line, &room, mounts) >= 0) {
    unsigned major, minor;
    int at = 0;
    if (sscanf(line, "%*u %*u %u:%u %*s %n", &major, &minor, &at) != 2 || at == 0 || major != LOOP_MAJOR) continue;
    char *target = line + at;
    target[strcspn(target, " ")] = 0;
    unescape(target);
    if (strncmp(target, dir, length) == 0 && (target[length] == 0 || target[length] == '/')) add(uses, minor);
  }
  free(line);
  fclose(mounts);
}

int loops_news(void) {
  struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = 1};
  int news = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
  if (news < 0 || bind(news, (struct sockaddr *)&address, sizeof address) == 0) return news;
  close(news);
  return -1;
}

static long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void forget_detached(struct loop_uses *uses) {
  size_t left = 0;
  for (size_t i = 0; i < uses->count; i++) {
    bool attached;
    uint64_t sequence = sequence_of(uses->use[i].number, &attached);
    if (attached && sequence == uses->use[i].sequence) uses->use[left++] = uses->use[i];
  }
  uses->count = left;
}

void loops_wait(struct loop_uses *uses, int news, int milliseconds) {
  char part[4096];
  struct pollfd listen = {.fd = news, .events = POLLIN};
  long end = now() + milliseconds;
  for (forget_detached(uses); uses->count > 0; forget_detached(uses)) {
    long left = end - now();
    if (left <= 0) return;
    // Without news (a kernel may keep them from this namespace), and for news that got lost, it looks now and then.
    poll(&listen, news < 0 ? 0 : 1, (int)(left < 50 ? left : 50));
    while (news >= 0 && recv(news, part, sizeof part, 0) > 0) continue;
  }
}

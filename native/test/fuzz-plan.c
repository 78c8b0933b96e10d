// Feeds mutated plans to plan_parse under the sanitizers. Deterministic: the same number of rounds gives the same inputs.
// Every input lies in a buffer of exactly its size, so that one byte read too far is seen.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../plan.h"

enum { ROOM = 4096 };

static uint64_t state = 0x9e3779b97f4a7c15;

static uint64_t dice(uint64_t sides) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state % sides;
}

static const char *const WORDS[] = {
    "userns", "none", "self", "root", "ranges", "idmap", "u", "g", "0", "1", "1000", "4294967295", "18446744073709551616", "unshare", "pid", "uts", "ipc",
    "hostname", "name", "dir", "/image", "kernel", "fuse", "fuse-program", "fuse2fs-program", "fuse-overlayfs-program", "e2fsck-program", "overlay-image", "squashfs", "ext-ro", "ext-rw",
    "image:0", "image:1\n/c", "image:15", "/bin/f", "touch", "expect-mount", "layer", "auto", "tmpfs", "dirs", "direct", "",
    "/upper", "/a\n/b", "bind", "/src", "/dst", "ro", "ro,rw", "ro,try,dev,norec", ",", "proc", "sysfs", "devpts", "mqueue", "file", "0644", "9", "link",
    "readonly", "chdir", "umask", "022", "rlimit", "nofile", "inf", "keep-caps", "caps", "namespace", "setid", "group", "pretend", "ids", "init", "keep-fd", "3", "env", "A=b", "=x",
    "point", "root-hook", "called", "shifter", "chdir-else", "env-append", "env-prepend", "env-unset", "env-file", "hook", "publish", "inside,file", "slave", "private",
    "join", "control-group", "instance", "exec", "sh", "arg", "end"};

static const char SEED[] =
    "BERTHPLAN1\nuserns\0ranges\0idmap\0u\0" "0\0" "1000\0" "1\0idmap\0g\0" "0\0" "1000\0" "1\0unshare\0pid\0unshare\0uts\0hostname\0x\0root\0dir\0/image\0" "0\0"
    "fuse2fs-program\0/f\0fuse-overlayfs-program\0/o\0overlay-image\0ext-rw\0/i\0" "0\0" "9\0overlay-image\0ext-ro\0/j\0" "0\0" "9\0"
    "touch\0/t\0layer\0dirs\0" "0\0image:0\0/a\nimage:1\0bind\0/s\0/d/\0ro,try\0tmpfs\0/t\0" "4096\0" "1777\0proc\0/proc\0dir\0/x\0" "755\0file\0/f\0" "644\0text\n\0"
    "link\0/l\0t\0bind\0/c\0/d\0inside,file,slave\0point\0/p\0dir\0readonly\0called\0shifter\0chdir-else\0no\0chdir\0/\0umask\0" "022\0rlimit\0nofile\0" "10\0inf\0caps\0none\0setid\0" "5\0" "6\0init\0keep-fd\0" "7\0env\0A=b\0env-append\0A=c\0env-prepend\0A=a\0env-unset\0B\0env-file\0f\0hook\0/h\0exec\0sh\0arg\0sh\0arg\0\0end";

static size_t splice(char *text, size_t length) {
  const char *word = WORDS[dice(sizeof WORDS / sizeof *WORDS)];
  size_t size = strlen(word) + 1, at = dice(length + 1);
  if (length + size > ROOM) return length;
  memmove(text + at + size, text + at, length - at);
  memcpy(text + at, word, size);
  return length + size;
}

static size_t replace(char *text, size_t length) {
  size_t at = dice(length + 1);
  while (at > 0 && text[at - 1] != 0) at--;
  size_t old = at < length ? strnlen(text + at, length - at) + 1 : 0;
  if (at + old > length) return length;
  memmove(text + at, text + at + old, length - at - old);
  return length - old;
}

static size_t mutate(char *text, size_t length) {
  for (uint64_t times = dice(6); times > 0; times--) {
    size_t at = length == 0 ? 0 : dice(length);
    switch (dice(5)) {
    case 0: length = splice(text, length); break;
    case 1: length = replace(text, length); break;
    case 2: if (length > 0) text[at] = (char)dice(256); break;
    case 3: if (length > 0) text[at] ^= (char)(1u << dice(8)); break;
    default: if (dice(8) == 0) length = at;
    }
  }
  return length;
}

static size_t random_plan(char *text) {
  size_t length = sizeof "BERTHPLAN1\n" - 1;
  memcpy(text, "BERTHPLAN1\n", length);
  for (uint64_t words = dice(60); words > 0; words--) {
    const char *word = WORDS[dice(sizeof WORDS / sizeof *WORDS)];
    memcpy(text + length, word, strlen(word) + 1);
    length += strlen(word) + 1;
  }
  return length;
}

static unsigned long accepted;

static void feed(const char *text, size_t length) {
  char *exact = malloc(length > 0 ? length : 1), error[PLAN_ERROR_SIZE];
  struct plan plan;
  if (exact == NULL) abort();
  memcpy(exact, text, length);
  bool good = plan_parse(exact, length, &plan, error);
  if (good != (*error == 0)) abort();
  for (size_t i = 0; i < plan.count; i++)
    for (size_t j = 0; j < 4; j++)
      if (plan.records[i].text[j] != NULL && strlen(plan.records[i].text[j]) > length) abort();
  accepted += good ? 1 : 0;
  plan_free(&plan);
  free(exact);
}

int main(int argc, char **argv) {
  char text[ROOM + 64];
  unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
  feed(SEED, sizeof SEED);
  if (accepted != 1) return puts("not ok - the seed is a valid plan"), 1;
  for (size_t cut = 0; cut < sizeof SEED; cut++) feed(SEED, cut);
  if (accepted != 1) return puts("not ok - no truncation of a plan is a plan"), 1;
  for (unsigned long i = 0; i < rounds; i++) {
    size_t length = sizeof SEED;
    if (dice(4) == 0) length = random_plan(text);
    else memcpy(text, SEED, sizeof SEED);
    feed(text, mutate(text, length));
  }
  printf("ok - %lu mutated plans were refused or accepted (%lu) without a fault\n", rounds, accepted);
  return 0;
}

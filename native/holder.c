// The kernel names no process for an open file description's lock, but /proc shows which descriptors carry one. A server of
// ours carries the container's number in its environment.
#include "holder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_number(const char *name) { return *name != 0 && strspn(name, "0123456789") == strlen(name); }

static ssize_t read_file(const char *path, char *text, size_t size) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = file < 0 ? -1 : read(file, text, size - 1);
  if (file >= 0) close(file);
  text[length > 0 ? length : 0] = 0;
  return length;
}

static bool holds(const char *process, const struct stat *wanted) {
  char path[64 + NAME_MAX], text[1024];
  struct stat about;
  bool found = false;
  snprintf(path, sizeof path, "/proc/%.20s/fd", process);
  DIR *list = opendir(path);
  for (struct dirent *entry; list != NULL && !found && (entry = readdir(list)) != NULL;) {
    if (!is_number(entry->d_name)) continue;
    snprintf(path, sizeof path, "/proc/%.20s/fd/%.20s", process, entry->d_name);
    if (stat(path, &about) < 0 || about.st_dev != wanted->st_dev || about.st_ino != wanted->st_ino) continue;
    snprintf(path, sizeof path, "/proc/%.20s/fdinfo/%.20s", process, entry->d_name);
    found = read_file(path, text, sizeof text) > 0 && strstr(text, "\nlock:") != NULL;
  }
  if (list != NULL) closedir(list);
  return found;
}

// A process that ends gives its memory back before its files and locks: it has neither program nor environment meanwhile.
static bool is_ending(int process) {
  char path[64], program[8];
  snprintf(path, sizeof path, "/proc/%d/exe", process);
  return readlink(path, program, sizeof program) < 0 && errno == ENOENT;
}

// The container's process that `process` serves, when it still lives; 0 when it or the server has ended, -1 when `process` is
// no server.
static int container_of(int process) {
  static const char NAME[] = "BERTH_HOLDER=";
  char path[64], text[4096];
  snprintf(path, sizeof path, "/proc/%d/environ", process);
  ssize_t length = read_file(path, text, sizeof text);
  for (const char *at = text; at < text + length; at += strlen(at) + 1) {
    if (strncmp(at, NAME, sizeof NAME - 1) != 0) continue;
    int number = atoi(at + sizeof NAME - 1);
    snprintf(path, sizeof path, "/proc/%d", number);
    return number > 0 && access(path, F_OK) == 0 ? number : 0;
  }
  return is_ending(process) ? 0 : -1;
}

static int holding_process(const struct stat *wanted) {
  int found = 0;
  DIR *processes = opendir("/proc");
  for (struct dirent *entry; processes != NULL && found == 0 && (entry = readdir(processes)) != NULL;)
    if (is_number(entry->d_name) && holds(entry->d_name, wanted)) found = atoi(entry->d_name);
  if (processes != NULL) closedir(processes);
  return found;
}

enum holder holder_find(int file, char *text, size_t size) {
  struct stat wanted;
  char path[64], name[64];
  int process = fstat(file, &wanted) == 0 ? holding_process(&wanted) : 0;
  int container = process == 0 ? 0 : container_of(process);
  snprintf(text, size, "another user or another machine");
  if (process == 0) return HOLDER_UNSEEN;
  snprintf(path, sizeof path, "/proc/%d/comm", container > 0 ? container : process);
  if (read_file(path, name, sizeof name) > 0) name[strcspn(name, "\n")] = 0;
  snprintf(text, size, "process %d (%s)", container > 0 ? container : process, name);
  return container == 0 ? HOLDER_ENDING : HOLDER_LIVES;
}

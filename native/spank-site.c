// See spank-site.h.
#include "spank-site.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct spank_site berth_spank_site;
#define site berth_spank_site

static const char *value_of(const char *text, const char *key) {
  size_t length = strlen(key);
  return strncmp(text, key, length) == 0 && text[length] == '=' ? text + length + 1 : NULL;
}

static bool read_path(const char *text) {
  const struct {
    const char *key, **to;
  } keys[] = {{"berth", &site.berth},
              {"shifter_config", &site.config},
              {"node_dir", &site.node_dir},
              {"extern_setup", &site.extern_setup},
              {"memory_cgroup", &site.memory_cgroup}};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    const char *value = value_of(text, keys[i].key);
    if (value == NULL) continue;
    if (value[0] != '/' || strlen(value) >= PATH_MAX) return false;
    *keys[i].to = value;
    return true;
  }
  return false;
}

static bool read_flag(const char *text) {
  const struct {
    const char *key;
    bool *to;
  } keys[] = {{"extern_cgroup", &site.extern_cgroup},
              {"enable_ccm", &site.ccm},
              {"enable_sshd", &site.sshd},
              {"container_options", &site.container_options}};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    const char *value = value_of(text, keys[i].key);
    if (value == NULL || (strcmp(value, "0") != 0 && strcmp(value, "1") != 0)) continue;
    *keys[i].to = value[0] == '1';
    return true;
  }
  return false;
}

// How long submissions hold their image in the gateway; none when it is empty or 0. Which words are a time, berth knows.
static bool read_pin(const char *text) {
  const char *value = value_of(text, "pin");
  if (value == NULL) return false;
  site.pin = value[0] == '\0' || strcmp(value, "0") == 0 ? NULL : value;
  return true;
}

static bool read_timeout(const char *text) {
  const char *value = value_of(text, "timeout");
  if (value == NULL) return false;
  char *end = NULL;
  unsigned long seconds = strtoul(value, &end, 10);
  if (end == value || *end != '\0' || seconds == 0 || seconds > 3600) return false;
  site.timeout = (unsigned)seconds;
  return true;
}

// A word that is not understood must end neither slurmd nor the jobs of people who use no images.
void berth_spank_read_site(int count, char *text[]) {
  if (site.berth != NULL) return;
  site.berth = access("/usr/bin/berth", X_OK) == 0 ? "/usr/bin/berth" : "/usr/local/bin/berth";
  site.node_dir = "/run/berth-node";
  site.pin = "3d";
  site.timeout = 60;
  site.container_options = true;
  for (int i = 0; i < count; i++) {
    if (strcmp(text[i], "long_options") == 0)
      site.long_options = true;
    else if (!read_path(text[i]) && !read_flag(text[i]) && !read_pin(text[i]) && !read_timeout(text[i]))
      slurm_error("spank_berth: plugstack.conf: not understood: %s", text[i]);
  }
}

bool berth_spank_node_dir(spank_t spank, char *path, size_t size) {
  const char *mark = strstr(site.node_dir, "%n");
  if (mark == NULL) return (size_t)snprintf(path, size, "%s", site.node_dir) < size;
  char name[256] = "";
  const char *known = getenv("SLURMD_NODENAME");
  if (known != NULL)
    snprintf(name, sizeof name, "%s", known);
  else if (spank_getenv(spank, "SLURMD_NODENAME", name, sizeof name) != ESPANK_SUCCESS)
    return false;
  // A name and no way: before a step's tasks have their variables, this one is the user's.
  if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL) return false;
  int length = snprintf(path, size, "%.*s%s%s", (int)(mark - site.node_dir), site.node_dir, name, mark + 2);
  return length > 0 && (size_t)length < size;
}

bool berth_spank_place(spank_t spank, const struct spank_job *job, const char *ending, char *path, size_t size) {
  char dir[PATH_MAX];
  if (!berth_spank_node_dir(spank, dir, sizeof dir)) return false;
  int length = snprintf(path, size, "%s/%u.%u%s", dir, (unsigned)job->uid, job->id, ending);
  return length > 0 && (size_t)length < size;
}

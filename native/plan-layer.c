// Layers are paths of the host or images of the plan; the rest of the plan only passes them on.
#include "plan-layer.h"

#include <limits.h>
#include <string.h>

#include "plan.h"

bool plan_image_number(const char *text, size_t length, uint64_t *number) {
  static const char PREFIX[] = "image:";
  size_t head = sizeof PREFIX - 1;
  if (length <= head || length > head + 2 || memcmp(text, PREFIX, head) != 0) return false;
  for (*number = 0; head < length; head++) {
    if (text[head] < '0' || text[head] > '9') return false;
    *number = *number * 10 + (uint64_t)(text[head] - '0');
  }
  return *number < PLAN_MAX_OVERLAY_IMAGES;
}

bool plan_layer_is(const char *text, size_t length) {
  uint64_t number;
  return length < PATH_MAX && (*text == '/' || plan_image_number(text, length, &number));
}

bool plan_layer_lines(const char *text, uint64_t *lines) {
  *lines = 0;
  while (*text != 0) {
    size_t length = strcspn(text, "\n");
    if (!plan_layer_is(text, length) || ++*lines > PLAN_MAX_LOWERS) return false;
    text += length;
    if (*text == '\n' && *++text == 0) return false;
  }
  return true;
}

static bool has_image(const struct plan *plan, uint64_t least) {
  for (size_t i = 0; i < plan->count; i++)
    if (plan->records[i].op == OP_OVERLAY_IMAGE && plan->records[i].value[0] >= least) return true;
  return false;
}

bool plan_merges(const struct plan *plan) { return has_image(plan, OVERLAY_EXT_RO); }

bool plan_writes_image(const struct plan *plan) { return has_image(plan, OVERLAY_EXT_RW); }

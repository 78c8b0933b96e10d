/* What a hostile user can do at submission: a plugin of his own, loaded by his own plugstack.conf, that says what he likes in the
 * variables which the prolog will see. Each word of its line in that file is NAME=VALUE. */
#include <slurm/spank.h>
#include <string.h>

SPANK_PLUGIN(hostile, 1)

int slurm_spank_init_post_opt(spank_t spank, int count, char *text[]) {
  if (spank_context() != S_CTX_ALLOCATOR && spank_context() != S_CTX_LOCAL) return 0;
  for (int i = 0; i < count; i++) {
    char *value = strchr(text[i], '=');
    if (value == NULL) continue;
    *value++ = '\0';
    spank_job_control_setenv(spank, text[i], value, 1);
  }
  return 0;
}

/* Objects of a shipment into files of the stage (ship/stage.h). */
#ifndef EVX_SHIP_STAGE_OBJECT_H
#define EVX_SHIP_STAGE_OBJECT_H

#include "ship/stage.h"
#include "ship/uploads.h"

#define EVX_STAGE_DATA "data" /* of an exhibit in the stage: where its packs are */

/* The file that an object goes to: what a job of remote/remote.h writes by. */
struct evx_stage_object {
	int fd;
	const char *name;
};

/* Writes n bytes more; and makes it empty again, for another attempt. ctx: a struct
 * evx_stage_object. */
enum evx_err evx_stage_object_take(
	void *ctx, const void *p, size_t n, struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_stage_object_forget(void *ctx, struct evx_diag *diag) EVX_MUST_CHECK;
/* Whether the file name of dir has exactly these bytes; another one is taken away. */
enum evx_err evx_stage_object_is_here(int dir, const char *name, const uint8_t hash[32],
	uint64_t size, const struct evx_cancel *cancel, bool *here,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Makes the file anew. */
enum evx_err evx_stage_object_make(
	int dir, const char *name, int *fd, struct evx_diag *diag) EVX_MUST_CHECK;
/* The name of an object: of its hash, or that of the part that has it. suffix: which of its places
 * is asked for. False where there is none of that number. */
bool evx_stage_object_name(const struct evx_stage *s, enum evx_upload_kind kind,
	const uint8_t hash[32], unsigned suffix, char out[EVX_REMOTE_NAME_CAP]);

#endif

/* A roster file read, and written in one step. */
#include "people/roster_place.h"

void evx_roster_place_start(
	struct evx_start *s, struct evx_roster_place *p, const char *file, bool exists)
{
	*p = (struct evx_roster_place){ .exists = exists };
	if (exists) {
		evx_input_text_start(s, file, EVX_ROSTER_FILE_MAX, &p->text);
		evx_output_replace_start(s, file, &p->output);
	} else {
		evx_output_file_start(s, file, &p->output);
	}
}

enum evx_err evx_roster_place_write(struct evx_roster_place *p, const struct evx_buf *text,
	struct evx_roster_info *info, struct evx_diag *diag)
{
	struct evx_roster_file f;
	enum evx_err err = evx_roster_file_read(text->data, text->len, NULL, &f, diag);

	if (err != EVX_OK || (err = evx_roster_use_info(&f, NULL, info, diag)) != EVX_OK)
		goto out;
	err = evx_output_put(&p->output, text->data, text->len, diag);
out:
	if (err != EVX_OK)
		evx_roster_info_free(info);
	evx_roster_file_free(&f);
	return err;
}

void evx_roster_place_close(struct evx_roster_place *p)
{
	evx_output_close(&p->output);
	evx_buf_free(&p->text);
}

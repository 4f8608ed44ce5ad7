/* A roster file read, and written in one step. */
#include "people/roster_place.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/path.h"

void evx_roster_place_start(
	struct evx_start *s, struct evx_roster_place *p, const char *file, bool exists)
{
	char *parent = evx_path_parent(file);

	*p = (struct evx_roster_place){
		.file = file, .base = evx_path_base(file), .dir = -1, .exists = exists
	};
	if (evx_start_good(s) && parent == NULL)
		s->err = evx_fail(s->diag, EVX_E_MEMORY, "roster: out of memory");
	if (!evx_start_good(s))
		goto out;
	p->dir = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (p->dir < 0)
		s->err = evx_fail_errno(s->diag, parent, "roster: open its directory");
	evx_start_beneath(s, p->dir, EVX_CONFINE_WRITE);
	if (exists)
		evx_start_read(s, file, EVX_ROSTER_FILE_MAX, &p->text);
out:
	free(parent);
}

enum evx_err evx_roster_place_write(struct evx_roster_place *p, const struct evx_buf *text,
	struct evx_roster_info *info, struct evx_diag *diag)
{
	struct evx_roster_file f;
	enum evx_err err = evx_roster_file_read(text->data, text->len, &f, diag);

	if (err == EVX_OK)
		err = evx_roster_info_of(&f, NULL, info, diag);
	if (err == EVX_OK)
		err = p->exists ?
			evx_replace_file(p->dir, p->base, 0644, text->data, text->len, diag) :
			evx_write_new_file(p->dir, p->base, 0644, text->data, text->len, diag);
	if (err != EVX_OK)
		evx_roster_info_free(info);
	evx_roster_file_free(&f);
	return err;
}

void evx_roster_place_close(struct evx_roster_place *p)
{
	evx_close_quiet(&p->dir);
	evx_buf_free(&p->text);
}

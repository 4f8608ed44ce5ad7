/* A roster file read, and written in one step. */
#include "people/roster_place.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"

enum evx_err evx_roster_place_open(
	struct evx_roster_place *p, const char *file, bool exists, struct evx_diag *diag)
{
	const char *slash = strrchr(file, '/');
	char *parent = slash == NULL ? strdup(".") :
				       strndup(file, slash == file ? 1 : (size_t)(slash - file));
	enum evx_err err = EVX_OK;

	*p = (struct evx_roster_place){
		.file = file, .base = slash == NULL ? file : slash + 1, .dir = -1, .exists = exists
	};
	if (parent == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "roster: out of memory");
	p->dir = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (p->dir < 0)
		err = evx_fail_errno(diag, parent, "roster: open its directory");
	if (err == EVX_OK && exists)
		err = evx_diag_in(diag, file,
			evx_read_file(p->dir, p->base, EVX_ROSTER_FILE_MAX, &p->text, diag));
	free(parent);
	return err;
}

enum evx_err evx_roster_place_confine(
	struct evx_roster_place *p, struct evx_confine_state *confined, struct evx_diag *diag)
{
	const struct evx_confine_dir dir = { p->dir, true };

	return confined == NULL ? EVX_OK : evx_confine(&dir, 1, confined, diag);
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

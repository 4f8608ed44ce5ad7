/* Looks for what somebody may have meant who named a source that cannot be sealed. */
#include "seal/source_guess.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/path.h"

#define GUESSES 5
#define NAMES_MAX 100000 /* of a directory; one with more is not worth the time */

struct guesses {
	char *path[GUESSES]; /* sorted; owned */
	size_t n, more;
};

/* Keeps the first names in their order. */
static void add(struct guesses *g, char *path)
{
	size_t at = 0;

	while (at < g->n && strcmp(g->path[at], path) < 0)
		at++;
	if (at == GUESSES) {
		free(path);
		g->more++;
		return;
	}
	if (g->n == GUESSES) {
		free(g->path[--g->n]);
		g->more++;
	}
	memmove(&g->path[at + 1], &g->path[at], (g->n - at) * sizeof(g->path[0]));
	g->path[at] = path;
	g->n++;
}

static bool can_be_sealed(const char *path, bool device)
{
	struct stat st;

	return stat(path, &st) == 0 &&
		(S_ISBLK(st.st_mode) || (!device && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))));
}

/* The names of dir that begin as base does. shown is what stands before them: dir with its slash,
 * or nothing. */
static void search(struct guesses *g, const char *dir, const char *shown, const char *base)
{
	const size_t len = strlen(base);
	const bool device = strcmp(dir, "/dev") == 0;
	DIR *d = opendir(dir);
	struct dirent *entry;

	for (size_t n = 0; d != NULL && n < NAMES_MAX && (entry = readdir(d)) != NULL; n++) {
		char *path;

		if (entry->d_name[0] == '.' || strncasecmp(entry->d_name, base, len) != 0 ||
			asprintf(&path, "%s/%s", dir, entry->d_name) < 0)
			continue;
		if (can_be_sealed(path, device)) {
			char *named;

			if (asprintf(&named, "%s%s", shown, entry->d_name) >= 0)
				add(g, named);
		}
		free(path);
	}
	if (d != NULL)
		(void)closedir(d);
}

/* Whole disks that hold something. */
static void list_disks(struct guesses *g)
{
	DIR *d = opendir("/sys/block");
	struct dirent *entry;

	while (d != NULL && (entry = readdir(d)) != NULL) {
		char *path, size[32] = "";
		FILE *f;

		if (entry->d_name[0] == '.' ||
			asprintf(&path, "/sys/block/%s/size", entry->d_name) < 0)
			continue;
		f = fopen(path, "re");
		if (f != NULL && fgets(size, sizeof(size), f) != NULL &&
			strtoull(size, NULL, 10) > 0 && strncmp(entry->d_name, "ram", 3) != 0) {
			char *named;

			if (asprintf(&named, "/dev/%s", entry->d_name) >= 0) {
				if (can_be_sealed(named, true))
					add(g, named);
				else
					free(named);
			}
		}
		if (f != NULL)
			(void)fclose(f);
		free(path);
	}
	if (d != NULL)
		(void)closedir(d);
}

static void tell(const struct guesses *g, bool disks, char out[EVX_SOURCE_GUESS_CAP])
{
	size_t at = 0;

	out[0] = '\0';
	if (g->n == 0)
		return;
	at = (size_t)snprintf(out, EVX_SOURCE_GUESS_CAP, "%s",
		disks ? " The disks of this machine are: " : " Did you mean ");
	for (size_t i = 0; i < g->n; i++) {
		char name[80];

		(void)evx_text_escape(g->path[i], strlen(g->path[i]), name, sizeof(name));
		at += (size_t)snprintf(out + at, EVX_SOURCE_GUESS_CAP - at, "%s%s",
			i == 0                                       ? "" :
				i + 1 < g->n || disks || g->more > 0 ? ", " :
								       " or ",
			name);
	}
	(void)snprintf(out + at, EVX_SOURCE_GUESS_CAP - at, "%s%s", g->more > 0 ? ", ..." : "",
		disks ? "." : "?");
}

void evx_source_guess(const char *path, char out[EVX_SOURCE_GUESS_CAP])
{
	struct guesses g = { { NULL }, 0, 0 };
	char *dir = evx_path_parent(path), *shown = NULL;
	const char *base = evx_path_base(path);
	bool disks = false;

	out[0] = '\0';
	if (dir == NULL || *base == '\0')
		goto out;
	shown = strndup(path, (size_t)(base - path));
	if (shown == NULL)
		goto out;
	search(&g, dir, shown, base);
	if (g.n == 0 && base == path)
		search(&g, "/dev", "/dev/", base);
	if (g.n == 0 && strcmp(dir, "/dev") == 0) {
		disks = true;
		list_disks(&g);
	}
	tell(&g, disks, out);
out:
	while (g.n > 0)
		free(g.path[--g.n]);
	free(shown);
	free(dir);
}

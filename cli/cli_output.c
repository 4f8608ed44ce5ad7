/* What is printed. */
#include "cli_output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli_json.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_progress.h"
#include "cli_signals.h"

#define FIELD 14    /* columns of a field's label */
#define SEPARATOR 3 /* bytes of what stands between groups of digits */

/* Text escaped into small, or into big, which is malloc'ed. */
struct escaped {
	char small[1024], *big;
};

static const char *escape(struct escaped *e, const void *p, size_t n)
{
	const size_t cap = 4 * n + 8; /* the longest escape is "\xHH" for one byte */

	e->big = cap > sizeof(e->small) ? malloc(cap) : NULL;
	return e->big != NULL ? evx_text_escape(p, n, e->big, cap) :
				evx_text_escape(p, n, e->small, sizeof(e->small));
}

void cli_output_bytes(FILE *f, const void *p, size_t n)
{
	struct escaped e;

	fputs(escape(&e, p, n), f);
	free(e.big);
}

void cli_output_text(FILE *f, const char *s)
{
	if (s != NULL)
		cli_output_bytes(f, s, strlen(s));
}

void cli_output_field(FILE *f, const char *label, const char *text)
{
	struct escaped e;

	if (text == NULL || text[0] == '\0')
		return;
	cli_layout_label(f, FIELD, label);
	cli_layout_paragraph(f, FIELD, FIELD, escape(&e, text, strlen(text)));
	free(e.big);
}

void cli_output_card(FILE *f, const struct evx_card_info *card)
{
	cli_output_text(f, card->person);
	fputs(", ", f);
	cli_output_text(f, card->organisation);
	fputs(" (", f);
	cli_output_text(f, card->country);
	putc(')', f);
	if (card->role[0] != '\0') {
		fputs(", ", f);
		cli_output_text(f, card->role);
	}
}

void cli_output_card_fields(FILE *f, const struct evx_card_info *card)
{
	cli_output_field(f, "person", card->person);
	cli_output_field(f, "organisation", card->organisation);
	cli_output_field(f, "country", card->country);
	cli_output_field(f, "role", card->role);
	cli_output_field(f, "fingerprint", card->fingerprint);
	cli_output_field(f, "signing", card->signing);
	cli_output_field(f, "encryption", card->encryption);
	cli_output_field(f, "created", card->created);
	cli_output_field(f, "retired", card->retired);
}

void cli_output_card_line(struct cli *cli, const struct evx_card_info *card)
{
	struct cli_json j;

	if (cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_card(&j, "card", card);
		cli_json_end(&j);
		return;
	}
	fprintf(cli->out, "%s  ", card->fingerprint);
	cli_output_card(cli->out, card);
	fprintf(cli->out, "%s\n", card->retired[0] != '\0' ? _("  [retired]") : "");
}

int cli_output_exit_code(const struct cli *cli, enum evx_err err)
{
	switch (err) {
	case EVX_OK:
		return CLI_GOOD;
	case EVX_E_USAGE:
		return CLI_USAGE;
	case EVX_E_UNSUPPORTED:
		return CLI_NEWER;
	case EVX_E_TRUNCATED:
	case EVX_E_CORRUPT:
	case EVX_E_FORGED:
	case EVX_E_CUSTODY:
		return CLI_BAD;
	case EVX_E_STRANGER:
		return CLI_CUSTODY;
	case EVX_E_LIMIT:
		return cli->making ? CLI_INCOMPLETE : CLI_BAD;
	case EVX_E_INTERRUPTED:
		return CLI_INTERRUPTED;
	case EVX_E_NOT_FOUND:
	case EVX_E_EXISTS:
	case EVX_E_IO:
	case EVX_E_MEMORY:
	case EVX_E_LOCKED:
	case EVX_E_NOT_OURS:
	case EVX_E_KEY:
	case EVX_E_INCOMPLETE:
		return CLI_INCOMPLETE;
	}
	return CLI_INCOMPLETE;
}

/* What can be translated: the commonest ones, word for word as the system has them. */
static const char *system_text(int sys_errno)
{
	static const struct {
		int number;
		const char *text;
	} known[] = {
		{ EPERM, N_("Operation not permitted") },
		{ ENOENT, N_("No such file or directory") },
		{ EIO, N_("Input/output error") },
		{ EACCES, N_("Permission denied") },
		{ EBUSY, N_("Device or resource busy") },
		{ EEXIST, N_("File exists") },
		{ ENODEV, N_("No such device") },
		{ ENOTDIR, N_("Not a directory") },
		{ EISDIR, N_("Is a directory") },
		{ EMFILE, N_("Too many open files") },
		{ EFBIG, N_("File too large") },
		{ ENOSPC, N_("No space left on device") },
		{ EROFS, N_("Read-only file system") },
		{ ENAMETOOLONG, N_("File name too long") },
		{ ELOOP, N_("Too many levels of symbolic links") },
		{ ENOTEMPTY, N_("Directory not empty") },
		{ EDQUOT, N_("Disk quota exceeded") },
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].number == sys_errno)
			return known[i].text;
	return evx_err_system(sys_errno);
}

static void error_json(struct cli *cli, enum evx_err err, const struct evx_diag *diag)
{
	struct cli_json j = cli_json_begin(cli->out);

	cli_json_text(&j, "bundle", cli->subject);
	cli_json_object(&j, "error");
	cli_json_text(&j, "class", evx_err_name(err));
	cli_json_count(&j, "exit", (uint64_t)cli_output_exit_code(cli, err));
	if (diag->path[0] != '\0')
		cli_json_text(&j, "path", diag->path);
	cli_json_text(&j, "text", diag->text);
	if (diag->sys_errno != 0)
		cli_json_text(&j, "system", evx_err_system(diag->sys_errno));
	if (diag->has_offset)
		cli_json_size(&j, "offset", diag->offset);
	cli_json_end(&j);
}

int cli_output_error(struct cli *cli, enum evx_err err, const struct evx_diag *diag)
{
	if (err == EVX_E_IO && (diag->sys_errno == EPIPE || ferror(stdout)) &&
		cli_signals_reader_gone())
		return CLI_PIPE;
	if (err == EVX_E_IO && ferror(stdout)) /* cli_output_finish tells it */
		return CLI_INCOMPLETE;
	cli_progress_hold(cli);
	fputs("evx: ", stderr);
	if (diag->path[0] != '\0') {
		cli_output_text(stderr, diag->path);
		fputs(": ", stderr);
	}
	if (diag->told[0] != '\0')
		cli_output_text(stderr, diag->told);
	else if (diag->text[0] != '\0')
		cli_output_text(stderr, diag->text);
	else
		fputs(_("This failed for an unknown reason."), stderr);
	if (diag->has_offset)
		fprintf(stderr, _(", at byte %llu"), (unsigned long long)diag->offset);
	if (diag->sys_errno != 0)
		fprintf(stderr, ": %s", _(system_text(diag->sys_errno)));
	fprintf(stderr, " (%s)\n", evx_err_name(err));
	cli_progress_go_on(cli);
	if (cli->json)
		error_json(cli, err, diag);
	return cli_output_exit_code(cli, err);
}

void cli_output_told(struct evx_diag *diag, const char *text)
{
	const char *told = _(text);

	if (told != text)
		snprintf(diag->told, sizeof(diag->told), "%s", told);
}

int cli_output_problem(struct cli *cli, enum evx_err err, const char *text)
{
	struct evx_diag diag = { .code = err };

	snprintf(diag.text, sizeof(diag.text), "%s", text);
	cli_output_told(&diag, text);
	return cli_output_error(cli, err, &diag);
}

int cli_output_mistake_v(struct cli *cli, const char *fmt, va_list ap)
{
	struct evx_diag diag = { .code = EVX_E_USAGE };
	va_list again;

	va_copy(again, ap);
	vsnprintf(diag.text, sizeof(diag.text), fmt, ap);
	evx_told_format(diag.told, sizeof(diag.told), fmt, again);
	va_end(again);
	return cli_output_error(cli, EVX_E_USAGE, &diag);
}

int cli_output_mistake(struct cli *cli, const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = cli_output_mistake_v(cli, fmt, ap);
	va_end(ap);
	return r;
}

int cli_output_goes_on(struct cli *cli, const char *path)
{
	cli_output_warn(cli,
		"%s: Extra bytes follow the end of the bundle. They are not part of it. To see "
		"what is good, run: evx verify",
		path);
	return CLI_CUSTODY;
}

void cli_output_warn(struct cli *cli, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), _(fmt), ap);
	va_end(ap);
	cli_progress_hold(cli);
	fprintf(stderr, "evx: %s: ", _("warning"));
	cli_output_text(stderr, text);
	putc('\n', stderr);
	cli_progress_go_on(cli);
}

void cli_output_remark(struct cli *cli, const char *path, size_t path_len, const char *what)
{
	if (cli->quiet)
		return;
	cli_progress_hold(cli);
	fputs("evx: ", stderr);
	cli_output_bytes(stderr, path, path_len);
	fputs(": ", stderr);
	cli_output_text(stderr, _(what));
	putc('\n', stderr);
	cli_progress_go_on(cli);
}

void cli_output_confinement(struct cli *cli, const struct evx_confine_state *state)
{
	const bool root = geteuid() == 0;

	/* As root there is no user whose rights would be left as a fence. */
	if (cli->quiet && !root)
		return;
	if (state->landlock_abi == 0)
		cli_output_warn(cli,
			"This kernel has no Landlock, or one that is too old. evx could have "
			"reached other files of this machine while it read this one. %s",
			root ? _("You are root, so nothing else protects them. Use another user or "
				 "another machine. --require-confinement refuses this one.") :
			       _("To refuse such a machine, use --require-confinement."));
	if (!state->seccomp)
		cli_output_warn(cli,
			"This kernel has no system call filter (seccomp). evx could have reached "
			"the network and other programs while it read this file.");
}

const char *cli_output_count(uint64_t v, char buf[CLI_NUMBER_CAP])
{
	/* Translated where a comma would be taken for a decimal mark. */
	const char *separator = _(",");
	char digits[24];
	size_t n = (size_t)snprintf(digits, sizeof(digits), "%llu", (unsigned long long)v), i,
	       wide = strlen(separator) <= SEPARATOR ? strlen(separator) : 0, at = 0;

	for (i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0) {
			memcpy(buf + at, separator, wide);
			at += wide;
		}
		buf[at++] = digits[i];
	}
	buf[at] = '\0';
	return buf;
}

const char *cli_output_things(
	uint64_t v, const char *one, const char *many, char buf[CLI_THINGS_CAP])
{
	char n[CLI_NUMBER_CAP];

	snprintf(buf, CLI_THINGS_CAP, "%s %s", cli_output_count(v, n),
		cli_language_number(one, many, v));
	return buf;
}

const char *cli_output_short_size(uint64_t bytes, char buf[CLI_NUMBER_CAP])
{
	static const char *const unit[] = { N_("bytes"), N_("KiB"), N_("MiB"), N_("GiB"), N_("TiB"),
		N_("PiB"), N_("EiB") };
	double v = (double)bytes;
	size_t i = 0;

	for (; v >= 1024 && i < 6; i++)
		v /= 1024;
	snprintf(buf, CLI_NUMBER_CAP, i == 0 ? "%.0f %s" : "%.1f %s", v, _(unit[i]));
	return buf;
}

void cli_output_hold(struct cli *cli)
{
	if (!cli->quiet || cli->json || cli->held != NULL)
		return;
	cli->held = open_memstream(&cli->held_text, &cli->held_len);
	if (cli->held == NULL)
		return;
	cli->held_from = cli->out;
	cli->out = cli->held;
}

void cli_output_use_stderr(struct cli *cli)
{
	if (cli->held != NULL)
		cli->held_from = stderr;
	else
		cli->out = stderr;
}

static void let_go(struct cli *cli, int code)
{
	if (cli->held == NULL)
		return;
	if (fclose(cli->held) == 0 && code != CLI_GOOD && code != CLI_PIPE)
		fwrite(cli->held_text, 1, cli->held_len, cli->held_from);
	free(cli->held_text);
	cli->held = NULL;
	cli->held_text = NULL;
	cli->out = cli->held_from;
}

int cli_output_finish(struct cli *cli, int code)
{
	struct evx_diag diag = { 0 };
	bool failed;

	let_go(cli, code);
	if (evx_keys_swappable() && !cli->quiet)
		cli_output_warn(cli,
			"This system does not let evx lock its memory. Keys may have been written "
			"to the swap space. Let evx lock more (ulimit -l), or encrypt the swap "
			"space.");
	failed = fflush(stdout) != 0 || ferror(stdout) != 0;
	if ((failed || code == CLI_PIPE) && cli_signals_reader_gone()) {
		/* A verdict that is not good stays one, whoever reads its text. */
		if (code == CLI_GOOD || code == CLI_PIPE)
			cli_signals_end_by_pipe();
		return code;
	}
	if (fclose(stdout) == 0 && !failed) {
		if (!cli_layout_lost())
			return code;
		cli->json = false; /* that has its end already */
		cli_output_error(cli,
			evx_fail(&diag, EVX_E_MEMORY,
				"There was not enough memory to print all of the answer. Run the "
				"command again."),
			&diag);
		return code == CLI_GOOD ? CLI_INCOMPLETE : code;
	}
	cli->json = false; /* there is nowhere to write it to */
	cli_output_error(cli, evx_fail_errno(&diag, "standard output", "write"), &diag);
	return code == CLI_GOOD ? CLI_INCOMPLETE : code;
}

/* Where the walk's bytes come from: the archive from one end to the other, or the file of a member.
 */
#include <stdarg.h>
#include <stdio.h>

#include "base/io.h"
#include "bundle/bundle_walk_inner.h"

void evx_bundle_walk_report(struct evx_bundle_walk *w, const char *code,
	enum evx_bundle_walk_severity severity, enum evx_err err, const char *member,
	uint64_t offset, const char *fmt, ...)
{
	struct evx_told say;
	const uint64_t at = member == w->name && w->name[0] != '\0' ? w->header : offset;
	struct evx_bundle_walk_finding f = { code, severity, err, member, offset,
		w->group_end > 0 && at >= w->group_end, &say };
	va_list ap;

	va_start(ap, fmt);
	evx_told_say_v(&say, fmt, ap);
	va_end(ap);
	if (severity == EVX_WALK_BAD)
		w->result->bad++;
	else if (severity == EVX_WALK_UNCHECKED)
		w->result->unchecked++;
	else if (severity == EVX_WALK_GAP)
		w->result->gaps++;
	else
		w->result->remarks++;
	if (w->opts->finding != NULL)
		w->opts->finding(w->opts->ctx, &f);
}

bool evx_bundle_walk_read_some(struct evx_bundle_walk *w, void *p, size_t n, size_t *got)
{
	struct evx_diag why = { 0 };
	enum evx_err err;

	if (w->fd >= 0)
		err = evx_pread_full(w->fd, p, n, w->at, got, w->name, &why);
	else if (w->b->form == EVX_BUNDLE_STREAM)
		err = evx_volume_read(w->b->volume, p, n, w->opts->cancel, got, &why);
	else
		err = evx_volume_pread(w->b->volume, p, n, w->at, got, &why);
	w->at += *got;
	if (w->opts->progress != NULL)
		atomic_fetch_add_explicit(
			&w->opts->progress->bytes_done, *got, memory_order_relaxed);
	if (err == EVX_OK)
		return true;
	w->lost = true;
	if (err != EVX_E_INTERRUPTED)
		evx_bundle_walk_report(w, "D-IO", EVX_WALK_UNCHECKED, err, w->name, w->at,
			"%s (error %d)", why.text, why.sys_errno);
	return false;
}

void evx_bundle_walk_ends_early(struct evx_bundle_walk *w, uint64_t offset)
{
	const size_t parts = evx_volume_parts(w->b->volume);

	w->lost = w->ends_early = true;
	if (evx_volume_split(w->b->volume))
		evx_bundle_walk_report(w, "D-TRUNCATED", EVX_WALK_UNCHECKED, EVX_E_INCOMPLETE, "",
			offset,
			"The bundle is incomplete: volume %03zu ends early, or volume %03zu is "
			"missing. Look for it, or copy the volumes again.",
			parts, parts + 1);
	else
		evx_bundle_walk_report(w, "D-TRUNCATED", EVX_WALK_UNCHECKED, EVX_E_INCOMPLETE, "",
			offset,
			"The file ends early: the copy is incomplete. Copy it again from where it "
			"came.");
}

static void cut_short(struct evx_bundle_walk *w)
{
	/* A member of an unpacked bundle is a file of its own: nothing else is missing. */
	if (w->fd < 0) {
		evx_bundle_walk_ends_early(w, w->header);
		return;
	}
	w->lost = true;
	evx_bundle_walk_report(w, "D-TRUNCATED", EVX_WALK_BAD, EVX_E_TRUNCATED, w->name, w->at,
		"member: ends before its %llu bytes do", (unsigned long long)w->size);
}

bool evx_bundle_walk_read(struct evx_bundle_walk *w, void *p, size_t n)
{
	size_t got;

	if (!evx_bundle_walk_read_some(w, p, n, &got))
		return false;
	if (got < n)
		cut_short(w);
	return got == n;
}

bool evx_bundle_walk_skip(struct evx_bundle_walk *w, uint64_t n)
{
	uint8_t piece[16384];

	if (w->fd < 0 && w->b->form != EVX_BUNDLE_STREAM) {
		uint64_t size = evx_volume_size(w->b->volume);

		if (n > size || w->at > size - n) {
			w->at = size;
			cut_short(w);
			return false;
		}
		w->at += n;
		return true;
	}
	while (n > 0) {
		size_t now = n < sizeof(piece) ? (size_t)n : sizeof(piece);

		if (evx_cancelled(w->opts->cancel) || !evx_bundle_walk_read(w, piece, now))
			return false;
		n -= now;
	}
	return true;
}

/* What all connections share: speaking to the process that works, and the bytes to put. */
#include "remote/remote_site.h"

#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/hash_equal.h"
#include "base/io.h"

void evx_remote_site_failed(struct evx_remote_answer *a, enum evx_err err,
	enum evx_remote_again again, const char *fmt, ...)
{
	va_list ap;

	a->err = err;
	a->again = again;
	va_start(ap, fmt);
	(void)vsnprintf(a->text, sizeof(a->text), fmt, ap);
	va_end(ap);
}

void evx_remote_site_failed_diag(
	struct evx_remote_answer *a, enum evx_remote_again again, const struct evx_diag *diag)
{
	evx_remote_site_failed(a, diag->code, again, "%.300s%s%s", diag->text,
		diag->sys_errno != 0 ? ": " : "",
		diag->sys_errno != 0 ? evx_err_system(diag->sys_errno) : "");
}

static bool say(struct evx_remote_site *site, const struct evx_remote_answer *a)
{
	evx_buf_reset(&site->line);
	return evx_remote_answer_encode(a, &site->line) == EVX_OK &&
		evx_write_full(site->out, site->line.data, site->line.len, NULL, NULL) == EVX_OK;
}

bool evx_remote_site_say_progress(struct evx_remote_site *site, uint64_t bytes)
{
	struct evx_remote_answer a = { .said = EVX_REMOTE_SAID_PROGRESS, .size = bytes };

	return say(site, &a);
}

bool evx_remote_site_say_item(struct evx_remote_site *site, const char *name, uint64_t size)
{
	struct evx_remote_answer a = { .said = EVX_REMOTE_SAID_ITEM, .size = size };
	const size_t n = strlen(name);

	/* Not one of ours, or an upload that was cut. */
	if (!evx_remote_name_valid(name, n) || strstr(name, ".part-") != NULL)
		return true;
	memcpy(a.name, name, n + 1);
	return say(site, &a);
}

bool evx_remote_site_say_bytes(struct evx_remote_site *site, const void *p, size_t n)
{
	const uint8_t *bytes = p;
	uint8_t head[5];
	size_t part;

	/* As the encoder of answers does it, without a copy. */
	for (; n > 0; n -= part, bytes += part) {
		part = n < EVX_REMOTE_CHUNK ? n : EVX_REMOTE_CHUNK;
		evx_put_be32(head, (uint32_t)part + 1);
		head[4] = EVX_REMOTE_SAID_BYTES;
		if (evx_write_full(site->out, head, sizeof(head), NULL, NULL) != EVX_OK ||
			evx_write_full(site->out, bytes, part, NULL, NULL) != EVX_OK)
			return false;
	}
	return true;
}

bool evx_remote_site_say_about(struct evx_remote_site *site, const struct evx_remote_about *about)
{
	struct evx_remote_answer a = { .said = EVX_REMOTE_SAID_ABOUT, .about = *about };

	return say(site, &a);
}

bool evx_remote_site_wanted(const struct evx_remote_site *site)
{
	struct pollfd p = { .fd = site->in };

	/* Nothing is asked for but whether the other end hung up. */
	return poll(&p, 1, 0) == 0 || (p.revents & (POLLHUP | POLLERR | POLLNVAL)) == 0;
}

bool evx_remote_site_pace(const struct evx_remote_site *site, size_t n)
{
	uint64_t left = site->rate != 0 ? (uint64_t)n * 1000 / site->rate : 0; /* milliseconds */

	while (left > 0) {
		const uint64_t now = left < 1000 ? left : 1000;
		const struct timespec t = { (time_t)(now / 1000), (long)(now % 1000) * 1000000 };

		if (!evx_remote_site_wanted(site))
			return false;
		(void)nanosleep(&t, NULL);
		left -= now;
	}
	return true;
}

enum evx_err evx_remote_source_open(const struct evx_remote_site *site,
	const struct evx_remote_request *q, struct evx_remote_source *out, struct evx_diag *diag)
{
	struct stat st;

	memset(out, 0, sizeof(*out));
	out->fd = -1;
	if (q->place == EVX_REMOTE_NO_PLACE) {
		out->bytes = q->body.data;
		out->size = q->body.len;
		return EVX_OK;
	}
	if (q->place >= site->nplaces)
		return evx_fail(diag, EVX_E_USAGE, "remote: no such directory");
	out->fd = openat(
		site->places[q->place], q->source, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (out->fd < 0 || fstat(out->fd, &st) != 0) {
		evx_close_quiet(&out->fd);
		return evx_fail_errno(diag, q->source, "%s: cannot be read", q->source);
	}
	if (!S_ISREG(st.st_mode)) {
		evx_close_quiet(&out->fd);
		return evx_fail(diag, EVX_E_NOT_OURS, "%s: is no regular file", q->source);
	}
	out->offset = q->offset;
	out->size = q->size;
	return EVX_OK;
}

enum evx_err evx_remote_source_read(
	struct evx_remote_source *s, void *p, size_t n, size_t *got, struct evx_diag *diag)
{
	const uint64_t left = s->size - s->at;
	enum evx_err err = EVX_OK;

	*got = n < left ? n : (size_t)left;
	if (s->fd < 0 && *got > 0)
		memcpy(p, s->bytes + s->at, *got);
	if (s->fd >= 0 && *got > 0) {
		n = *got;
		err = evx_pread_full(s->fd, p, n, s->offset + s->at, got, NULL, diag);
		if (err == EVX_OK && *got < n)
			err = evx_fail(diag, EVX_E_TRUNCATED,
				"the file to send became shorter while it was read");
	}
	s->at += *got;
	return err;
}

void evx_remote_source_close(struct evx_remote_source *s)
{
	evx_close_quiet(&s->fd);
}

static enum evx_err other_bytes(struct evx_diag *diag)
{
	return evx_fail(diag, EVX_E_FORGED,
		"the bytes to send are not those of that name: what is sent from here is damaged");
}

enum evx_err evx_remote_source_hash(struct evx_remote_source *s, const struct evx_remote_request *q,
	uint8_t *md5, uint8_t sha256[32], struct evx_diag *diag)
{
	static uint8_t part[EVX_REMOTE_CHUNK]; /* one connection, one thread */
	struct evx_hash *sha = evx_hash_new(EVX_SHA256);
	struct evx_hash *weak = md5 != NULL ? evx_hash_new(EVX_MD5) : NULL;
	size_t got = 1;
	enum evx_err err = EVX_OK;

	if (sha == NULL || (md5 != NULL && weak == NULL))
		err = evx_fail(diag, EVX_E_MEMORY, "out of memory");
	s->at = 0;
	while (err == EVX_OK && got > 0) {
		err = evx_remote_source_read(s, part, sizeof(part), &got, diag);
		if (err != EVX_OK || got == 0)
			break;
		evx_hash_update(sha, part, got);
		if (weak != NULL)
			evx_hash_update(weak, part, got);
	}
	s->at = 0;
	if (err == EVX_OK)
		err = evx_hash_final(sha, sha256);
	if (err == EVX_OK && weak != NULL)
		err = evx_hash_final(weak, md5);
	if (err == EVX_OK && q->has_hash && !evx_hash_equal(sha256, q->hash))
		err = other_bytes(diag);
	evx_hash_free(sha);
	evx_hash_free(weak);
	return err;
}

enum evx_err evx_remote_site_spool_in(
	struct evx_remote_site *site, const struct evx_remote_request *q, struct evx_diag *diag)
{
	static uint8_t part[EVX_REMOTE_CHUNK];
	struct evx_remote_source s = { .fd = -1 };
	struct evx_hash *h = evx_hash_new(EVX_SHA256);
	uint8_t hash[32];
	size_t got = 1;
	enum evx_err err = h != NULL ? evx_remote_source_open(site, q, &s, diag) :
				       evx_fail(diag, EVX_E_MEMORY, "out of memory");

	/* What is hashed are the bytes that are sent, whatever happens to the file. They are
	 * written over the object before: ext4 writes a file to the disk as soon as it is closed
	 * after it was emptied, and the program closes it after each object. */
	while (err == EVX_OK && got > 0) {
		const uint64_t at = s.at;

		err = evx_remote_source_read(&s, part, sizeof(part), &got, diag);
		if (err != EVX_OK || got == 0)
			break;
		evx_hash_update(h, part, got);
		err = evx_pwrite_full(site->spool, part, got, at, NULL, diag);
	}
	if (err == EVX_OK && ftruncate(site->spool, (off_t)s.at) != 0)
		err = evx_fail_errno(diag, NULL, "temporary file: cannot be cut to its length");
	if (err == EVX_OK)
		err = evx_hash_final(h, hash);
	if (err == EVX_OK && q->has_hash && !evx_hash_equal(hash, q->hash))
		err = other_bytes(diag);
	evx_remote_source_close(&s);
	evx_hash_free(h);
	return err;
}

bool evx_remote_site_other_size(
	const struct evx_remote_request *q, uint64_t size, struct evx_remote_answer *a)
{
	a->stat.size = size;
	if (q->exact ? size == q->size : size <= q->size)
		return false;
	evx_remote_site_failed(a, q->exact && size < q->size ? EVX_E_TRUNCATED : EVX_E_LIMIT,
		EVX_REMOTE_RETRY, "expected %s%llu bytes, found %llu", q->exact ? "" : "at most ",
		(unsigned long long)q->size, (unsigned long long)size);
	return true;
}

void evx_remote_site_spool_out(struct evx_remote_site *site, int fd,
	const struct evx_remote_request *q, struct evx_remote_answer *a)
{
	static uint8_t part[EVX_REMOTE_CHUNK];
	struct evx_diag diag = { 0 };
	struct stat st;
	uint64_t at = 0;
	size_t got = 1;

	if (fstat(fd, &st) != 0) {
		evx_remote_site_failed(
			a, EVX_E_IO, EVX_REMOTE_FINAL, "temporary file: cannot be read");
		return;
	}
	if (evx_remote_site_other_size(q, (uint64_t)st.st_size, a))
		return;
	while (at < (uint64_t)st.st_size && got > 0) {
		if (evx_pread_full(fd, part, sizeof(part), at, &got, NULL, &diag) != EVX_OK) {
			evx_remote_site_failed_diag(a, EVX_REMOTE_FINAL, &diag);
			return;
		}
		if (!evx_remote_site_say_bytes(site, part, got))
			return;
		at += got;
	}
}

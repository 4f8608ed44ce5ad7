/* What remotes and the processes that talk to them say: nothing is read past its end, what decodes
 * encodes to the same bytes, and no name gets through that is none. The first byte says which. */
#include "fuzz/fuzz.h"
#include "remote/exec_text.h"
#include "remote/remote_message.h"
#include "remote/remote_url.h"
#include "remote/s3_text.h"
#include "remote/sftp_text.h"

static void answers(const uint8_t *p, size_t n)
{
	struct evx_remote_answer a;
	struct evx_buf again = EVX_BUF_INIT;
	size_t used = 1;

	while (used > 0 && evx_remote_answer_decode(p, n, &a, &used) == EVX_OK && used > 0) {
		fuzz_check(used <= n);
		fuzz_check(a.said != EVX_REMOTE_SAID_ITEM ||
			evx_remote_name_valid(a.name, strlen(a.name)));
		evx_buf_reset(&again);
		fuzz_check(evx_remote_answer_encode(&a, &again) == EVX_OK);
		fuzz_check(fuzz_equal(&again, p, used));
		p += used;
		n -= used;
	}
	evx_buf_free(&again);
}

static void requests(const uint8_t *p, size_t n)
{
	struct evx_remote_request q;

	if (evx_remote_request_decode(p, n, &q) == EVX_OK)
		evx_buf_free(&q.body);
}

static void sftp(const char *text, size_t n)
{
	struct evx_sftp_item item;
	const char *line;
	char why[64];
	size_t at = 0, len;
	uint64_t bytes;

	while (evx_sftp_text_line(text, n, &at, &line, &len)) {
		fuzz_check(line >= text && line + len <= text + n);
		if (evx_sftp_item_parse(line, len, &item) && item.name_len > 0)
			fuzz_check(item.name >= line && item.name + item.name_len <= line + len &&
				memchr(item.name, '/', item.name_len) == NULL);
	}
	(void)evx_sftp_text_free(text, n, &bytes);
	evx_sftp_text_complaint(text, n, why, sizeof(why));
	fuzz_check(strlen(why) < sizeof(why));
}

static void s3(const char *text, size_t n)
{
	char key[128], date[40];
	size_t at = 0, before = 0;
	uint64_t size;
	int64_t when;

	while (evx_s3_text_next(text, n, &at, key, sizeof(key), &size)) {
		fuzz_check(at > before && at <= n);
		before = at;
	}
	(void)evx_s3_text_tag(text, n, "Code", key, sizeof(key));
	(void)snprintf(date, sizeof(date), "%.*s", (int)(n < 39 ? n : 39), text);
	(void)evx_s3_text_date(date, &when);
}

static void exec_line(const char *text, size_t n)
{
	struct evx_exec_line l;

	evx_exec_line_parse(text, n, &l);
	for (size_t i = 0; i < 3; i++)
		fuzz_check(l.words[i] == NULL ||
			(l.words[i] >= text && l.words[i] + l.lens[i] <= text + n));
}

static void url(const uint8_t *p, size_t n)
{
	struct evx_remote_url u;
	char *text = fuzz_text(p, n);

	if (evx_remote_url_parse(text, &u, NULL) == EVX_OK)
		fuzz_check(u.kind != EVX_REMOTE_SFTP || (u.host[0] != '-' && u.user[0] != '-'));
	free(text);
}

static void fuzz_one(const uint8_t *p, size_t n)
{
	if (n == 0)
		return;
	switch (p[0] % 6) {
	case 0:
		answers(p + 1, n - 1);
		return;
	case 1:
		requests(p + 1, n - 1);
		return;
	case 2:
		sftp((const char *)p + 1, n - 1);
		return;
	case 3:
		s3((const char *)p + 1, n - 1);
		return;
	case 4:
		exec_line((const char *)p + 1, n - 1);
		return;
	default:
		url(p + 1, n - 1);
		return;
	}
}

static void seed_messages(void)
{
	const struct evx_remote_answer a[] = {
		{ .said = EVX_REMOTE_SAID_PROGRESS, .size = 5 },
		{ .said = EVX_REMOTE_SAID_ITEM, .size = 7, .name = "inbox/aa" },
		{ .said = EVX_REMOTE_SAID_BYTES, .bytes = (const uint8_t *)"hello", .nbytes = 5 },
		{ .said = EVX_REMOTE_SAID_ABOUT, .about = { .locks = true, .largest = 9 } },
		{ .said = EVX_REMOTE_SAID_DONE, .err = EVX_E_KEY, .text = "why" },
	};
	struct evx_remote_request q = {
		.act = EVX_REMOTE_PUT, .name = "packs/ab/01", .source = "x"
	};
	struct evx_buf b = EVX_BUF_INIT;

	fuzz_check(evx_buf_add_u8(&b, 0) == EVX_OK);
	for (size_t i = 0; i < sizeof(a) / sizeof(a[0]); i++)
		fuzz_check(evx_remote_answer_encode(&a[i], &b) == EVX_OK);
	fuzz_seed(b.data, b.len);
	evx_buf_reset(&b);
	fuzz_check(evx_remote_request_encode(&q, &b, NULL) == EVX_OK);
	b.data[3] = 1; /* the end of the length: takes the place of what chooses */
	fuzz_seed(b.data + 3, b.len - 3);
	evx_buf_free(&b);
}

static void fuzz_seeds(void)
{
	seed_messages();
	fuzz_seed_text("\x02-rw-r--r--    ? root     root       100000 Nov 30 13:43 /srv/a-1\n"
		       "sftp> ls\nCan't ls: \"/x\" not found\nConnection closed\n");
	fuzz_seed_text("\x02 Size Used Avail\n 264212084 18696260 81640928 245515824 7%\n");
	fuzz_seed_text("\x03<Contents><Key>a&amp;b</Key><Size>7</Size></Contents><Code>X</Code>");
	fuzz_seed_text("\x03"
		       "Fri, 24 May 2013 00:00:00 GMT");
	fuzz_seed_text("\x04TRANSFER-FAILURE STORE key it went wrong\r");
	fuzz_seed_text("\x05sftp://me@host.example:2222/srv/evx?config=/etc/x%20y");
	fuzz_seed_text("\x05s3://box/a?endpoint=http%3A%2F%2Fhost&style=virtual&lock=governance");
	fuzz_seed_text("\x05"
		       "exec:/bin/x?a=b");
}
